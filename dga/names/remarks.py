"""Remarks beside verdicts: gateways, invalid punycode, unusual subdomains.

Columns in, columns out, with "" for no remark. Look-alikes are in `look_alikes`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dga.names import arrow_strings, public_suffix, subdomains
from dga.names.byte_slices import Places
from dga.names.trace import decode, looks_like

SEPARATOR = "; "
HOMOGRAPH = "but contains other letters"  # the end of a remark on a look-alike
PUNYCODE_LABELS, CHARACTERS = 2**12, 2**16  # whose validity and script are remembered
_PUNYCODE = "xn--"
# The first word of the names of letters in recommended scripts (UAX 31, table 5).
_SCRIPTS = frozenset((
    "ARABIC", "ARMENIAN", "BENGALI", "BOPOMOFO", "CJK", "CYRILLIC", "DEVANAGARI", "ETHIOPIC",
    "FEMININE", "FULLWIDTH", "GEORGIAN", "GREEK", "GUJARATI", "GURMUKHI", "HALFWIDTH", "HANGUL",
    "HEBREW", "HIRAGANA", "IDEOGRAPHIC", "KANNADA", "KATAKANA", "KATAKANA-HIRAGANA", "KHMER", "LAO",
    "LATIN", "MALAYALAM", "MASCULINE", "MICRO", "MODIFIER", "MYANMAR", "ORIYA", "SINHALA", "TAMIL",
    "TELUGU", "THAANA", "THAI", "TIBETAN", "VULGAR",
))  # fmt: skip


def name_remarks(names: pa.LargeStringArray) -> pa.LargeStringArray:
    """Remarks on registered names under a gateway or with invalid punycode."""
    if len(names) < arrow_strings.ONE_BY_ONE:
        return arrow_strings.column_of([remark(name) for name in names.to_pylist()])
    odd = pc.or_(
        pc.match_substring(names, _PUNYCODE), pc.match_substring_regex(names, _gateway_pattern())
    )
    return _at(names, np.flatnonzero(arrow_strings.flags_of(odd)))


def subdomain_remarks(
    domains: pa.LargeStringArray, names: pa.LargeStringArray, wanted: npt.NDArray[np.bool_]
) -> pa.LargeStringArray:
    """Remarks on the labels under registered names (rows,) that look random or long.

    `wanted`: the rows to look at (rows,).
    """
    length = arrow_strings.lengths_of(names)
    under = arrow_strings.lengths_of(domains) - length - 1
    rows = np.flatnonzero((under >= subdomains.LEAST) & (length > 0) & wanted)
    if not len(rows):
        return arrow_strings.blank(len(domains))
    chosen = arrow_strings.numbers_of(rows)
    texts = map(subdomains.remark, domains.take(chosen).to_pylist(), names.take(chosen).to_pylist())
    return arrow_strings.scattered(len(domains), rows, list(texts))


def remark(name: str) -> str:
    """The remark on one registered name.

    >>> remark("abcdefghijklmnop.onion.to")
    'under onion.to, a gateway to the Tor network: the label names a site there'
    >>> remark("xn--hwevqwlocbvmrjdor.net")
    'xn--hwevqwlocbvmrjdor is no valid punycode'
    >>> remark("xn--pypal-4ve.com")
    'looks like paypal.com, but contains other letters'
    """
    zone = name.partition(".")[2]
    told = [
        f"{label} is no valid punycode"
        for label in name.split(".")
        if label.startswith(_PUNYCODE) and not _is_punycode(label)
    ]
    if _PUNYCODE in name and (imitated := looks_like(decode(name))):
        told.append(f"looks like {imitated}, {HOMOGRAPH}")
    if network := public_suffix.gateways().get(zone):
        told.append(
            f"under {zone}, a gateway to the {network} network: the label names a site there"
        )
    return SEPARATOR.join(told)


def judged_names(names: pa.LargeStringArray) -> pa.LargeStringArray:
    """The names as the model reads them: labels with invalid punycode lose their prefix `xn--`.

    >>> judged_names(arrow_strings.column_of(["xn--hwevqwlocbvmrjdor.net", "a.com"])).to_pylist()
    ['hwevqwlocbvmrjdor.net', 'a.com']
    """
    encoded = pc.match_substring(names, _PUNYCODE)
    found = names.filter(encoded).to_pylist()
    if not found:
        return names
    judged = [".".join(map(_judged_label, name.split("."))) for name in found]
    return pc.replace_with_mask(names, encoded, arrow_strings.column_of(judged))


def joined(*columns: pa.LargeStringArray) -> pa.LargeStringArray:
    """Join several columns of remarks into one."""
    filled = [column for column in columns if arrow_strings.lengths_of(column).any()]
    if len(filled) < 2:
        return filled[0] if filled else columns[0]
    given = [arrow_strings.lengths_of(column) > 0 for column in filled]
    rows = np.flatnonzero(np.logical_or.reduce(given))  # few
    chosen = arrow_strings.numbers_of(rows)
    texts = zip(*(column.take(chosen).to_pylist() for column in filled), strict=True)
    told = [SEPARATOR.join(filter(None, row)) for row in texts]
    return arrow_strings.scattered(len(columns[0]), rows, told)


def _at(names: pa.LargeStringArray, rows: Places) -> pa.LargeStringArray:
    chosen = names.take(arrow_strings.numbers_of(rows)).to_pylist()
    return arrow_strings.scattered(len(names), rows, [remark(name) for name in chosen])


def _judged_label(label: str) -> str:
    broken = label.startswith(_PUNYCODE) and not _is_punycode(label)
    return (label.removeprefix(_PUNYCODE) or label) if broken else label


@lru_cache(maxsize=PUNYCODE_LABELS)  # a name's labels are asked for twice
def _is_punycode(label: str) -> bool:
    """Whether a label decodes to letters of scripts in which names are registered, or to symbols.

    Random letters behind `xn--` often decode, mostly to a historic script.
    """
    decoded = decode(label)
    return decoded != label and all(map(_is_registrable, decoded))


@lru_cache(maxsize=CHARACTERS)
def _is_registrable(character: str) -> bool:
    """Whether a character is no letter, or one of a script in which names are registered."""
    if character.isascii() or unicodedata.category(character)[0] != "L":
        return True
    return unicodedata.name(character, "").partition(" ")[0] in _SCRIPTS


@cache
def _gateway_pattern() -> str:
    return rf"\.(?:{'|'.join(map(re.escape, public_suffix.gateways()))})$"
