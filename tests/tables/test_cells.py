"""Cells with several names become rows."""

from __future__ import annotations

import pyarrow as pa

from dga.names.arrow_strings import column_of
from dga.tables import cells


def split(texts: list[str]) -> tuple[list[str], list[str], list[str]]:
    ids = column_of([str(i) for i in range(len(texts))])
    chunk = pa.table({"id": ids, "names": column_of(texts)})
    chunk, judged = cells.one_name_a_row(chunk, column_of(texts), "names")
    return chunk["id"].to_pylist(), chunk["names"].to_pylist(), judged.to_pylist()


def test_a_row_for_each_name_of_a_cell() -> None:
    ids, texts, judged = split(["a.com", "b.com, c.net", "", "d.com; e.com; d.com", "evil[.]com"])
    assert ids == ["0", "1", "1", "2", "3", "3", "4"]
    assert texts == judged == ["a.com", "b.com", "c.net", "", "d.com", "e.com", "evil[.]com"]


def test_one_name_among_words_is_judged_and_its_cell_stays() -> None:
    ids, texts, judged = split(["a.com", "evil.com (C2 server)", "no name in here"])
    assert ids == ["0", "1", "2"]
    assert texts == ["a.com", "evil.com (C2 server)", "no name in here"]
    assert judged == ["a.com", "evil.com", "no name in here"]


def test_a_chunk_does_not_grow_beyond_measure(monkeypatch) -> None:
    monkeypatch.setattr(cells, "_MAX_ADDED_BYTES", 10)
    assert split(["b.com, c.net"])[2] == ["b.com, c.net"]
