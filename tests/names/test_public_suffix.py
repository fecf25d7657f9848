"""The public suffixes: the same as the library says whose list is read."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
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
    rules_under,
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


def test_each_rule_is_found_under_its_top_level_domain() -> None:
    for suffix, kind in rules().items():
        assert rules_under(suffix.rpartition(".")[2])[suffix] == kind
    assert blocklist_zones() | public_suffix.SPECIAL_USE.keys() <= rules().keys()


def test_nothing_is_kept_of_unknown_top_level_domains() -> None:
    before = public_suffix._rules_under.cache_info().currsize
    assert [rules_under(f"nosuch{number}") for number in range(9)] == [{}] * 9
    assert public_suffix._rules_under.cache_info().currsize == before


@pytest.mark.parametrize("times", [1, 40])  # few names are split one by one, many in columns
def test_a_column_is_split_as_its_names_are(times: int) -> None:
    names = ["com", "a.b.co.uk", "foo.nosuchtld", "x.a.kawasaki.jp", "b.ck", "www.ck"] * times

    def endings(rows: Any, depth: int) -> pa.LargeStringArray:
        cut = [".".join(names[row].split(".")[-depth:]) for row in rows]
        return pa.array(cut, pa.large_string())

    labels = np.array([name.count(".") + 1 for name in names])
    found = public_suffix.count_public_labels(labels, endings).tolist()
    assert found == [public_labels(name.split(".")) for name in names]
