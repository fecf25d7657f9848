"""The corpus of bad inputs through the command line: exit status 0 with every row, or 1 and a
sentence; never a traceback."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from dga.cli.main import main
from dga.errors import FeedError
from dga.tables import read_chunks
from tests.bad_inputs import CORPUS, BadInput

each = pytest.mark.parametrize("given", CORPUS, ids=lambda given: given.name)
csv.field_size_limit(2**30)


def rows_in(given: BadInput) -> int:
    if given.rows is not None:
        return given.rows
    return sum(map(len, read_chunks(io.BytesIO(given.content), name=given.file_name)))


@each
def test_score_writes_every_row_or_says_why_not(
    given: BadInput, models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = tmp_path / "given", tmp_path / "out.csv"
    source.write_bytes(given.content)
    status = main(["score", str(source), "-o", str(target)])
    told = capsys.readouterr().err
    assert "Traceback" not in told
    if status:
        assert status == 1
        assert told.splitlines()[-1].startswith("error: ")
        assert "could be scored" in told or (told.count("\n") == 1 and not target.exists())
    if not target.exists():
        return
    with open(target, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == rows_in(given)
    assert all(bool(row["verdict"]) != bool(row["problem"]) for row in rows)
    assert not any((cell or " ")[0] in "=@" for row in rows for cell in row.values())


@each
def test_evaluate_measures_or_says_why_not(
    given: BadInput, models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "given"
    source.write_bytes(given.content)
    status = main(["evaluate", str(source), "--label", "benign", "--json"])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    assert status in (0, 1)
    if status:
        assert printed.err.startswith("error: ")
    else:
        assert json.loads(printed.out)["rows"] > 0


@each
def test_lookup_answers_any_text(
    given: BadInput, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = given.content[:5_000].decode("utf-8", "replace")
    assert main(["lookup", "--json", "--", text]) == 0
    verdict = json.loads(capsys.readouterr().out)
    assert (verdict["score"] is None) == bool(verdict["problem"])


def test_a_corpus_entry_that_is_no_table_is_refused_everywhere() -> None:
    refused = 0
    for given in CORPUS:
        try:
            rows_in(given)
        except FeedError:
            refused += 1
    assert 20 < refused < len(CORPUS)
