"""`dga hosts`: files and streams, outputs, state."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dga.cli.main import main
from dga.generators import generate
from tests.hosts.logs_factory import burst, ordinary_rows, write

ROOT = Path(__file__).parents[2]
INFECTED = "10.0.0.99"
ROWS = ordinary_rows(12) + burst(INFECTED, generate("kraken", 24))
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DGA_MODELS", str(ROOT / "models"))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write(tmp_path / "dns.csv", ROWS)


def test_hosts_prints_csv_a_row_a_client(log: Path, capsys: Captured) -> None:
    assert main(["hosts", str(log), "--no-attribution"]) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0].startswith("client,verdict,p_value,names,generated_names,nxdomain_names")
    assert lines[1].startswith(f"{INFECTED},infected,")
    assert len(lines) == 14
    assert "13 hosts: 1 infected" in told.err


def test_hosts_writes_json_and_incidents(log: Path, tmp_path: Path, capsys: Captured) -> None:
    out, folder = tmp_path / "hosts.json", tmp_path / "incidents"
    asked = ["hosts", str(log), "-o", str(out), "--incidents", str(folder), "--no-attribution"]
    assert main(asked) == 0
    first = json.loads(out.read_text().splitlines()[0])
    assert (first["client"], first["verdict"]) == (INFECTED, "infected")
    ticket = next(folder.glob("*.md")).read_text()
    assert "# Host 10.0.0.99: infected" in ticket
    assert "[.]" in ticket
    report = json.loads(next(folder.glob("*.json")).read_text())
    assert len(report["names"]) == 23


def test_the_json_makes_a_block_list_and_a_stix_bundle(
    log: Path, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "hosts.jsonl"
    assert main(["hosts", str(log), "-o", str(out), "--no-attribution"]) == 0
    assert main(["blocklist", str(out), "--format", "plain"]) == 0
    listed = capsys.readouterr().out
    assert ROWS[-2][1] in listed
    assert "gardenworld.com" not in listed
    assert main(["report", str(out), "--format", "stix"]) == 0
    assert ROWS[-2][1] in capsys.readouterr().out


def test_hosts_shows_a_table(log: Path, capsys: Captured) -> None:
    assert main(["hosts", str(log), "--format", "table", "--no-attribution"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[:2] == [INFECTED, "infected"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--fpr", "0"], "--fpr must be between 0 and 1"),
        (["--state", "x.json"], "--state works only with -"),
        (["-o", "out.xlsx"], "the name must end in"),
        (["--client", "nosuch"], "nosuch"),
    ],
)
def test_mistakes_are_told(log: Path, capsys: Captured, options: list[str], told: str) -> None:
    assert main(["hosts", str(log), "--no-attribution", *options]) == 1
    assert told in capsys.readouterr().err


def started(state: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "dga", "hosts", "-", "--state", str(state)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_a_stream_goes_on_from_its_state_after_sigterm(tmp_path: Path) -> None:
    earlier, later = generate("kraken", 24), generate("tinba", 20)
    rows = ROWS + burst("10.0.0.98", later, 0)
    lines = write(tmp_path / "dns.csv", rows).read_text().splitlines(keepends=True)
    state, cut = tmp_path / "state.json", len(lines) - 20
    first = started(state)
    assert first.stdin is not None
    assert first.stdout is not None
    first.stdin.write("".join(lines[:cut]))
    first.stdin.flush()
    told = json.loads(first.stdout.readline())
    assert (told["client"], told["verdict"]) == (INFECTED, "infected")
    assert set(told["names"]) <= set(earlier)
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=60)
    assert first.returncode == 130
    assert state.exists()
    second = started(state)
    out, err = second.communicate(lines[0] + "".join(lines[cut:]), timeout=120)
    assert second.returncode == 0, err
    changed = [json.loads(row) for row in out.splitlines()]
    assert {row["client"] for row in changed} == {"10.0.0.98"}
    assert (changed[-1]["verdict"], changed[-1]["nxdomain_names"]) == ("infected", 20)
