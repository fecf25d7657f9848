"""The commands that make, show and fetch feeds, run in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from dga.cli.main import main

pytestmark = pytest.mark.usefixtures("models")
Captured = pytest.CaptureFixture[str]


def test_generate_prints_names_of_the_day(capsys: Captured) -> None:
    assert main(["generate", "suppobox", "--count", "5", "--date", "2026-03-01"]) == 0
    first = capsys.readouterr().out.split()
    assert len(set(first)) == 5
    assert main(["generate", "suppobox", "--count", "5", "--date", "2026-09-01"]) == 0
    assert capsys.readouterr().out.split() != first


def test_generate_of_an_unknown_family_names_the_known(capsys: Captured) -> None:
    assert main(["generate", "nosuch"]) == 1
    assert "conficker" in capsys.readouterr().err


@pytest.mark.parametrize(("order", "date"), [("day-first", "02-01"), ("month-first", "01-02")])
def test_preview_reads_dates_in_the_order_given(
    order: str, date: str, tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "log.csv"
    path.write_text("time,client,query\n01/02/2026 10:00,10.1.0.23,aureola.com\n")
    assert main(["preview", str(path), "--dates", order]) == 0
    out = capsys.readouterr().out
    assert f"2026-{date}T10:00:00+00:00" in out
    assert "as chosen by the user" in out


def test_preview_tells_format_counts_and_problems(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("domain,family\nabcqzx.com,locky\nexample.org,benign\n192.0.2.1,locky\n")
    assert main(["preview", str(path)]) == 0
    told = capsys.readouterr().out
    assert "domain-family, 3 rows" in told
    assert "IP address" in told


def test_fetch_refuses_what_is_no_list(tmp_path: Path, capsys: Captured) -> None:
    assert main(["fetch", "file:///etc/hostname", "--folder", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("error: ")
    assert list(tmp_path.iterdir()) == [tmp_path / "models"]
