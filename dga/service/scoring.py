"""Score the names of a request: a JSON body as a whole, NDJSON as a stream.

The verdict columns are those of `dga.score`, computed by the same code.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import AsyncIterator, Callable
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from starlette.concurrency import run_in_threadpool

from dga.schema import VERDICT
from dga.scoring.scorer import Scorer
from dga.service.problems import ProblemError

STREAM_NAMES = 5_000  # names of a stream per batch
MAX_LINE = 64 * 2**10
Count = Callable[[pa.Table], None]


def parse_request(body: bytes, most: int) -> tuple[list[Any], float | None, float | None]:
    """Parse a JSON request: names, false-positive rate, threshold.

    ProblemError says what is invalid.
    """
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        told = 'the body is not JSON such as {"domains": ["example.com"]}'
        raise ProblemError(400, told) from None
    if not isinstance(request, dict) or not isinstance(request.get("domains"), list):
        raise ProblemError(422, 'the body needs a list of texts named "domains"')
    if unknown := sorted(request.keys() - {"domains", "fpr", "threshold"}):
        raise ProblemError(
            422, f"unknown field {unknown[0][:80]!r}; known: domains, fpr, threshold"
        )
    if len(request["domains"]) > most:
        raise ProblemError(413, f"at most {most:,} names in one request; send NDJSON for more")
    return request["domains"], rate(request, "fpr"), rate(request, "threshold")


def rate(request: dict[str, Any], field: str) -> float | None:
    """A number from 0 to 1 in a request; None if it is missing."""
    value = request.get(field)
    if value is None:
        return None
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not 0 <= value <= 1:
        raise ProblemError(422, f"{field} must be a number from 0 to 1")
    return float(value)


def rows_json(table: pa.Table) -> bytes:
    """A table as a JSON array of objects."""
    out = io.BytesIO()
    pl.DataFrame(table).write_json(out)
    return out.getvalue()


def rows_ndjson(table: pa.Table) -> bytes:
    """A table as JSON lines, one object per row."""
    out = io.BytesIO()
    pl.DataFrame(table).write_ndjson(out)
    return out.getvalue()


def verdict_counts(table: pa.Table) -> dict[str, int]:
    """The number of rows per verdict; rows without one count as `problem`."""
    counts = pc.value_counts(table[VERDICT])
    pairs = zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True)
    return {verdict or "problem": rows for verdict, rows in pairs}


async def stream(body: AsyncIterator[bytes], scorer: Scorer, count: Count) -> AsyncIterator[bytes]:
    """Score NDJSON lines as they arrive, with one line of output per line of input, in order.

    A line is a JSON string or an object with `domain`; any other line results in a problem.
    """
    waiting: list[object] = []
    async for line in _lines(body):
        waiting.append(_name(line))
        if len(waiting) >= STREAM_NAMES:
            yield await _scored(scorer, waiting, count)
            waiting = []
    if waiting:
        yield await _scored(scorer, waiting, count)


async def _scored(scorer: Scorer, names: list[object], count: Count) -> bytes:
    table = await run_in_threadpool(scorer.table, names)
    count(table)
    return await run_in_threadpool(rows_ndjson, table)


async def _lines(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    rest = b""
    async for chunk in body:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line
        if len(rest) > MAX_LINE:
            raise ProblemError(413, f"a line may hold at most {MAX_LINE:,} bytes")
    if rest:
        yield rest


def _name(line: bytes) -> object:
    """The name on a line; an invalid JSON line is passed on as text.

    >>> _name(b'"a.com"'), _name(b'{"domain": "b.com"}'), _name(b"c.com")
    ('a.com', 'b.com', 'c.com')
    """
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return line.decode("utf-8", "replace").strip()
    if isinstance(value, dict):
        return value.get("domain", line.decode("utf-8", "replace"))
    return value
