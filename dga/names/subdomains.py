"""Remarks on the labels under a registered name that look random or are long.

Only the registered name is scored, but DNS tunnels and some malware encode data in the labels under
a benign name. The remark never changes the verdict.
"""

from __future__ import annotations

import re

SHORTEST_RANDOM = 15  # characters of one label
LONG_LABEL, LONG_SUBDOMAIN = 40, 60  # characters
LEAST = SHORTEST_RANDOM
_SWITCH = re.compile(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])")
_MANY_SWITCHES = 4  # between letters and digits
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{7}")
_FEW_VOWELS = 0.15  # of the letters


def remark(domain: str, registered_name: str) -> str:
    """The remark on the labels under a registered name; "" if they look usual.

    >>> remark("k5kcub8assl3alrf7gm3.api.example.com", "example.com")
    'only example.com was judged; the labels under it look random'
    >>> remark("mail.europe.example.com", "example.com")
    ''
    """
    under = domain[: -len(registered_name) - 1]
    if len(under) < LEAST:
        return ""
    if any(map(looks_random, re.split(r"[._-]", under))):
        return f"only {registered_name} was judged; the labels under it look random"
    if len(under) >= LONG_SUBDOMAIN or max(map(len, under.split("."))) >= LONG_LABEL:
        return (
            f"only {registered_name} was judged; the labels under it are long "
            f"({len(under)} characters)"
        )
    return ""


def looks_random(label: str) -> bool:
    """Whether a label is long and unlike a word: it mixes letters and digits or has few vowels.

    >>> looks_random("gq1h856599gqh538acqn"), looks_random("internationalisation")
    (True, False)
    """
    if len(label) < SHORTEST_RANDOM or label.startswith("xn--"):
        return False
    letters = sum(map(str.isalpha, label))
    if len(_SWITCH.findall(label)) >= _MANY_SWITCHES or not letters:
        return bool(letters)
    vowels = sum(map(label.count, "aeiouy"))
    return vowels < _FEW_VOWELS * letters or bool(_CONSONANTS.search(label))
