"""Answer codes of logs that hold each answer as a DNS message in base64, as AdGuard Home does."""

from __future__ import annotations

import base64

import pyarrow as pa
import pyarrow.compute as pc

from dga.logs.rcodes import rcode_name

HEADER = 16  # base64 characters that the twelve bytes of a header take (RFC 1035, 4.1.1)
MESSAGE = r"^[A-Za-z0-9+/]{16,}={0,2}$"
RESPONSE = 0x80


def wire_rcodes(answers: pa.Array) -> pa.Array:
    """The name of each message's answer code, null where the text is no response message.

    >>> wire_rcodes(pa.array(["EjSBgwABAAAAAAAA", "93.184.216.34", None])).to_pylist()
    ['NXDOMAIN', None, None]
    """
    texts = answers.cast(pa.string())
    headers = pc.utf8_slice_codeunits(texts, 0, HEADER)
    headers = pc.if_else(pc.match_substring_regex(texts, MESSAGE), headers, None)
    coded = pc.utf8_slice_codeunits(headers, 0, 8).dictionary_encode()
    named = pa.array(list(map(_rcode, coded.dictionary.to_pylist())), pa.string())
    return named.take(coded.indices)


def _rcode(start: str) -> str | None:
    """The code in the first six bytes of a message, in base64."""
    flags = base64.b64decode(start)[2:4]
    return rcode_name(str(flags[1] & 0xF)) if flags[0] & RESPONSE else None
