from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest

from dga.errors import FeedError
from dga.tables import writers
from dga.tables.writers import TableWriter

FRAME = pd.DataFrame({"domain": ["a.com", "b.com", "-x.com"], "score": [0.25, None, 0.125]})


def write(path: Path, *frames: pd.DataFrame, partial: bool = False) -> Path:
    with TableWriter(path) as writer:
        for frame in frames:
            writer.write(frame)
        return writer.close(partial)


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("-abc(1)", "'-abc(1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1+1", "'＝1+1"),
        ("-5.2", "-5.2"),
        ("+1e6", "+1e6"),
        ("a.com", "a.com"),
        ("a=1", "a=1"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_would_run_is_made_text(cell: str, safe: str) -> None:
    assert writers.disarm(cell) == safe


def test_cells_and_column_names_are_disarmed() -> None:
    frame = pd.DataFrame({"=name": ["=1+1", "a.com"], "score": [-1.5, 2.0], "when": ["-5", "x"]})
    rows = list(csv.reader(io.StringIO(writers.to_csv(frame))))
    assert rows == [["'=name", "score", "when"], ["'=1+1", "-1.5", "-5"], ["a.com", "2.0", "x"]]
    assert frame.columns[0] == "=name"


def test_columns_of_many_types_keep_what_is_no_text() -> None:
    frame = pd.DataFrame({"mixed": ["=1", -5, None, "-5"], "flag": [True, False, True, False]})
    rows = list(csv.reader(io.StringIO(writers.to_csv(frame))))
    assert rows[1:] == [["'=1", "True"], ["-5", "False"], ["", "True"], ["-5", "False"]]


def test_cells_with_quotes_and_line_ends_come_back() -> None:
    frame = pd.DataFrame({"note": ['say "hi", you', "two\nlines", " blank ", "ü漢💩"]})
    rows = list(csv.reader(io.StringIO(writers.to_csv(frame))))
    assert [row[0] for row in rows[1:]] == frame["note"].tolist()


def test_csv_has_one_header_however_many_chunks(tmp_path: Path) -> None:
    path = write(tmp_path / "out.csv", FRAME.head(0), FRAME, FRAME)
    assert path.read_text().splitlines() == [
        "domain,score",
        *["a.com,0.25", "b.com,", "-x.com,0.125"] * 2,
    ]


@pytest.mark.parametrize("ending", [".jsonl", ".ndjson", ".JSONL"])
def test_json_lines_keep_every_digit_and_character(tmp_path: Path, ending: str) -> None:
    frame = pd.DataFrame({"domain": ["=ü/.com", "b"], "score": [0.123456789012345, None]})
    path = write(tmp_path / f"out{ending}", FRAME.head(0), frame, frame)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert (
        lines
        == [
            {"domain": "=ü/.com", "score": 0.123456789012345},
            {"domain": "b", "score": None},
        ]
        * 2
    )


def test_parquet_keeps_types(tmp_path: Path) -> None:
    path = write(tmp_path / "out.parquet", FRAME.head(0), FRAME, FRAME)
    read = pd.read_parquet(path)
    assert read["domain"].tolist() == FRAME["domain"].tolist() * 2
    assert read["score"].dtype == "float64"
    assert read["score"].isna().sum() == 2


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.jsonl"])
def test_a_cancelled_file_says_that_it_is_partial(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, FRAME, partial=True)
    assert path.name == name.replace(".", ".partial.")
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out.jsonl"])
def test_an_error_leaves_what_was_there_before(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("older")
    with pytest.raises(KeyError), TableWriter(path) as writer:
        writer.write(FRAME)
        raise KeyError
    assert path.read_text() == "older"
    assert list(tmp_path.iterdir()) == [path]


def test_the_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with TableWriter(path) as writer:
        writer.write(FRAME)
        assert not path.exists()
        writer.close()
    assert path.exists()


def test_two_writers_of_one_file_do_not_mix(tmp_path: Path) -> None:
    with TableWriter(tmp_path / "out.csv") as first, TableWriter(tmp_path / "out.csv") as second:
        first.write(FRAME)
        second.write(FRAME.head(1))
        first.close()
        assert len(pd.read_csv(second.close())) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_folder_is_no_file_to_write(tmp_path: Path) -> None:
    (tmp_path / "out.csv").mkdir()
    with pytest.raises(FeedError, match="a folder; give the name of a file"):
        TableWriter(tmp_path / "out.csv")


def test_a_stream_gets_csv_and_stays_open() -> None:
    stream = io.StringIO()
    with TableWriter(Path("-"), stream) as writer:
        writer.write(FRAME)
        writer.close()
    assert stream.getvalue().startswith("domain,score\n")


@pytest.mark.parametrize("name", ["out", "out.xlsx", "out.csv.gz"])
def test_an_ending_without_a_format_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FeedError, match=r"end the name in \.csv, \.parquet or \.jsonl"):
        TableWriter(tmp_path / name)


def test_a_missing_folder_is_told_before_anything_is_computed(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="no such folder"):
        TableWriter(tmp_path / "nowhere" / "out.parquet")


@pytest.mark.parametrize("cell", ["-", "-foo.com", "-a-.b_c.example.org", "-5", "a.com"])
def test_a_name_and_a_dash_are_no_formulas(cell: str) -> None:
    assert writers.disarm(cell) == cell


@pytest.mark.parametrize(
    "cell", ["-2+3", "-foo.com()", "=a.com", "@a.com", "+a.com", "-cmd|'a'!A0"]
)
def test_what_a_spreadsheet_might_run_is_quoted(cell: str) -> None:
    assert writers.disarm(cell) == f"'{cell}"
