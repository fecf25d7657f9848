"""Packet captures and Pi-hole's database: look-ups with their answers, and damage told."""

from __future__ import annotations

import io
import random
import socket
import sqlite3
import struct
import subprocess
import sys
from pathlib import Path

import dpkt
import pyarrow as pa
import pytest

from dga.errors import FeedError
from dga.logs import captures, open_table, pihole_database, read_events
from dga.logs.events import SCHEMA
from dga.logs.tls import server_name

CLIENT, SERVER = "10.1.0.23", "192.0.2.53"
START = 1_777_629_601.25
QUERIES = "CREATE TABLE queries(id INTEGER PRIMARY KEY, timestamp, domain, client)"


def message(name: str, identity: int, rcode: int | None = None) -> bytes:
    packed = dpkt.dns.DNS(id=identity, qd=[dpkt.dns.DNS.Q(name=name, type=dpkt.dns.DNS_A)])
    if rcode is not None:
        packed.qr, packed.rcode = dpkt.dns.DNS_R, rcode
        if rcode == 0:
            packed.an = [dpkt.dns.DNS.RR(name=name, type=dpkt.dns.DNS_A, ttl=60,
                                         ip=socket.inet_aton("192.0.2.7"))]  # fmt: skip
    return bytes(packed)


def packet(data: bytes, *, answered: bool = False, tcp: int | None = None, port: int = 53) -> bytes:
    ends = (SERVER, CLIENT) if answered else (CLIENT, SERVER)
    ports = (port, 5_353) if answered else (5_353, port)
    if tcp is None:
        inner = dpkt.udp.UDP(sport=ports[0], dport=ports[1], data=data, ulen=8 + len(data))
        kind = dpkt.ip.IP_PROTO_UDP
    else:
        inner = dpkt.tcp.TCP(sport=ports[0], dport=ports[1], seq=tcp, data=data)
        kind = dpkt.ip.IP_PROTO_TCP
    ip = dpkt.ip.IP(
        src=socket.inet_aton(ends[0]), dst=socket.inet_aton(ends[1]), p=kind, data=inner
    )
    ip.len = len(ip)
    return bytes(dpkt.ethernet.Ethernet(data=ip, type=dpkt.ethernet.ETH_TYPE_IP))


def capture(packets: list[bytes], writer: type = dpkt.pcap.Writer) -> bytes:
    file = io.BytesIO()
    made = writer(file)
    for at, data in enumerate(packets):
        made.writepkt(data, ts=START + at)
    return file.getvalue()


def events_of(content: bytes) -> list[dict[str, object]]:
    events = read_events(io.BytesIO(content))
    found: list[dict[str, object]] = pa.Table.from_batches(
        list(events.batches()), SCHEMA
    ).to_pylist()
    return found


def hello(name: str) -> bytes:
    listed = b"\0" + struct.pack(">H", len(name)) + name.encode()
    extension = struct.pack(">HHH", 0, len(listed) + 2, len(listed)) + listed
    other = struct.pack(">HH", 23, 0)
    extensions = struct.pack(">H", len(other + extension)) + other + extension
    body = b"\3\3" + bytes(32) + b"\0" + b"\0\2\x13\x01" + b"\1\0" + extensions
    handshake = b"\1" + len(body).to_bytes(3, "big") + body
    return b"\x16\3\1" + struct.pack(">H", len(handshake)) + handshake


UDP = [
    packet(message("xkqzvbnt.example", 7)),
    packet(message("xkqzvbnt.example", 7, 3), answered=True),
]


@pytest.mark.parametrize("writer", [dpkt.pcap.Writer, dpkt.pcapng.Writer])
def test_a_query_and_its_answer_are_one_event(writer: type) -> None:
    (event,) = events_of(capture(UDP, writer))
    assert event["client"] == CLIENT and event["query"] == "xkqzvbnt.example"
    assert event["rcode"] == "NXDOMAIN" and event["line"] == 1
    assert str(event["time"]).startswith("2026-05-01 10:00:01.25")


def test_dns_over_tcp_is_put_together_from_its_segments() -> None:
    sent = message("a.example", 8)
    framed = struct.pack(">H", len(sent)) + sent
    answer = message("a.example", 8, 0)
    framed_answer = struct.pack(">H", len(answer)) + answer
    packets = [
        packet(framed[:9], tcp=100), packet(framed[:9], tcp=100), packet(framed[9:], tcp=109),
        packet(framed_answer, tcp=5, answered=True),
    ]  # fmt: skip
    (event,) = events_of(capture(packets))
    assert event["query"] == "a.example" and event["rcode"] == "NOERROR"
    assert event["answers"] == "192.0.2.7" and event["client"] == CLIENT


@pytest.mark.parametrize("cut", [0, 7, 60])
def test_a_server_name_of_tls_is_an_event(cut: int) -> None:
    whole = hello("www.example.com")
    parts = [packet(whole, tcp=50, port=443)]
    if cut:
        parts = [packet(whole[:cut], tcp=50, port=443), packet(whole[cut:], tcp=50 + cut, port=443)]
    (event,) = events_of(capture(parts))
    assert event["query"] == "www.example.com" and event["client"] == CLIENT
    assert event["rcode"] is None


