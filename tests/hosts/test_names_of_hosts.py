"""What a single name tells: traits, reasons to count for nothing, recurring words, ranks."""

from __future__ import annotations

import numpy as np
import pytest

from dga.hosts import exclusions, recurring_words
from dga.hosts.label_traits import TRAITS, learn_language, traits
from dga.hosts.reference import Reference

LANGUAGE = learn_language(["garden", "river", "weather"], ["garden", "river", "weather", "line"])


@pytest.mark.parametrize(
    ("label", "trait", "value"),
    [
        ("garden", "length", 6),
        ("ab12", "digit_share", 0.5),
        ("aeb", "vowel_share", 2 / 3),
        ("a-b-c", "hyphens", 2),
        ("xkcda", "longest_consonants", 4),
        ("riverline", "word_cover", 1),
        ("riverline", "word_count", 2),
        ("riverlineq", "word_cover", 0.9),
        ("zzzz", "word_count", 0),
    ],
)
def test_traits_of_labels(label: str, trait: str, value: float) -> None:
    found = traits([label, "other"], LANGUAGE)
    assert found[0, TRAITS.index(trait)] == pytest.approx(value)


def test_ordinary_labels_are_likelier_than_random_ones() -> None:
    found = traits(["garden", "xqzjkw"], LANGUAGE)[:, TRAITS.index("likelihood")]
    assert found[0] > found[1]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("printer.belkin", exclusions.NO_PUBLIC_SUFFIX),
        ("d111111abcdef8.cloudfront.net", "cloud or content network"),
        ("spamhaus.org", "DNS block-list look-up"),
        ("sophosxl.net", "antivirus or reputation look-up"),
        ("xkqjwzvb.com", ""),
        ("xkqjwzvb.ddns.net", ""),
        ("xkqjwzvb.bazar", ""),
    ],
)
def test_reasons_to_count_for_nothing(name: str, told: str) -> None:
    assert exclusions.reason(name) == told


@pytest.mark.parametrize(
    ("clients", "total", "generated", "told"),
    [
        (3, 4, False, False),
        (30, 100, False, True),
        (30, 100, True, False),
        (60, 100, True, True),
        (5, 1000, False, False),
    ],
)
def test_names_of_many_clients_are_the_networks_own(
    clients: int, total: int, generated: bool, told: bool
) -> None:
    assert bool(exclusions.company_reason(clients, total, generated=generated)) is told


def test_words_with_many_partners_are_joined_over_the_log() -> None:
    heads, tails = ("green", "market", "winter", "silver"), ("road", "light", "story", "field")
    pairs = [head + tail for head in heads for tail in tails]
    found = recurring_words.partners([*pairs, "facebookk", "faceboook", "xkqjwzvbtr"])
    assert (found[: len(pairs)] >= 2).all()
    assert (found[len(pairs) :] == 0).all()


def test_ranks_and_weights_rise_with_the_score() -> None:
    rng = np.random.default_rng(1)
    reference = Reference.of(rng.beta(1, 9, 2000), rng.beta(9, 1, 2000))
    scores = np.array([0.01, 0.3, 0.7, 0.99])
    for values in (reference.rarity(scores), reference.likeness(scores), reference.weight(scores)):
        assert (np.diff(values) >= 0).all()
    assert reference.weight(scores)[0] < 0 < reference.weight(scores)[-1]
