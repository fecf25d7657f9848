"""Decode bytes to lines of text (byte-order marks, encodings, line ends), and shorten text for
messages.

Knows nothing of tables.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator

BOMS = {
    codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def encoding_of(head: bytes) -> str:
    """Detect the encoding: by its byte-order mark, else by zero bytes (UTF-16), else by trial."""
    for mark, encoding in BOMS.items():
        if head.startswith(mark):
            return encoding
    sample = head[:4096]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if sample[start::2].count(0) > 0.6 * len(sample) / 2 > 2 * sample[1 - start :: 2].count(0):
            return encoding
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def as_utf8(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Pieces of a file as UTF-8 without a byte-order mark; 8-bit encodings are left as they are."""
    if encoding == "utf-8-sig":
        yield next(pieces).removeprefix(codecs.BOM_UTF8)
    if not encoding.startswith(("utf-16", "utf-32")):
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    yield from (decoder.decode(piece).encode() for piece in pieces)
    yield decoder.decode(b"", final=True).encode()


def unix(block: bytes) -> bytes:
    """A block with all line ends converted to line feeds."""
    return block.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in block else block


def lines(block: bytes) -> list[str]:
    """The lines of a block; each line that is not UTF-8 is read as Windows-1252.

    >>> lines("grün\\n".encode() + "grün".encode("cp1252"))
    ['grün', 'grün']
    """
    try:
        found = block.decode().split("\n")
    except UnicodeDecodeError:
        found = [decoded(line) for line in block.split(b"\n")]
    return found if found[-1] else found[:-1]


def decoded(line: bytes) -> str:
    """Decode bytes in UTF-8 or an unknown 8-bit encoding; never fails."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")


def without_surrogates(text: str) -> str:
    """The text with U+FFFD for each lone surrogate, which UTF-8 cannot encode."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def is_binary(text: str) -> bool:
    """Whether it has too many control characters to be text."""
    strange = len(_CONTROL.findall(text)) + text.count("\0") // 10
    return strange > max(4, len(text) // 33)


def one_line(text: str) -> str:
    """Text for a message: without line ends and invisible characters, at most 80 characters."""
    return _UNSHOWN.sub("", text).strip()[:80]


def shown(columns: Iterable[str], most: int = 12) -> str:
    """Column names for a message: on one line, the first ones only.

    >>> shown(["a", "b\\n"], most=1)
    'a and 1 more'
    """
    names = [one_line(column) or "(unnamed)" for column in columns]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
