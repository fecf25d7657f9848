"""Which labels two words of a known generator's lists make."""

from __future__ import annotations

import datetime as dt
from itertools import islice

import numpy as np
import pytest

from dga.generators import FAMILIES
from dga.generators.word_pairs import lists, made_of_pairs


@pytest.mark.parametrize("family", ["suppobox", "pizd", "nymaim2"])
def test_names_of_word_generators_are_pairs_of_their_words(family: str) -> None:
    known = FAMILIES[family]
    labels = [
        name.partition(".")[0]
        for seed in known.seeds
        for name in islice(known.function(dt.date(2026, 5, 4), seed), 60)
    ]
    found = made_of_pairs(labels)
    assert found[:, list(lists()).index(family)].all()


def test_other_labels_are_not() -> None:
    labels = ["", "a", "-", "journey", "journeyjourneyjourney", "journey-", "-against", "wikipedia"]
    assert not made_of_pairs(labels).any()
    assert made_of_pairs(["journeyagainst", "journey-against"])[:, 0].all()
    assert made_of_pairs([]).shape == (0, len(lists()))
    assert made_of_pairs(labels).dtype == np.bool_
