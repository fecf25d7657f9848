"""Which labels two words of a known generator's lists make."""

from __future__ import annotations

import datetime as dt
import random
from itertools import islice

import numpy as np
import pytest

from dga.generators import FAMILIES
from dga.generators.word_pairs import SHORTEST, made_of_pairs, pairs_in, word_lists


@pytest.mark.parametrize("family", ["suppobox", "pizd", "nymaim2"])
def test_names_of_word_generators_are_pairs_of_their_words(family: str) -> None:
    known = FAMILIES[family]
    labels = [
        name.partition(".")[0]
        for seed in known.seeds
        for name in islice(known.function(dt.date(2026, 5, 4), seed), 60)
    ]
    found = made_of_pairs(labels)
    assert found[:, list(word_lists()).index(family)].all()


def test_other_labels_are_not() -> None:
    labels = ["", "a", "-", "journey", "journeyjourneyjourney", "journey-", "-against", "wikipedia"]
    assert not made_of_pairs(labels).any()
    assert made_of_pairs(["journeyagainst", "journey-against"])[:, 0].all()
    assert made_of_pairs(["doubschool"]).tolist() == [[True, False, False]]  # as feeds hold it
    assert made_of_pairs([]).shape == (0, len(word_lists()))
    assert made_of_pairs(labels).dtype == np.bool_


def test_labels_within_a_text_are_seen_as_each_alone() -> None:
    dice = random.Random(4)
    words = sorted({word for pairs in word_lists().values() for pair in pairs for word in pair[0]})
    parts = [*words[::50], "-", "", "a", "x7", "jour", "qqqqqqq"]
    labels = ["".join(dice.choices(parts, k=dice.randint(1, 4)))[:63] for _ in range(2000)]
    labels += ["", "a", "-", "journeyagainst", "journey-against", "journey--against", "doubschool"]
    lengths = np.array([len(label) for label in labels])
    starts = np.cumsum(lengths + 2) - lengths - 1
    text = np.frombuffer("".join(f" {label} " for label in labels).encode(), np.uint8)
    expected = made_of_pairs(labels)
    assert expected.any(axis=0).all()
    assert (pairs_in(text, starts, lengths) == expected).all()
    assert pairs_in(text[:0], starts[:0], lengths[:0]).shape == (0, len(word_lists()))


def test_no_word_is_shorter_than_those_that_are_looked_for() -> None:
    words = [
        word for pairs in word_lists().values() for pair in pairs for own in pair for word in own
    ]
    assert min(map(len, words)) == SHORTEST
