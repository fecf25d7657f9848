"""Block lists: what is never blocked, the header, and each format before its server's checker."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from dga.cli.main import main
from dga.errors import ConfigError, FeedError
from dga.generators import FAMILIES
from dga.names.allow_list import AllowList
from dga.reports import blocklist, results

TODAY = dt.date(2026, 3, 1)
NAMES = ["a.xkqz7jw9v2.net", "xkqz7jw9v2.net", "qvvbn.ddns.net", "xn--bcher-kva.example.org"]


def _made(names: list[str], **options: object) -> blocklist.BlockList:
    return blocklist.make(names, about="a test", chosen_by="verdict dga", today=TODAY, **options)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("xkqz7jw9v2.net", None),
        ("co.uk", blocklist.NO_REGISTERED_NAME),
        ("ddns.net", blocklist.NO_REGISTERED_NAME),
        ("com", blocklist.NOT_A_DOMAIN),
        ("10.0.0.1", blocklist.NOT_A_DOMAIN),
        ('x.com\nlocal-zone: "com." deny', blocklist.NOT_A_DOMAIN),
        ("www.fine.com", blocklist.ALLOWED),
        ("mail.popular.com", blocklist.POPULAR),
    ],
)
def test_what_must_not_be_blocked_is_left_out_and_counted(name: str, reason: str | None) -> None:
    made = _made([name], allowed=lambda n: n == "fine.com", popular=lambda n: n == "popular.com")
    assert made.names == (() if reason else (name,))
    assert made.left_out == ({reason: 1} if reason else {})


def test_registered_names_are_listed_once_and_sorted() -> None:
    assert _made(NAMES).names == ("example.org", "qvvbn.ddns.net", "xkqz7jw9v2.net")


@pytest.mark.parametrize("form", blocklist.FORMATS)
def test_the_header_says_what_the_list_is(form: str) -> None:
    made = blocklist.make(
        NAMES, about="names of\nlog\x1b.csv", chosen_by="score 0.9 and more", today=TODAY
    )
    lines = made.render(form).splitlines()
    said = [line[2:] for line in lines if line[:2] in ("# ", "! ", "; ")]
    assert said == [
        "DGA Workbench block list",
        "what: names of log .csv",
        "threshold: score 0.9 and more",
        "made: 2026-03-01",
        "expires: 2026-03-31",
        "names: 3",
        "left out: none",
    ]


def test_an_unknown_format_names_the_known() -> None:
    with pytest.raises(ConfigError, match="unknown block list format 'bind'; choose plain, hosts"):
        _made(NAMES).render("bind")


def _checker(name: str) -> str:
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    assert found, f"no {name}: run tests/reports/install_checkers.sh"
    return found


def _passes(*command: str) -> str:
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


@pytest.mark.parametrize("family", ["padcrypt", "corebot", "necurs"])
def test_servers_accept_their_formats(family: str, tmp_path: Path) -> None:
    names, last = blocklist.family_names([family], TODAY, 2)
    made = _made([*NAMES, *names], expires=last)
    for form in ("rpz", "unbound", "dnsmasq", "hosts"):
        (tmp_path / form).write_text(made.render(form))
    zone = str(tmp_path / "rpz")
    assert f"loaded serial {TODAY:%Y%m%d}00" in _passes(_checker("named-checkzone"), "rpz", zone)
    _passes(_checker("unbound-checkconf"), str(tmp_path / "unbound"))
    _passes(_checker("dnsmasq"), "--test", f"--conf-file={tmp_path / 'dnsmasq'}")
    _passes(
        _checker("dnsmasq"), "--test", "--conf-file=/dev/null", f"--addn-hosts={tmp_path / 'hosts'}"
    )


def test_an_empty_list_is_accepted_too(tmp_path: Path) -> None:
    (tmp_path / "rpz").write_text(_made([]).render("rpz"))
    (tmp_path / "unbound").write_text(_made([]).render("unbound"))
    _passes(_checker("named-checkzone"), "rpz", str(tmp_path / "rpz"))
    _passes(_checker("unbound-checkconf"), str(tmp_path / "unbound"))


def test_family_names_are_those_of_the_days() -> None:
    names, last = blocklist.family_names(["padcrypt", "unnamed_downloader"], TODAY, 3)
    days = [TODAY + dt.timedelta(days=number) for number in range(3)]
    wanted = {name for day in days for seed in (0, 1) for name in
              FAMILIES["padcrypt"].function(day, seed)}  # fmt: skip
    assert wanted <= set(names)
    assert len(names) == len(wanted) + 60
    assert last == days[-1]


@pytest.mark.parametrize(
    ("families", "days", "message"),
    [
        (["padcrypt"], 0, "days must be from 1 to 400, got 0"),
        (["padcrypt"], 401, "days must be from 1 to 400, got 401"),
        (["rovnix"], 1, "no exact generator for 'rovnix'"),  # its random numbers are ours
    ],
)
def test_family_lists_have_limits(families: list[str], days: int, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        blocklist.family_names(families, TODAY, days)


SCORED = """query,registered_name,score,verdict,family,family_score,problem,allowed
a.qqzx1.net,qqzx1.net,0.99,dga,x,0.5,,
b.qqzx2.net,qqzx2.net,0.70,suspicious,x,0.5,,
c.qqzx3.net,qqzx3.net,0.99,dga,x,0.5,,test network
d.plain.net,plain.net,0.01,benign,,,,
,,,,,,empty,
"""
INCIDENTS = [
    {"client": "h1", "verdict": "infected", "names": [{"name": "qqzx8.net"}],
     "command_and_control": ["qqzx9.net"]},
    {"client": "h2", "verdict": "suspicious", "names": [{"name": "other.net"}]},
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "threshold", "names"),
    [
        (SCORED, None, ["qqzx1.net"]),
        (SCORED, 0.6, ["qqzx1.net", "qqzx2.net"]),
        (json.dumps(INCIDENTS[0], indent=1), None, ["qqzx8.net", "qqzx9.net"]),
        ("\n".join(map(json.dumps, INCIDENTS)), None, ["qqzx8.net", "qqzx9.net"]),
    ],
)
def test_names_of_a_result(
    text: str, threshold: float | None, names: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "result"
    path.write_text(text)
    assert list(results.names(path, name="result", threshold=threshold)) == names


def test_a_folder_of_incidents_is_one_result(tmp_path: Path) -> None:
    for number, record in enumerate(INCIDENTS):
        (tmp_path / f"host-{number}.json").write_text(json.dumps(record, indent=1))
    (tmp_path / "host-0.md").write_text("# a ticket")
    assert list(results.names(tmp_path, name="x")) == ["qqzx8.net", "qqzx9.net"]


@pytest.mark.parametrize(
    ("text", "threshold", "message"),
    [
        ("domain\nabc.com\n", None, "neither a result"),
        ('{"client": "h1", "verdict": "infected", "names": 14}\n' * 2, None, "--incidents FOLDER"),
        (SCORED.replace("0.70", "high"), 0.5, "is not numeric"),
    ],
)
def test_what_is_no_result_is_said(
    text: str, threshold: float | None, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text)
    with pytest.raises(FeedError, match=message):
        list(results.names(path, name="list.csv", threshold=threshold))


def test_the_command_writes_a_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "tranco.csv").write_text("1,popular.com\n2,qqzx2.net\n3,third.com\n")
    monkeypatch.setenv("DGA_DATA", str(data))
    scored, allow = tmp_path / "scored.csv", tmp_path / "allow.txt"
    scored.write_text(SCORED)
    allow.write_text("qqzx3.net\nexample.net\n")
    out = tmp_path / "list"
    command = ["blocklist", str(scored), "--threshold", "0.6", "--format", "rpz", "-o", str(out)]
    assert main([*command, "--allow", str(allow)]) == 0
    text = out.read_text()
    assert "qqzx1.net CNAME .\n*.qqzx1.net CNAME ." in text
    assert "qqzx2" not in text and "qqzx3" not in text
    assert "left out: 1 in a downloaded top list" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give either a file with results or --family"),
        (["x.csv", "--family", "necurs"], "give either a file with results or --family"),
        (["x.csv"], "x.csv"),
        (["x.csv", "--threshold", "2"], "--threshold must be from 0 to 1"),
        (["--family", "conflicker"], "no exact generator for 'conflicker'"),
    ],
)
def test_mistakes_are_one_sentence(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["blocklist", *arguments]) == 1
    assert message in capsys.readouterr().err


def test_short_names_of_a_family_are_not_blocked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["blocklist", "--family", "qsnatch", "--days", "1", "--from", "2026-03-01"]) == 0
    names = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("#")]
    assert names and min(len(name.partition(".")[0]) for name in names) >= blocklist.SHORTEST


def test_what_the_workbench_allows_is_not_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DGA_STATE", str(tmp_path))
    AllowList.parse("qqzx1.net\n*.lab.qqzx2.net").save()
    allowed = blocklist.allowed_by(None)
    names = ("qqzx1.net", "www.qqzx1.net", "a.lab.qqzx2.net", "qqzx2.net")
    assert [allowed(name) for name in names] == [True, True, True, False]
