"""Parquet files of some hundred bytes that hold gigabytes: refused before they are unpacked."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dga import tables
from dga.errors import FeedError
from dga.tables import parquet_limits

ROWS = 3_000
HUGE = "a" * 500_000
NAMES = pa.array(["river.org"] * ROWS)


def packed(column: pa.Array, names: pa.Array = NAMES, **how: Any) -> bytes:
    file = io.BytesIO()
    table = pa.table({"domain": names, "x": column})
    pq.write_table(table, file, **{"compression": "zstd", **how})
    return file.getvalue()


def repeated(value: Any, kind: pa.DataType) -> pa.Array:
    """The value in every row, held once."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * ROWS, pa.int32()), pa.array([value], kind))


def nested(kind: str) -> pa.Array:
    inner = pa.array([HUGE] * 200)
    if kind == "list":
        return pa.ListArray.from_arrays([0, *range(200, 201)] + [200] * (ROWS - 1), inner)
    if kind == "struct":
        return pa.StructArray.from_arrays([inner], ["a"])
    keys = pa.array([str(number) for number in range(200)])
    return pa.MapArray.from_arrays([0] + [200] * ROWS, keys, inner)


def not_utf8(column: pa.Array) -> pa.Array:
    """Bytes that a file says are text."""
    return pa.Array.from_buffers(pa.string(), len(column), column.buffers())


BOMBS = {
    "strings": lambda: packed(repeated(HUGE, pa.string())),
    "binary": lambda: packed(repeated(HUGE.encode(), pa.binary())),
    "large strings": lambda: packed(repeated(HUGE, pa.large_string())),
    "fixed width": lambda: packed(pa.array([bytes(60_000)] * ROWS, pa.binary(60_000))),
    "one wide value": lambda: packed(pa.array([bytes(2**23)] * 3, pa.binary(2**23)), NAMES[:3]),
    "list": lambda: packed(nested("list")),
    "map": lambda: packed(nested("map")),
    "struct": lambda: packed(nested("struct"), NAMES.slice(0, 200)),
    "differences": lambda: packed(
        pa.array([HUGE] * 200),
        NAMES.slice(0, 200),
        use_dictionary=False,
        column_encoding={"x": "DELTA_BYTE_ARRAY", "domain": "PLAIN"},
    ),
    "plain": lambda: packed(pa.array([HUGE] * 200), NAMES.slice(0, 200), use_dictionary=False),
    "empty rows": lambda: packed(pa.nulls(70_000_000), pa.nulls(70_000_000)),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_small_file_that_unpacks_to_much_is_refused(bomb: str, tmp_path: Path) -> None:
    data = BOMBS[bomb]()
    pool = pa.default_memory_pool()
    before = pool.bytes_allocated()
    tracemalloc.start()
    most = 0
    with pytest.raises(FeedError, match="unpack to over"):
        for frame in tables.read_chunks(io.BytesIO(data), name="bomb.parquet"):
            most = max(most, pool.bytes_allocated() - before)
            del frame
    assert tracemalloc.get_traced_memory()[1] < 400 * 2**20 and most < 400 * 2**20
    tracemalloc.stop()
    path = tmp_path / "bomb.parquet"
    path.write_bytes(data)
    with pytest.raises(FeedError, match="unpack to over"):
        parquet_limits.unpacked_size(path)


@pytest.mark.parametrize(
    ("column", "shown"),
    [
        (pa.array(["a", None, "c"]), ["a", "", "c"]),
        (pa.array([b"a", None, b"\xff"]), None),
        (not_utf8(pa.array([b"a", None, b"caf\xe9"])), ["a", "", "caf\xe9"]),
        (not_utf8(pa.array([b"a", b"b", b"\xed\xa0\x80"])), None),
        (pa.array([["a", "b"], [], None]), ["a,b", "", ""]),
        (pa.array([{"a": "x"}, None, {"a": None}]), None),
        (pa.array([1, None, 3]), ["1", "", "3"]),
        (pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
    ],
)
def test_any_column_of_a_sound_file_is_read(column: pa.Array, shown: list[str] | None) -> None:
    (frame,) = tables.read_chunks(io.BytesIO(packed(column, NAMES.slice(0, 3))), name="a.parquet")
    assert frame["domain"].tolist() == ["river.org"] * 3
    assert shown is None or frame["x"].tolist() == shown


@pytest.mark.parametrize(
    "encoding", ["PLAIN", "DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY", "RLE_DICTIONARY"]
)
def test_any_encoding_of_texts_is_read(encoding: str) -> None:
    how: dict[str, Any] = {"use_dictionary": True}
    if encoding != "RLE_DICTIONARY":
        how = {"use_dictionary": False, "column_encoding": encoding}
    (frame,) = tables.read_chunks(io.BytesIO(packed(NAMES, **how)), name="a.parquet")
    assert frame["x"].tolist() == NAMES.to_pylist()


def test_long_rows_come_in_short_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_limits, "BATCH_BYTES", 2**20)
    texts = pa.array([f"{number:06d}" * 20_000 for number in range(50)])
    data = packed(texts, NAMES.slice(0, 50), compression="none")
    sizes = [
        parquet_limits.expanded_bytes(batch)
        for batch in parquet_limits.batches(io.BytesIO(data), "long.parquet", len(data))
    ]
    assert max(sizes) <= 2**20 and len(sizes) > 5
    (frame,) = tables.read_chunks(io.BytesIO(data), name="long.parquet")
    assert frame["x"].tolist() == texts.to_pylist()