def test_packets_of_other_kinds_are_left_out() -> None:
    others = [
        packet(b"hello", port=80),
        packet(b"x" * 20),
        packet(b"GET /", tcp=1, port=80),
        b"\0" * 9,
    ]
    assert len(events_of(capture([*others, *UDP]))) == 1


def test_a_capture_that_is_cut_off_gives_what_it_has() -> None:
    assert len(events_of(capture(UDP)[:-5])) == 1


def test_damage_is_told_in_one_sentence() -> None:
    content = capture(UDP)
    huge = content[:32] + b"\xff\xff\xff\x7f" + content[36:]
    with pytest.raises(FeedError, match="damaged"):
        events_of(huge)


def test_no_damaged_capture_raises_anything_else() -> None:
    chance = random.Random(3)
    whole = capture([*UDP, packet(hello("a.example"), tcp=5, port=443)])
    for _ in range(300):
        content = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            content[chance.randrange(24, len(content))] = chance.randrange(256)
        try:
            events_of(bytes(content))
        except FeedError:
            continue


def test_a_hello_without_a_name_has_none() -> None:
    assert server_name(b"\x16\3\1\0\5\1\0\0\1\3") == ""
    assert server_name(hello("a.example")[:30]) is None


OLD = "CREATE TABLE queries(id INTEGER PRIMARY KEY, timestamp INTEGER, type INTEGER, " \
      "status INTEGER, domain TEXT, client TEXT, forward TEXT{})"  # fmt: skip
NEW = """
CREATE TABLE domain_by_id(id INTEGER PRIMARY KEY, domain TEXT);
CREATE TABLE client_by_id(id INTEGER PRIMARY KEY, ip TEXT, name TEXT);
CREATE TABLE query_storage(id INTEGER PRIMARY KEY, timestamp REAL, type INTEGER, status INTEGER,
    domain INTEGER, client INTEGER, forward INTEGER, additional_info INTEGER, reply_type INTEGER);
INSERT INTO domain_by_id VALUES(1, 'xkqzvbnt.example');
INSERT INTO client_by_id VALUES(1, '10.1.0.23', 'pc');
INSERT INTO query_storage VALUES(1, 1777629601.5, 1, 2, 1, 1, NULL, NULL, 2);
"""
VIEW = (
    "CREATE VIEW queries AS SELECT id, timestamp, type, status, (SELECT domain FROM domain_by_id d "
    "WHERE d.id = q.domain) domain, (SELECT ip FROM client_by_id c WHERE c.id = q.client) client, "
    "reply_type FROM query_storage q"
)


@pytest.mark.parametrize("view", [True, False])
def test_piholes_database_of_today(tmp_path: Path, view: bool) -> None:
    path = tmp_path / "pihole-FTL.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(NEW + (VIEW if view else ""))
    (event,) = events_of(path.read_bytes())
    assert event["client"] == "10.1.0.23" and event["query"] == "xkqzvbnt.example"
    assert event["rcode"] == "NXDOMAIN" and str(event["time"]).startswith("2026-05-01 10:00:01.5")


def test_piholes_first_database_tells_no_answers(tmp_path: Path) -> None:
    path = tmp_path / "pihole-FTL.db"
    with sqlite3.connect(path) as connection:
        connection.execute(OLD.format(""))
        connection.execute(
            "INSERT INTO queries VALUES(1, 1777629601, 1, 2, 'a.com', '10.1.0.23', '')"
        )
    before = path.read_bytes()
    with open_table(path) as log:
        (chunk,) = log.chunks
    assert chunk.to_pylist()[0] | {"id": ""} == {
        "id": "", "time": "1777629601", "client": "10.1.0.23", "query": "a.com", "rcode": "",
        "type": "A", "status": "forwarded",
    }  # fmt: skip
    assert path.read_bytes() == before


def test_other_databases_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE other(a)")
    with pytest.raises(FeedError, match="without Pi-hole's table of queries"):
        events_of(path.read_bytes())


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
COLUMNS = "i AS id, i AS timestamp, 'a.com' AS domain, '' AS client"


@pytest.mark.parametrize(
    "view",
    [
        f"{ENDLESS} SELECT {COLUMNS} FROM n",
        f"{ENDLESS} SELECT {COLUMNS} FROM n WHERE i < 0",
        f"{ENDLESS} SELECT max(i) id, i timestamp, 'a.com' domain, '' client FROM n",
        f"{ENDLESS} SELECT {COLUMNS} FROM n ORDER BY hex(zeroblob(9000)) || i",
    ],
)
@pytest.mark.parametrize("name", ["queries", "query_storage"])
def test_views_of_a_database_are_not_run(tmp_path: Path, view: str, name: str) -> None:
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE VIEW {name} AS {view}")
    with pytest.raises(FeedError, match="without Pi-hole's table of queries"):
        events_of(path.read_bytes())


def filled(path: Path) -> bytes:
    """A database of some thousand queries."""
    names = [(number, f"garden{number}.example") for number in range(3_000)]
    with sqlite3.connect(path) as connection:
        connection.execute(QUERIES)
        connection.executemany("INSERT INTO queries VALUES (?1, 1, ?2, 'x')", names)
    return path.read_bytes()


