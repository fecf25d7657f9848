"""Who asked: the client's address of each row, also where an answer names the server first."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from dga.logs.filled import first_filled
from dga.logs.paths import BESIDE_MACHINE, IPV4, IPV6, Choice, path_endings

# The other end of the columns that name the sender of a packet, and the column of its port.
_PORTS = ("sport", "spt", "sourceport", "srcport")  # others that a port's column is called
_OTHER_END = {
    "srcip": ("destip", "srcport"), "ipsrc": ("ipdst", "udpsrcport"), "sourceip":
    ("destinationip", "sourceport"), "ipv6src": ("ipv6dst", "udpsrcport"),
    "source": ("destination", "sourceport"), "src": ("dst", "srcport"),
}  # fmt: skip
_RESPONSE = ("dnsflagsresponse", "flagsresponse")
DNS_PORT = "53"


def client_addresses(
    chunk: pa.Table, choice: Choice | None, answered: pa.Array | None = None
) -> pa.Array | None:
    """The client of each row, without port or zone; None if the log tells no client.

    A row that a server sent, from port 53 or as a response, is told from its receiver; `answered`
    says which rows are responses where no port does.
    """
    if choice is None:
        return None
    column = first_filled(chunk, choice.columns)
    for ending in path_endings(choice.column):
        if ending in _OTHER_END:
            column = _receivers(chunk, column, *_OTHER_END[ending], answered)
            break
    return plain_addresses(column)


def has_other_end(chunk: pa.Table, choice: Choice) -> bool:
    """Whether a table tells both ends of a message, of which the choice is the sender."""
    known = [_OTHER_END[end] for end in path_endings(choice.column) if end in _OTHER_END]
    return bool(known) and known[0][0] in _by_ending(chunk)


def plain_addresses(column: pa.Array) -> pa.Array:
    """Addresses without brackets, ports and zones; other texts stay.

    >>> plain_addresses(pa.array(["10.1.0.23#5353", "[fe80::1%3]:53", "ws1"])).to_pylist()
    ['10.1.0.23', 'fe80::1', 'ws1']
    >>> plain_addresses(pa.array(["10.1.0.23:5353:X0:ws7", "inside:10.1.0.23/5353"])).to_pylist()
    ['10.1.0.23', '10.1.0.23']
    >>> plain_addresses(pa.array(["ws7 (10.1.0.23)", "fe80::1 (ws7)", "ws7 (old)"])).to_pylist()
    ['10.1.0.23', 'fe80::1', 'ws7 (old)']
    """
    coded = column.dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    texts = coded.dictionary
    for pattern in (BESIDE_MACHINE, IPV4, IPV6):
        texts = pc.replace_substring_regex(texts, pattern, r"\1")
    return texts.take(coded.indices)


def _by_ending(chunk: pa.Table) -> dict[str, str]:
    by_ending = {path_endings(c)[-1]: c for c in chunk.column_names}
    by_ending |= {"".join(path_endings(c)[:1]): c for c in chunk.column_names}
    by_ending |= {path_endings(c)[-2]: c for c in chunk.column_names if len(path_endings(c)) > 1}
    return by_ending


def _receivers(
    chunk: pa.Table, senders: pa.Array, other: str, port: str, answered: pa.Array | None
) -> pa.Array:
    by_ending = _by_ending(chunk)
    if other not in by_ending:
        return senders
    ports = [by_ending[name] for name in (port, *_PORTS) if name in by_ending]
    if ports:
        answered = pc.equal(_texts(chunk, ports[0]), DNS_PORT)
    elif answered is None:
        flag = next((by_ending[name] for name in _RESPONSE if name in by_ending), None)
        if flag:
            truths = pa.array(["1", "true", "True"], pa.large_string())
            answered = pc.is_in(_texts(chunk, flag), value_set=truths)
    if answered is None:
        return senders
    return pc.if_else(answered, _texts(chunk, by_ending[other]), senders)


def _texts(chunk: pa.Table, column: str) -> pa.Array:
    combined = chunk[column].combine_chunks()
    return combined if isinstance(combined, pa.Array) else pa.concat_arrays(combined.chunks)
