"""Addresses that stand between the fields of a line, as in `tcp 10.1.0.23 192.0.2.7`.

Text without its fields in, a field an address out; the machine that wrote the line is left out.
"""

from __future__ import annotations

import re
from typing import Final

from dga.logs.heads import head_time

FIELD: Final = "address"  # and a number: address_1, address_2
MAX_ADDRESSES: Final = 6  # of one line
_ADDRESS = re.compile(
    r"(?<![\w.=/-])(?:\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*[A-Za-z-])|(?:[0-9A-Fa-f]{0,4}:){3,7}[0-9A-Fa-f]{0,4}(?![\w:]))"
)
_WRITER = re.compile(r"[\s\]]*\S+")  # behind the time


def bare_addresses(text: str) -> dict[str, str]:
    """The addresses of a text, numbered in their order.

    >>> bare_addresses("May  1 10:00:01 192.0.2.1 Allow tcp 10.1.0.23 198.51.100.7 msg")
    {'address_1': '10.1.0.23', 'address_2': '198.51.100.7'}
    >>> bare_addresses("from inside:10.1.0.23/5353 (192.0.2.1/5353)")
    {'address_1': '10.1.0.23', 'address_2': '192.0.2.1'}
    """
    time = head_time(text)
    if time:
        text = _WRITER.sub("", text.partition(time)[2], count=1)
    found = _ADDRESS.findall(text)[:MAX_ADDRESSES]
    return {f"{FIELD}_{number}": address for number, address in enumerate(found, 1)}
