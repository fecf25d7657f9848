"""JSON lines by Arrow come out as the careful reader gives them, or are left to it."""

from __future__ import annotations

import io
import json
import random

import pyarrow as pa
import pytest

from dga.tables import fastjson, reading
from dga.tables.fastjson import FastJson

LINES = [
    {"ts": 1777629601.5, "query": "a.example", "n": 7, "ok": True, "none": None},
    {"ts": 1.0, "query": "2026-05-01T10:00:00Z", "n": 8, "answers": ["a", "b"]},
    {"ts": 1e-7, "query": "", "TTLs": [60.0, 1.5], "dns": {"id": {"x": 1.25}, "name": "b.example"}},
    {"answers": [], "TTLs": [], "dns": {}, "n": 0},
]
ODD = [
    {"ts": "text", "query": 3}, {"query": 'a\\"b'}, {"query": "é"}, {"n": -0.0}, {"n": 10**20},
    {"ts": ":1.5,", "query": '":"'}, {"answers": [{"data": "x"}, {"data": "y"}]}, {"new": 1},
    {"answers": ["a", None]}, {"TTLs": [True, 1]}, {"dns": 5}, {"query": None}, [1], 7, "",
]  # fmt: skip


def read(text: str, monkeypatch: pytest.MonkeyPatch, *, fast: bool) -> pa.Table:
    with monkeypatch.context() as patch:
        if not fast:
            patch.setattr(FastJson, "table", lambda self, block: None)
        with reading(io.BytesIO(text.encode())) as table:
            return pa.concat_tables(list(table.chunks)).combine_chunks()


def lines_of(values: list[object], **options: object) -> str:
    return "".join(json.dumps(value, **options) + "\n" for value in values)  # type: ignore[arg-type]


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_plain_lines_are_parsed_by_arrow(separators: tuple[str, str]) -> None:
    columns = ("ts", "query", "n", "ok", "none", "answers", "TTLs", "dns.id.x", "dns.name")
    block = lines_of(list(LINES), separators=separators).encode()
    table = FastJson(columns).table(block)
    if separators == (", ", ": "):  # a list with blanks between its numbers is read carefully
        return
    assert table is not None
    assert table["ts"].to_pylist() == ["1777629601.5", "1.0", "1e-07", ""]
    assert table["TTLs"].to_pylist() == ["", "", "60.0,1.5", ""]
    assert table["query"].to_pylist()[1] == "2026-05-01T10:00:00Z"


def test_both_ways_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fastjson, "MAX_MISSES", 10**6)
    chance = random.Random(5)
    for _ in range(150):
        chosen = [chance.choice([*LINES, *LINES, *ODD]) for _ in range(chance.randrange(1, 12))]
        text = lines_of([LINES[0], *chosen], separators=chance.choice([(",", ":"), (", ", ": ")]))
        assert read(text, monkeypatch, fast=True).equals(read(text, monkeypatch, fast=False)), text


@pytest.mark.parametrize(
    "number",
    ["1.50", "1E5", "12345678901234567890", "9223372036854775807", "-9223372036854775808", "-0"],
)
def test_numbers_stay_as_they_are_written(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = f'{{"n": 1, "query": "a.example"}}\n{{"n": {number}}}\n{{"n":{number}}}\n'
    table = read(lines, monkeypatch, fast=True)
    assert table["n"].to_pylist() == ["1", number, number]
