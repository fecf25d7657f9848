"""The public suffixes: the same as the library says whose list is read."""

from __future__ import annotations

from itertools import chain

import pytest
from publicsuffixlist import PSLFILE, PublicSuffixList

from dga.names import public_suffix
from dga.names.public_suffix import (
    ZONES,
    blocklist_zones,
    gateways,
    levels,
    public_labels,
    rules,
)


@pytest.fixture(scope="module")
def library() -> PublicSuffixList:
    with open(PSLFILE, encoding="utf-8") as listed, open(ZONES, encoding="utf-8") as ours:
        return PublicSuffixList(chain(listed, ours, gateways()), accept_unknown=True)


def _endings(labels: list[str]) -> set[str]:
    return {".".join(labels[start:]) for start in range(len(labels))}


@pytest.mark.parametrize("under", ["", "abc.", "www.abc.", "a.b.c.d."])
def test_every_rule_says_what_the_library_says(library: PublicSuffixList, under: str) -> None:
    wrong = []
    for suffix in rules():
        labels = f"{under}{suffix}".split(".")
        if labels[-1] in public_suffix.SPECIAL_USE or blocklist_zones() & _endings(labels):
            continue
        public = public_labels(labels)
        found = ".".join(labels[-public - 1 :]) if len(labels) > public else None
        if found != library.privatesuffix(".".join(labels)):
            wrong.append(".".join(labels))
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("com", 1),
        ("example.com", 1),
        ("example.co.uk", 2),
        ("foo.nosuchtld", 2),
        ("foo.onion.to", 2),
        ("2.0.0.127.zen.spamhaus.org", 7),
        ("www.spamhaus.org", 1),
        ("www.ck", 1),
        ("a.b.ck", 2),
        ("b.ck", 2),
        ("x.city.kawasaki.jp", 2),
        ("x.a.kawasaki.jp", 3),
        ("xn--55qx5d.cn", 2),
        ("printer.local", 2),
        ("1.in-addr.arpa", 3),
    ],
)
def test_how_many_labels_are_public(name: str, public: int) -> None:
    assert public_labels(name.split(".")) == public


def test_levels_hold_every_rule_once() -> None:
    listed = [suffix for level in levels() for suffix in level.suffixes.to_pylist()]
    assert sorted(listed) == sorted(rules())
    dots = [level.suffixes[0].as_py().count(".") for level in levels()]
    assert dots == list(range(len(levels())))
