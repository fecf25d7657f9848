"""Read Parquet files in bounded memory: sizes are computed before values are decoded.

Parquet stores repeated values once, so a file of a few hundred bytes can expand to gigabytes. Text
columns are read as dictionaries, and their expanded size is summed first. Values of fixed width,
and texts stored as differences, are bounded by the number of rows read at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dga.errors import FeedError

BATCH_ROWS = 10_000
BATCH_BYTES = 64 * 2**20  # of fixed-width values in a batch, and of an expanded table
FREE_BYTES = 64 * 2**20  # that any file may expand to
MAX_RATIO = 200
MAX_BYTES = 4 * 2**30
MAX_WIDTH = 2**22  # bytes of a fixed-width value
MAX_REPEATED = 2**25  # values of one repeated column in one row group
VALUE_BYTES = 8  # bytes that a value takes besides its text
TEXT = "BYTE_ARRAY"
PLAIN_ENCODINGS = {"PLAIN", "RLE", "BIT_PACKED", "PLAIN_DICTIONARY", "RLE_DICTIONARY"}
DIFFERENCES = "DELTA_BYTE_ARRAY"  # its values can be longer than their stored bytes


def batches(
    source: BinaryIO | Path, name: str, size: int, batch_rows: int = BATCH_ROWS
) -> Iterator[pa.RecordBatch]:
    """A file's rows, with texts as dictionaries, in batches that expand to bounded memory.

    `size`: of the file in bytes. FeedError for a file that expands to far more than its size.
    """
    file = pq.ParquetFile(source)
    leaves = [file.schema.column(place) for place in range(len(file.schema.names))]
    _refuse_large(file.metadata, size, name)
    rows = min(batch_rows, _rows_at_once(file.metadata, leaves, name))
    texts = [leaf.path for leaf in leaves if leaf.path in _held_once(file.metadata, leaves)]
    file = pq.ParquetFile(_anew(source), read_dictionary=texts)
    left = _limit(size)
    for batch in file.iter_batches(batch_size=rows):
        expanded = expanded_bytes(batch)
        left -= expanded
        if left < 0:
            raise FeedError(_too_large(name))
        yield from _cut(batch, expanded, name)


def unpacked_size(path: Path) -> int:
    """Add up the expanded size of a file's values; FeedError if it is far more than the file's
    size."""
    return sum(map(expanded_bytes, batches(path, path.name, path.stat().st_size)))


def expanded_bytes(batch: pa.RecordBatch | pa.Array) -> int:
    """The approximate size of rows or values with their dictionaries expanded."""
    if isinstance(batch, pa.RecordBatch):
        return sum(map(expanded_bytes, batch.columns))
    kind = batch.type
    if pa.types.is_dictionary(kind):
        lengths = pc.take(pc.binary_length(batch.dictionary), batch.indices)
        return int(pc.sum(lengths).as_py() or 0) + VALUE_BYTES * len(batch)
    if pa.types.is_struct(kind):
        return sum(map(expanded_bytes, batch.flatten()))
    if pa.types.is_map(kind):
        inner = slice(batch.offsets[0].as_py(), batch.offsets[-1].as_py())
        return expanded_bytes(batch.keys[inner]) + expanded_bytes(batch.items[inner])
    if pa.types.is_nested(kind):
        return expanded_bytes(batch.flatten()) + VALUE_BYTES * len(batch)
    return int(batch.nbytes) + VALUE_BYTES * len(batch)


def _cut(batch: pa.RecordBatch, expanded: int, name: str) -> Iterator[pa.RecordBatch]:
    """Split a batch into pieces that each stay under the limit of a batch."""
    if expanded <= BATCH_BYTES:
        yield batch
        return
    if len(batch) <= 1:
        raise FeedError(_too_large(name))
    half = len(batch) // 2
    for piece in (batch.slice(0, half), batch.slice(half)):
        yield from _cut(piece, expanded_bytes(piece), name)


def _refuse_large(about: Any, size: int, name: str) -> None:
    groups = [about.row_group(place) for place in range(about.num_row_groups)]
    stored = sum(
        max(0, group.column(place).total_uncompressed_size)
        for group in groups
        for place in range(group.num_columns)
    )
    if max(stored, about.num_rows) > _limit(size):
        raise FeedError(_too_large(name))


def _rows_at_once(about: Any, leaves: list[Any], name: str) -> int:
    """How many rows can be read at once with each column under the limit of a batch."""
    widest = 1
    for place in range(about.num_row_groups):
        group = about.row_group(place)
        for leaf, chunk in zip(leaves, map(group.column, range(group.num_columns)), strict=True):
            differences = DIFFERENCES in chunk.encodings
            width = max(VALUE_BYTES, leaf.length or 0)
            if width > MAX_WIDTH:
                raise FeedError(_too_large(name))
            if differences:
                width = max(width, chunk.total_uncompressed_size)
            repeated = leaf.max_repetition_level > 0
            if repeated and chunk.num_values > min(MAX_REPEATED, 4 * BATCH_BYTES // width):
                raise FeedError(_too_large(name))
            if leaf.physical_type != TEXT or differences:
                widest = max(widest, width)
    return max(1, BATCH_BYTES // (widest * max(1, len(leaves) // 8)))


def _held_once(about: Any, leaves: list[Any]) -> set[str]:
    """The text columns that Arrow can read as dictionaries."""
    groups = [about.row_group(place) for place in range(about.num_row_groups)]
    return {
        leaf.path
        for place, leaf in enumerate(leaves)
        if leaf.physical_type == TEXT
        and all(PLAIN_ENCODINGS.issuperset(group.column(place).encodings) for group in groups)
    }


def _limit(size: int) -> int:
    return min(MAX_BYTES, max(FREE_BYTES, MAX_RATIO * size))


def _too_large(name: str) -> str:
    return (
        f"{name}: its columns unpack to over {MAX_RATIO} times its size, or a row to over "
        f"{BATCH_BYTES // 2**20} MiB; leave out the columns of huge values"
    )


def _anew(source: BinaryIO | Path) -> BinaryIO | Path:
    if not isinstance(source, Path):
        source.seek(0)
    return source
