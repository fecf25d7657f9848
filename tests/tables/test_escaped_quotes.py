"""CSV whose quotes are escaped with backslashes."""

import csv
import io
import json

import pytest

from dga.logs import read_events
from dga.tables import read_chunks
from dga.tables.escaped_quotes import doubled, doubled_blocks

EVENTS = [
    ("2026-05-01T10:00:01Z", "10.1.0.23", "xkqzvbnt.example", "NXDOMAIN"),
    ("2026-05-01T10:00:02Z", "10.1.0.24", "anna-garden.example", "NOERROR"),
]


def table(indent: int | None) -> bytes:
    file = io.StringIO()
    rows = csv.writer(file, doublequote=False, escapechar="\\", lineterminator="\n")
    rows.writerow(["source", "line"])
    for time, client, query, rcode in EVENTS:
        told = {"ts": time, "client": client, "query": query, "rcode": rcode, "note": 'a "b"'}
        rows.writerow(["dns", json.dumps(told, indent=indent)])
    return file.getvalue().encode()


@pytest.mark.parametrize("indent", [None, 1], ids=["a line", "several lines"])
def test_json_in_cells_is_read(indent):
    events = read_events(io.BytesIO(table(indent)))
    rows = [row for batch in events.batches() for row in batch.to_pylist()]
    found = [(row["time"].strftime("%FT%TZ"), row["client"], row["query"], row["rcode"])
             for row in rows]  # fmt: skip
    assert found == EVENTS


@pytest.mark.parametrize(
    "row",
    [r'"C:\logs\","a.com",x', r'a\"b\"c,"a.com",x', r'"{""a"":""b\""c""}",a.com,x'],
    ids=["a folder", "no quoted field", "doubled quotes"],
)
def test_other_backslashes_stay(row):
    text = f"path,domain,note\n{row}\n{row}\n"
    (chunk,) = read_chunks(io.BytesIO(text.encode()), name="a.csv")
    assert chunk.to_numpy().tolist() == 2 * [next(csv.reader([row]))]


def test_half_the_backslashes_before_a_quote_remain():
    assert doubled(r'1,"say \\\"b\"","C:\logs\\"') == r'1,"say \""b""","C:\logs\"'


def test_a_field_may_go_on_in_the_next_block():
    blocks = [b'a,"b\\"\n', b'c"\nd,e\n', b'f,"g']
    assert b"".join(doubled_blocks(blocks)) == b'a,"b""\nc"\nd,e\nf,"g'
