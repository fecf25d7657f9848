"""TOML is refused by its own name; what resembles it is read."""

import io
import time

import pytest

from dga.errors import FeedError
from dga.logs import read_events
from dga.tables import sniff
from dga.tables.toml import is_toml

TABLES = """[[queries]]
time = 2026-05-01T10:00:01Z
client = "10.1.0.23"
qname = "xkqzvbntwq.net"

[[queries]]
client = "10.1.0.24"
qname = "anna-garden.net"
"""
SETTINGS = """# names to block
title = "blocked"
[block]
names = [
  "xkqzvbntwq.net",  # new
  "anna-garden.net",
]
"""


@pytest.mark.parametrize("text", [TABLES, SETTINGS])
@pytest.mark.parametrize("read", [sniff, read_events])
def test_toml_is_told_with_the_way_out(text, read):
    with pytest.raises(FeedError, match="TOML, which is not read; convert its tables to JSON"):
        read(io.BytesIO(text.encode()))


@pytest.mark.parametrize(
    "text",
    ["[adblock]\nxkqzvbntwq.net\nanna-garden.net\n", '[\n["a.com", 1],\n["b.com", 2]\n]\n',
     "[x]\nqname=xkqzvbntwq.net client=10.1.0.23\nqname=anna-garden.net client=10.1.0.24\n"],
)  # fmt: skip
def test_what_resembles_toml_is_read(text):
    assert sniff(io.BytesIO(text.encode())).columns


def test_long_blank_lines_take_little_time():
    started = time.monotonic()
    assert not is_toml([" " * 500_000 + "x", "[" + " " * 500_000, "a" + " " * 500_000 + "b"])
    assert time.monotonic() - started < 5
