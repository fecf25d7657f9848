"""Packet captures (pcap, pcapng): DNS over UDP and TCP, and the server names of TLS handshakes.

A row a look-up, its answer joined; a row a handshake. Other packets are no rows. Damage within a
packet skips that packet; sizes, streams and flows are bounded.
"""

from __future__ import annotations

import socket
import struct
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import dpkt
import pyarrow as pa

from dga.errors import FeedError
from dga.logs.field_names import ANSWERS, CLIENT, QUERY, RCODE, TIME
from dga.logs.grammar import ANSWERED, ASKED, EVENT, Grammar, LinePattern
from dga.logs.joining import Groups, Joiner, Row
from dga.logs.tls import is_client_hello, server_name
from dga.tables.unpack import Payload, Readable

FORMAT: Final = "capture"
PACKETS: Final = "packets"
COLUMNS: Final = (PACKETS, TIME, CLIENT, QUERY, RCODE, ANSWERS)
MAGICS: Final = (
    b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d",
    b"\x0a\x0d\x0d\x0a",
)  # fmt: skip
MAX_PACKET: Final = 2**24  # bytes; a larger one is damage
MAX_HEADERS: Final = 1_500  # bytes in which the headers of a packet must end
MAX_FLOWS: Final = 4_096  # TCP streams that are put together at a time
MAX_STREAM: Final = 2**16  # bytes of one
MAX_MESSAGES: Final = 100  # of one segment
ROWS: Final = 2_000
DNS_PORT: Final = 53
_PCAPNG = b"\x0a\x0d\x0d\x0a"
_GRAMMAR = Grammar(FORMAT, "Packet capture", (), (), key=("client", "id"))
_KINDS = {kind: LinePattern(None, kind) for kind in (ASKED, ANSWERED, EVENT)}  # type: ignore[arg-type]
_DAMAGE = (dpkt.dpkt.Error, struct.error, IndexError, ValueError, KeyError, TypeError,
           AttributeError, OSError, RecursionError)  # fmt: skip
_LINKS = {
    dpkt.pcap.DLT_EN10MB: dpkt.ethernet.Ethernet,
    dpkt.pcap.DLT_LINUX_SLL: dpkt.sll.SLL,
    dpkt.pcap.DLT_LINUX_SLL2: dpkt.sll2.SLL2,
    dpkt.pcap.DLT_NULL: dpkt.loopback.Loopback,
    dpkt.pcap.DLT_LOOP: dpkt.loopback.Loopback,
}
_READ = (dpkt.udp.UDP, dpkt.tcp.TCP)
_RAW = (dpkt.pcap.DLT_RAW, 12, 14, 228, 229)
_A, _CNAME, _AAAA = dpkt.dns.DNS_A, dpkt.dns.DNS_CNAME, dpkt.dns.DNS_AAAA

Flow = tuple[bytes, int, bytes, int]


def is_capture(head: bytes) -> bool:
    """Whether a file starts as a capture does."""
    return head.startswith(MAGICS)


def capture_tables(payload: Payload) -> Iterator[pa.Table]:
    """The look-ups and handshakes of a capture; raises FeedError when it is no capture at all."""
    reader = _open(payload)
    joiner = Joiner(_GRAMMAR)
    streams = _Streams()
    number, waiting = 0, 0
    for number, (time, data) in enumerate(_packets(reader, payload.name), 1):
        for message in _messages(data, reader.datalink(), streams):
            joiner.packet(number, message.groups, _KINDS[message.kind], f"{float(time):.6f}")
            waiting += 1
        if waiting >= ROWS:
            yield _table(joiner.ready())
            waiting = 0
    yield _table(joiner.ready(final=True))


def _table(rows: list[Row]) -> pa.Table:
    cells = [row.cells()[: len(COLUMNS)] for row in rows]
    columns = list(zip(*cells, strict=True)) or [()] * len(COLUMNS)
    return pa.table([pa.array(c, pa.large_string()) for c in columns], names=list(COLUMNS))


class _Capped:
    """A file for dpkt that refuses to read a packet of an impossible size."""

    name = ""

    def __init__(self, head: bytes, stream: Readable, name: str) -> None:
        self._head, self._stream, self.name = BytesIO(head), stream, name

    def read(self, size: int) -> bytes:
        if not 0 <= size <= MAX_PACKET:
            raise FeedError(f"{self.name}: damaged, a packet of {size:,} bytes; capture it again")
        found = self._head.read(size)
        while len(found) < size and (more := self._stream.read(size - len(found))):
            found += more
        return found


def _open(payload: Payload) -> dpkt.pcap.Reader | dpkt.pcapng.Reader:
    file = _Capped(payload.head, payload.stream, payload.name)
    kind = dpkt.pcapng.Reader if payload.head.startswith(_PCAPNG) else dpkt.pcap.Reader
    try:
        return kind(file)
    except _DAMAGE as error:
        raise FeedError(
            f"{payload.name}: a damaged packet capture ({error}); capture it again"
        ) from None


