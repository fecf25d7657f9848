"""Events of a log that is still being written: what has arrived is read at once.

A pipe is read by blocks of whole lines; each block is read as a log of its own, with the header of
the first and the columns that were chosen there.
"""

from __future__ import annotations

import io
import os
import re
import select
from collections.abc import Iterator, Mapping

import pyarrow as pa

from dga.errors import FeedError
from dga.logs.events import Description, read_events

BLOCK = 1 << 20  # bytes that are read at once at most
SMALL = 1 << 12  # bytes, under which a little patience may bring more
PATIENCE = 0.2  # seconds
MOST_WAITING = 1 << 22  # bytes that are kept back where a block alone is no log
_BETWEEN = re.compile(rb"[\t,;| ]")


class LiveEvents:
    """Reads a log from an open file descriptor, as it arrives.

    `description` tells the layout and the columns once the first rows are there.
    """

    def __init__(
        self,
        descriptor: int,
        roles: Mapping[str, str] | None = None,
        day_first: bool | None = None,
    ) -> None:
        self._descriptor, self._ended, self._rest = descriptor, False, b""
        self._day_first = day_first
        self._roles, self._header = dict(roles or {}), b""
        self._first: list[pa.RecordBatch] = []
        self.description = self._begin()

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield events as they arrive, until the end of the log."""
        yield from self._first
        waiting = b""
        while block := self._lines():
            waiting += block
            try:
                yield from self._read(self._header + waiting)[1]
                waiting = b""
            except FeedError:
                if len(waiting) > MOST_WAITING:
                    raise
        if waiting.strip():
            yield from self._read(self._header + waiting)[1]

    def _begin(self) -> Description:
        """Wait for the first rows that make a log."""
        head = b""
        while block := self._lines():
            head += block
            try:
                description, self._first = self._read(head)
            except FeedError:
                if len(head) > MOST_WAITING:
                    raise
                continue
            if any(len(batch) for batch in self._first):
                break
        else:
            description, self._first = self._read(head)
        self._header = header_of(head, description)
        self._roles = dict(description.columns) if self._header else self._roles
        return description

    def _read(self, content: bytes) -> tuple[Description, list[pa.RecordBatch]]:
        events = read_events(
            io.BytesIO(content),
            roles=self._roles,
            name="standard input",
            day_first=self._day_first,
        )
        return events.description, list(events.batches())

    def _lines(self) -> bytes:
        """The next whole lines, b"" at the end."""
        block = self._rest
        while not self._ended:
            arrived = os.read(self._descriptor, BLOCK)
            self._ended = not arrived
            block += arrived
            if b"\n" in arrived and (len(block) >= SMALL or not self._more()):
                break
        if self._ended:
            self._rest = b""
            return block
        whole, _, self._rest = block.rpartition(b"\n")
        return whole + b"\n"

    def _more(self) -> bool:
        """Whether more arrives within a moment."""
        ready, _, _ = select.select([self._descriptor], [], [], PATIENCE)
        return bool(ready)


def header_of(head: bytes, description: Description) -> bytes:
    """The lines that name the columns of a log, b"" where none do.

    Comments before the first row, as Zeek writes them, or a first line with the columns' names.
    """
    lines = head.splitlines(keepends=True)
    comments = 0
    while comments < len(lines) and lines[comments].startswith(b"#"):
        comments += 1
    if comments:
        return b"".join(lines[:comments])
    cells = {cell.strip(b" \"'\r\n") for cell in _BETWEEN.split(lines[0])} if lines else set()
    named = {column.encode() for column in description.columns.values()}
    return lines[0] if lines and named <= cells else b""
