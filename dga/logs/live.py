"""Standard input that is still being written, as `tail -f dns.log | dga score -` gives it.

Lines are given as they come. What must be read from its end (archives, workbooks, Parquet, JSON
documents) is no stream of lines and is left to the caller, with the bytes read so far.
"""

from __future__ import annotations

import io
import os
import re
import select
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final

from dga.progress import never
from dga.tables.encodings import is_binary, lines
from dga.tables.unpack import MAX_LINE, Payload, compression_of

QUIET_SECONDS: Final = 0.3  # without a byte; then what there is gets answered
STEP_SECONDS: Final = 0.5  # between two looks at whether to stop
PIECE: Final = 2**16
# A document of JSON, and not a line of it: it does not end in its first line.
_DOCUMENT = re.compile(rb"\s*(?:\[|\{[^\n]*[^}\s][ \t\r]*\n)")

ShouldStop = Callable[[], bool]


class LiveStream:
    """A pipe that gives what is there, and waits only where nothing is."""

    def __init__(self, source: BinaryIO, should_stop: ShouldStop = never) -> None:
        self._file = source.fileno()
        self._should_stop = should_stop
        self._kept = b""
        self.ended = False

    def read(self, size: int = -1, /) -> bytes:
        """Some bytes; none at the end, or when the work is to stop."""
        if self._kept:
            found, self._kept = self._kept, b""
            return found
        while not self.ended:
            if self._should_stop():
                self.ended = True
            elif not self.quiet(STEP_SECONDS):
                found = os.read(self._file, PIECE if size < 0 else min(size, PIECE))
                self.ended = not found
                return found
        return b""

    def quiet(self, seconds: float = QUIET_SECONDS) -> bool:
        """Whether nothing comes for a while. The end of the input is something that comes."""
        if self._kept or self.ended:
            return False
        ready, _, _ = select.select([self._file], [], [], seconds)
        return not ready

    def head(self) -> bytes:
        """The first megabyte, or what came before a pause, in whole lines."""
        found = b""
        while len(found) < MAX_LINE and not (b"\n" in found and self.quiet()):
            piece = self.read(MAX_LINE - len(found))
            found += piece
            if not piece:
                return found
        cut = found.rfind(b"\n") + 1 or len(found)
        self._kept = found[cut:]
        return found[:cut]


@dataclass(frozen=True)
class LivePayload(Payload):
    """A log that is being written: its first lines, and the stream of those to come."""

    @property
    def goes_on(self) -> bool:
        """True: more may follow."""
        return True

    def first_lines(self) -> list[str]:
        """The lines of the head."""
        return lines(b"".join(self.sample.blocks()))

    @property
    def sample(self) -> Payload:
        """The head alone."""
        return Payload(
            self.name, self.compression, self.size, self.head, io.BytesIO(), self.raw, self.member
        )

    def quiet(self) -> bool:
        """Whether nothing comes for a while, so that what waits should be given."""
        return isinstance(self.stream, LiveStream) and self.stream.quiet()


def live_payload(
    source: BinaryIO, name: str, should_stop: ShouldStop = never
) -> LivePayload | BinaryIO:
    """A pipe as a payload of lines, or as a stream of all its bytes where it must be read whole."""
    stream = LiveStream(source, should_stop)
    head = stream.head()
    if stream.ended:
        return io.BytesIO(head)
    if _must_be_whole(head):
        return _Rejoined(head, stream)  # type: ignore[return-value]
    return LivePayload(name, "none", 0, head, stream, io.BytesIO())


def is_pipe(source: object) -> bool:
    """Whether a stream is one that may still be written: it has a file and cannot be sought."""
    try:
        return not source.seekable() and source.fileno() >= 0  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return False


def _must_be_whole(head: bytes) -> bool:
    packed = compression_of(head) != "none" or head.startswith(b"PAR1")
    return packed or bool(_DOCUMENT.match(head)) or is_binary(head[:4096].decode("latin-1"))


class _Rejoined(io.RawIOBase):
    """The bytes that were read, and those that follow, as one stream that cannot be sought."""

    def __init__(self, head: bytes, stream: LiveStream) -> None:
        self._head, self._stream = head, stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes, all where none are named."""
        if self._head:
            size = len(self._head) if size < 0 else size
            found, self._head = self._head[:size], self._head[size:]
            return found
        return self._stream.read(size)