def _packets(
    reader: dpkt.pcap.Reader | dpkt.pcapng.Reader, name: str
) -> Iterator[tuple[float, bytes]]:
    """The packets; one that is cut off by the file's end is the last."""
    packets = iter(reader)
    while True:
        try:
            yield next(packets)
        except StopIteration:
            return
        except dpkt.dpkt.NeedData:
            return
        except _DAMAGE as error:
            raise FeedError(
                f"{name}: a damaged packet capture ({error}); capture it again"
            ) from None


@dataclass(frozen=True)
class _Message:
    groups: Groups
    kind: str


def _messages(data: bytes, link: int, streams: _Streams) -> list[_Message]:
    """What one packet tells of names."""
    try:
        if len(data) > MAX_HEADERS and not isinstance(_ip(data[:MAX_HEADERS], link).data, _READ):
            return []  # headers upon headers, for each of which the rest would be copied
        packet = _ip(data, link)
        transport = packet.data
        ports = (transport.sport, transport.dport)
        if isinstance(transport, dpkt.udp.UDP):
            return _dns(bytes(transport.data), packet, ports) if DNS_PORT in ports else []
        if isinstance(transport, dpkt.tcp.TCP):
            return _tcp(transport, packet, ports, streams)
    except _DAMAGE:
        return []
    return []


def _ip(data: bytes, link: int) -> dpkt.ip.IP | dpkt.ip6.IP6:
    if link in _LINKS:
        packet = _LINKS[link](data)
        while not isinstance(packet, dpkt.ip.IP | dpkt.ip6.IP6):
            packet = packet.data  # a tunnel or tag; an AttributeError is no IP packet
        return packet
    if link in _RAW:
        return (dpkt.ip6.IP6 if data[0] >> 4 == 6 else dpkt.ip.IP)(data)
    raise ValueError(f"link type {link}")


def _address(packed: bytes) -> str:
    return socket.inet_ntop(socket.AF_INET6 if len(packed) == 16 else socket.AF_INET, packed)


def _dns(data: bytes, packet: dpkt.ip.IP, ports: tuple[int, int]) -> list[_Message]:
    message = dpkt.dns.DNS(data)
    if len(message.qd) != 1:
        return []
    answered = message.qr == dpkt.dns.DNS_R
    client, port = (packet.dst, ports[1]) if answered else (packet.src, ports[0])
    groups: Groups = {
        "client": _address(client),
        "query": _printable(message.qd[0].name),
        "id": f"{message.id}.{port}",
    }
    if answered:
        groups["rcode"] = str(message.rcode)
        groups["answers"] = ",".join(filter(None, map(_answer, message.an)))
    return [_Message(groups, ANSWERED if answered else ASKED)]


def _answer(record: dpkt.dns.DNS.RR) -> str:
    if record.type in (_A, _AAAA):
        return _address(record.rdata)
    return _printable(record.cname) if record.type == _CNAME else ""


def _printable(name: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)


def _tcp(
    segment: dpkt.tcp.TCP, packet: dpkt.ip.IP, ports: tuple[int, int], streams: _Streams
) -> list[_Message]:
    data = bytes(segment.data)
    flow = (packet.src, ports[0], packet.dst, ports[1])
    if DNS_PORT in ports:
        stream = streams.add(flow, segment.seq, data)
        return _tcp_dns(streams, flow, stream, packet, ports)
    if not is_client_hello(data) and flow not in streams:
        return []
    name = server_name(streams.add(flow, segment.seq, data))
    if name is None:
        return []
    streams.drop(flow)
    groups: Groups = {"client": _address(packet.src), "query": _printable(name)}
    return [_Message(groups, EVENT)] if name else []


def _tcp_dns(
    streams: _Streams, flow: Flow, stream: bytes, packet: dpkt.ip.IP, ports: tuple[int, int]
) -> list[_Message]:
    """The messages of a stream that are complete, each behind its length."""
    found: list[_Message] = []
    at = 0
    while len(stream) - at >= 2 and len(found) < MAX_MESSAGES:
        end = at + 2 + int.from_bytes(stream[at : at + 2], "big")
        if end > len(stream):
            break
        found += _dns(stream[at + 2 : end], packet, ports)
        at = end
    streams.cut(flow, at)
    return found


class _Streams:
    """The beginnings of TCP streams, put together from segments that come in order."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Flow, tuple[int, bytes]] = OrderedDict()

    def __contains__(self, flow: Flow) -> bool:
        return flow in self._kept

    def add(self, flow: Flow, sequence: int, data: bytes) -> bytes:
        """Put a segment to its stream; returns what there is of it."""
        expected, stream = self._kept.get(flow, (sequence, b""))
        if not data:
            return stream
        if sequence != expected:  # one is missing, or comes again: start anew with a later one
            if (expected - sequence) % 2**32 < 2**31:
                return stream
            stream = b""
        stream = (stream + data)[:MAX_STREAM]
        self._kept[flow] = ((sequence + len(data)) % 2**32, stream)
        self._kept.move_to_end(flow)
        if len(self._kept) > MAX_FLOWS:
            self._kept.popitem(last=False)
        return stream

    def cut(self, flow: Flow, length: int) -> None:
        """Take what is read from a stream's beginning."""
        if flow in self._kept:
            expected, stream = self._kept[flow]
            self._kept[flow] = (expected, stream[length:])

    def drop(self, flow: Flow) -> None:
        """Forget a stream."""
        self._kept.pop(flow, None)
