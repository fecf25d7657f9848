"""The names to block in the results of `dga score` or the incidents of `dga hosts`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from dga import tables
from dga.errors import FeedError
from dga.names import arrow_strings
from dga.schema import DGA, REGISTERED_NAME, SCORE, VERDICT

INFECTED = "infected"
HEAD_BYTES = 1 << 20  # of a JSON file, searched for an incident's fields
ALLOWED_COLUMN = "allowed"
INCIDENT_NAMES = ("names", "evidence_names", "command_and_control")  # lists that are blocked
NO_RESULT = (
    "{name}: neither a result of `dga score` (columns registered_name, score, verdict) nor "
    "incidents of `dga hosts --incidents FOLDER`; score the file first"
)
COUNTS_ONLY = (
    "{name}: contains only the number of each host's names; write the incidents by "
    "`dga hosts --incidents FOLDER` and give that folder"
)


def names(source: Path | BinaryIO, *, name: str, threshold: float | None = None) -> Iterator[str]:
    """Yield the names to block in a result.

    Of a scored file, the rows with verdict `dga`, or with a score of at least `threshold` if given,
    but never allowed rows. Of incidents, the evidence of infected hosts and the names that resolved
    beside it. FeedError for a file that is neither.
    """
    incidents = _incidents(source)
    if incidents is not None:
        yield from incident_names(incidents)
        return
    with tables.reading(source, name=name) as reading:
        for chunk in reading.chunks:
            if not {REGISTERED_NAME, SCORE, VERDICT} <= set(chunk.column_names):
                raise FeedError(NO_RESULT.format(name=name))
            yield from _generated(chunk, threshold)


def incident_names(incidents: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the names of infected hosts' incidents, as `dga hosts --incidents` writes them."""
    for incident in incidents:
        if incident.get(VERDICT) != INFECTED:
            continue
        for part in INCIDENT_NAMES:
            listed = incident.get(part)  # a row of `dga hosts` counts its names in `names`
            for row in listed if isinstance(listed, list) else ():
                yield str(row["name"] if isinstance(row, Mapping) else row)


def _generated(chunk: pa.Table, threshold: float | None) -> Iterator[str]:
    if threshold is None:
        chosen = pc.equal(chunk[VERDICT], DGA)
    else:
        chosen = pc.greater_equal(_scores(chunk[SCORE]), threshold)
    if ALLOWED_COLUMN in chunk.column_names:
        unmarked = pc.is_in(
            pc.utf8_lower(chunk[ALLOWED_COLUMN]), pa.array(["", "false", "0"], pa.large_string())
        )
        chosen = pc.and_(chosen, unmarked)
    listed = arrow_strings.column_of(chunk[REGISTERED_NAME]).filter(chosen)
    yield from (text for text in listed.to_pylist() if text)


def _scores(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of scores as numbers, NaN for empty ones."""
    try:
        return pc.cast(pc.if_else(pc.equal(texts, ""), "nan", texts), pa.float64())
    except pa.ArrowInvalid as error:
        raise FeedError(f"column {SCORE} is not numeric ({error}); score the file again") from None


def _incidents(source: Path | BinaryIO) -> list[dict[str, Any]] | None:
    """The incidents of a JSON file or of a folder of them; None for any other file."""
    if not isinstance(source, Path):
        return None
    if source.is_dir():
        return [row for path in sorted(source.glob("*.json")) for row in _incidents(path) or ()]
    with open(source, "rb") as file:
        head = file.read(HEAD_BYTES)
    if not (head.lstrip().startswith(b"{") and b'"client"' in head and b'"names"' in head):
        return None
    text = source.read_text(encoding="utf-8", errors="replace")
    try:
        rows = [json.loads(text)]
    except ValueError:
        rows = _lines(text)
    found = [row for row in rows if isinstance(row, dict) and "client" in row]
    if any(row.get(VERDICT) == INFECTED and not _lists_names(row) for row in found):
        raise FeedError(COUNTS_ONLY.format(name=source.name))
    return found or None


def _lists_names(row: Mapping[str, Any]) -> bool:
    return any(isinstance(row.get(part), list) for part in INCIDENT_NAMES)


def _lines(text: str) -> list[Any]:
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError:
        return []
