"""`dga attribute`: a line a name, from arguments and files, as text and as JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import dga
from dga.cli.main import main
from dga.errors import DomainError
from dga.generators import FAMILIES
from dga.generators.attribution import lookup


@pytest.fixture(autouse=True)
def few_families(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Families that take no time, and a cache folder of the test's own."""
    few = {name: FAMILIES[name] for name in ("padcrypt", "corebot", "unnamed_downloader")}
    monkeypatch.setattr("dga.generators.FAMILIES", few)
    monkeypatch.setenv("DGA_CACHE", str(tmp_path))
    lookup._open.cache_clear()
    yield
    lookup._open.cache_clear()


def _rows(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


# elkfcfnacacmofdf.com is PadCrypt's of 2016-03-06, lkhylm0mhyfuhg.ddns.net Corebot's of 2015-09.
def test_names_are_attributed_to_family_seed_and_dates(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["hxxp://ELKFCFNACACMOFDF[.]com/x", "a.elkfcfnacacmofdf.com", "paypal.com", "no name"]
    status = main(["attribute", *names, "--from", "2016-03-01", "--to", "2016-03-31", "--json"])
    rows = _rows(capsys)
    assert status == 0
    assert [row["given"] for row in rows] == names
    made = {"family": "padcrypt", "seed": 0, "first": "2016-03-06", "last": "2016-03-06"}
    for row in rows[:2]:
        (match,) = row["matches"]
        assert made.items() <= match.items()
        assert match["chance"] < 1e-9
    assert [row["matches"] for row in rows[2:]] == [[], []]
    assert rows[2]["problem"] is None and rows[3]["problem"]


def test_a_file_is_attributed_row_by_row(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    log = tmp_path / "names.csv"
    log.write_text("host,query\na,lkhylm0mhyfuhg.ddns.net\nb,paypal.com\nc,ddknt.github.io\n")
    assert main(["attribute", "-f", str(log), "--from", "2015-09-01", "--to", "2015-10-02"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "corebot (seed 0x1db98930, 2015-09-01 to 2015-09-30)" in lines[0]
    assert lines[1] == "paypal.com: made by no known generator"
    assert "unnamed_downloader (seed 0x0, any date)" in lines[2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "domains as arguments or a file"),
        (["a.com", "-f", "x"], "domains as arguments or a file"),
        (["a.com", "--from", "2016-03-02", "--to", "2016-03-01"], "must not end before it starts"),
        (["-f", "missing.csv"], "missing.csv"),
    ],
)
def test_mistakes_are_one_sentence(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["attribute", *arguments]) == 1
    assert message in capsys.readouterr().err


def test_the_python_function_returns_the_matches() -> None:
    days = FAMILIES["padcrypt"].function
    name = next(iter(days(lookup.window_of_name()[0], 0)))
    (match,) = dga.attribute(name)
    assert (match.family, match.domain) == ("padcrypt", name)
    assert dga.attribute("paypal.com") == ()
    with pytest.raises(DomainError, match="no name"):
        dga.attribute("no name")


def test_many_rows_are_the_same_as_single_ones() -> None:
    start, end = lookup.window_of_name()
    texts = ["paypal.com", "ddknt.github.io", "x.ddknt.github.io", "", "münchen.de", "1.2.3.4"]
    many = lookup.attribute_many(texts, start, end)
    assert many == [lookup.attribute_many([text], start, end)[0] for text in texts]
    assert [bool(row.matches) for row in many] == [False, True, True, False, False, False]


def test_lookup_says_the_generator_first(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start, end = lookup.window_of_name()
    name = next(iter(FAMILIES["padcrypt"].function(start, 0)))
    assert main(["lookup", name]) == 0
    assert "made by" not in capsys.readouterr().out  # the index is not built: it costs no time
    assert main(["lookup", "--attribute", name, "aureola.com"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{name}: made by padcrypt (seed 0x0, ")
    assert "made by" not in second
    assert main(["lookup", "--json", name]) == 0
    (row,) = _rows(capsys)
    assert [match["family"] for match in row["attribution"]] == ["padcrypt"]


def test_scored_rows_name_the_generator_before_the_verdict(models: Path, tmp_path: Path) -> None:
    start, _ = lookup.window_of_name()
    name = next(iter(FAMILIES["padcrypt"].function(start, 0)))
    listed, out = tmp_path / "names.csv", tmp_path / "out.csv"
    listed.write_text(f"host,attribution\nwww.{name},mine\naureola.com,\nno name,\n")
    assert main(["score", str(listed), "--attribute", "-o", str(out)]) == 0
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["attribution"] for row in rows] == ["mine", "", ""]
    made = [row["attribution_"] for row in rows]
    assert made[0].startswith("padcrypt (seed 0x0, ") and made[1:] == ["", ""]
    names = list(rows[0])
    assert names.index("attribution_") + 1 == names.index("registered_name")


@pytest.mark.parametrize("wrong", [("--run", "nosuch"), ("--threshold", "3")])
def test_lookup_tells_wrong_options_before_it_builds_the_index(
    wrong: tuple[str, str], models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lookup", "--attribute", *wrong, "paypal.com"]) == 1
    assert wrong[1] in capsys.readouterr().err
    assert not (tmp_path / "attribution").exists()
