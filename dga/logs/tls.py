"""The server name in the first message of a TLS handshake. Bytes in, a name out."""

from __future__ import annotations

MAX_RECORDS = 16  # of one hello; clients send one or two
_HANDSHAKE, _CLIENT_HELLO, _SERVER_NAME = 22, 1, 0


def is_client_hello(data: bytes) -> bool:
    """Whether a stream begins as a client's first handshake message does."""
    return len(data) > 5 and data[0] == _HANDSHAKE and data[1] == 3 and data[5] == _CLIENT_HELLO


def server_name(stream: bytes) -> str | None:
    """The server name of a client's hello: "" if it has none, None if more bytes are needed."""
    if not is_client_hello(stream):
        return ""
    hello = _records(stream)
    if len(hello) < 4 or len(hello) < 4 + int.from_bytes(hello[1:4], "big"):
        return None
    return _name(hello[4 : 4 + int.from_bytes(hello[1:4], "big")])


def _records(stream: bytes) -> bytes:
    """The handshake bytes of the records in a stream, without the records' heads."""
    found, at = b"", 0
    for _ in range(MAX_RECORDS):
        if at + 5 > len(stream) or stream[at] != _HANDSHAKE:
            break
        length = int.from_bytes(stream[at + 3 : at + 5], "big")
        found += stream[at + 5 : at + 5 + length]
        at += 5 + length
    return found


def _name(hello: bytes) -> str:
    """The name in the extensions; fields before them are skipped by their lengths."""
    at = 2 + 32
    for width in (1, 2, 1):  # session, cipher suites, compression methods
        at += width + int.from_bytes(hello[at : at + width], "big")
    end = at + 2 + int.from_bytes(hello[at : at + 2], "big")
    at += 2
    while at + 4 <= min(end, len(hello)):
        kind = int.from_bytes(hello[at : at + 2], "big")
        length = int.from_bytes(hello[at + 2 : at + 4], "big")
        if kind == _SERVER_NAME:
            return hello[at + 9 : at + 4 + length].decode("ascii", "replace")
        at += 4 + length
    return ""
