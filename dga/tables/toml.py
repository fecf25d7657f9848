"""Recognise TOML, which is refused: lines in, an answer out. Nothing is parsed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

SNIFFED_LINES: Final = 200
NEARLY_ALL: Final = 0.9
_HEADER = re.compile(r"""\s*+\[{1,2}\s*+[\w"'][\w."' -]{0,100}\]{1,2}\s*+(?:#.*)?$""")
_KEY = re.compile(r"""\s*+[\w."'-]{1,100}\s*+=\s*+(?P<value>["'\[{]|(?:true|false)\b|[+-]?\d)""")
_ELEMENT = re.compile(r"""\s*+(?:"[^"]*+"|'[^']*+'|[\d.+-]++)?+\s*+[\]},]?+\s*+,?+\s*+(?:#.*)?$""")


def is_toml(lines: Sequence[str]) -> bool:
    """Whether lines are tables of TOML: headers in brackets, and keys with quoted texts or lists.

    >>> is_toml(["[[queries]]", 'qname = "a.com"']), is_toml(["[zone]", "file=a.com"])
    (True, False)
    >>> is_toml(["[[1, 2],", '["a.com"]]'])
    False
    """
    filled = [line for line in lines[:SNIFFED_LINES] if line.strip()]
    sample = [line for line in filled if not line.lstrip().startswith("#")]
    headers = sum(bool(_HEADER.match(line)) for line in sample)
    keys = [key["value"] for line in sample if (key := _KEY.match(line))]
    others = sum(bool(_ELEMENT.match(line)) for line in sample)
    quoted = any(value in "\"'[{" for value in keys)
    return bool(headers and quoted) and headers + len(keys) + others >= NEARLY_ALL * len(sample)