def test_rows_that_are_far_larger_than_the_database_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = filled(tmp_path / "x.db")
    assert len(events_of(content)) == 3_000
    monkeypatch.setattr(pihole_database, "RATIO_FREE_BYTES", 1_000)
    monkeypatch.setattr(pihole_database, "MAX_RATIO", 0)
    with pytest.raises(FeedError, match="unpacks to more than"):
        events_of(content)


def test_a_database_that_takes_too_long_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = filled(tmp_path / "x.db")
    monkeypatch.setattr(pihole_database, "SECONDS", -1_000.0)
    with pytest.raises(FeedError, match="cannot be read"):
        events_of(content)


def tunnels(kind: str, depth: int) -> bytes:
    """A packet of a query, with so many headers around it."""
    inner = packet(message("xkqzvbnt.example", 7))[14:]
    for _ in range(depth):
        if kind == "extensions":
            inner = bytes(8) + inner
            continue
        inner = inner if kind == "ip" else b"\0\0\x08\0" + inner
        head = struct.pack(
            ">BBHHHBBH", 0x45, 0, (20 + len(inner)) & 0xFFFF, 1, 0, 64, 4 if kind == "ip" else 47, 0
        )
        inner = head + socket.inet_aton(CLIENT) + socket.inet_aton(SERVER) + inner
    if kind == "extensions":
        inner = struct.pack(">IHBB", 0x60000000, len(inner) & 0xFFFF, 0, 64) + bytes(32) + inner
    return bytes(12) + (b"\x86\xdd" if kind == "extensions" else b"\x08\0") + inner


@pytest.mark.parametrize("kind", ["ip", "gre", "extensions"])
def test_a_packet_of_headers_upon_headers_is_passed_over(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[int] = []
    decode = captures._ip
    monkeypatch.setattr(
        captures, "_ip", lambda data, link: decoded.append(len(data)) or decode(data, link)
    )
    found = events_of(capture([*UDP, tunnels(kind, 3_000), tunnels(kind, 900)]))
    assert found == events_of(capture(UDP))
    assert max(decoded) <= captures.MAX_HEADERS  # a long chain is not decoded as a whole


def test_a_large_packet_is_read_to_its_end() -> None:
    long = packet(message("xkqzvbnt.example", 7) + bytes(3_000))
    assert [row["query"] for row in events_of(capture([long]))] == ["xkqzvbnt.example"]


def test_a_hello_in_very_many_records_is_given_up() -> None:
    whole = hello("xkqzvbnt.example")
    handshake = whole[5:]

    def parted(records: int) -> bytes:
        size = -(-len(handshake) // records)
        parts = [handshake[at : at + size] for at in range(0, len(handshake), size)]
        return b"".join(b"\x16\3\1" + struct.pack(">H", len(part)) + part for part in parts)

    assert server_name(parted(3)) == server_name(whole) == "xkqzvbnt.example"
    assert server_name(parted(60)) is None


def database(path: Path, *statements: str) -> bytes:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize(
    "computed",
    ["hex(zeroblob(9))", "'a' LIKE '%a'", "printf('%.*c', 9, 'x')", "instr('aa', 'a')", "abs(id)"],
)
def test_what_a_database_would_compute_is_not_run(computed: str, tmp_path: Path) -> None:
    content = database(
        tmp_path / "ftl.db",
        "CREATE TABLE query_storage(id, timestamp, domain, client)",
        "CREATE TABLE client_by_id(id INTEGER PRIMARY KEY, ip)",
        f"CREATE TABLE domain_by_id(id INTEGER PRIMARY KEY, domain AS ({computed}))",
        "INSERT INTO query_storage VALUES (1, 1, 1, 1)",
    )
    with pytest.raises(FeedError, match="has computed columns"):
        events_of(content)


READ_WITHIN = """
import sys
from pathlib import Path
from dga.errors import FeedError
from dga.logs import open_table, pihole_database

pihole_database.HEAP_BYTES = 2**22  # of the whole process, which can never have more again
for path in sys.argv[1:]:
    try:
        with open_table(Path(path)) as table:
            print(sum(map(len, table.chunks)))
    except FeedError as error:
        print(error)
"""


def test_a_database_whose_schema_fills_the_memory_is_refused(tmp_path: Path) -> None:
    rows = "INSERT INTO queries VALUES (1, 1777629601, 'xkqzvbnt.example', '10.1.0.23')"
    columns = ", ".join(f"c{number}" for number in range(1_500))
    tables = [f"CREATE TABLE t{number}({columns})" for number in range(400)]
    for name, more in (("few", []), ("many", tables)):
        database(tmp_path / f"{name}.db", QUERIES, rows, *more)
    given = [str(tmp_path / f"{name}.db") for name in ("few", "many")]
    told = subprocess.run(
        [sys.executable, "-c", READ_WITHIN, *given], capture_output=True, text=True, check=True
    )
    few, many = told.stdout.splitlines()
    assert few == "1" and "takes over 4 MiB of memory" in many
