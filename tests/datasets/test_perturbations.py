"""Every attack edits names as it says, and the same on every call."""

from __future__ import annotations

import random

import pytest

from dga.datasets import perturbations
from dga.datasets.perturbations import ATTACKS, edited
from dga.names import parse

NAMES = ["riverhouse.com", "xqzkvwbt.ddns.net", "ab.de", "a.co.uk", "a" * 63 + ".org"]


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_makes_registered_names_the_same_on_every_call(name: str) -> None:
    made = edited(NAMES, ATTACKS[name])
    assert made == edited(NAMES, ATTACKS[name])
    assert [parse.registered_name(one) for one in made] == made
    assert made[:2] != NAMES[:2]


@pytest.mark.parametrize("name", ATTACKS)
def test_the_suffix_changes_only_where_that_is_the_attack(name: str) -> None:
    kept = [parse.split_suffix(one)[1] for one in edited(NAMES, ATTACKS[name])]
    given = [parse.split_suffix(one)[1] for one in NAMES]
    assert (kept == given) is ATTACKS[name].keeps_suffix


def test_what_has_no_public_suffix_stays_as_it_is() -> None:
    assert edited(["printer", "co.uk"], ATTACKS["charbot"]) == ["printer", "co.uk"]


def test_charbot_changes_two_characters_to_other_letters() -> None:
    for seed in range(20):
        made = perturbations.two_changed("wikipedia", random.Random(seed))
        assert sum(a != b for a, b in zip(made, "wikipedia", strict=True)) == 2
        assert made.isalnum()


def test_half_changed_stays_in_the_names_own_alphabet() -> None:
    made = perturbations.half_changed("xkqzxkqz", random.Random(3))
    assert set(made) <= set("xkqz")
    assert sum(a != b for a, b in zip(made, "xkqzxkqz", strict=True)) <= 4


def test_a_slip_keeps_the_letters() -> None:
    assert sorted(perturbations.one_slip("garden", random.Random(1))) == sorted("garden")
    assert perturbations.one_slip("abc", random.Random(1)) == "abc"
