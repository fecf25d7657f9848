"""Composed labels: distinct, in ASCII, the same for a seed."""

from __future__ import annotations

import random

import idna
import numpy as np

from dga.generators import compounds, home_servers, linked_words, romanised
from dga.names import arrow_strings
from dga.names.remarks import judged_names


def test_composed_labels_are_distinct_host_labels_and_the_same_for_a_seed() -> None:
    labels = compounds.composed(3_000, seed=1)
    assert len(set(labels)) == 3_000
    assert labels == compounds.composed(3_000, seed=1)
    assert labels != compounds.composed(3_000, seed=2)
    assert all(label.isascii() and label.replace("-", "").isalpha() for label in labels)
    assert {4 <= len(label) <= 40 for label in labels} == {True}


def test_each_language_has_words_with_vowels() -> None:
    for language in compounds.LANGUAGES:
        words = compounds._words(language)
        assert len(words) > 1_000, language
        voiced = sum(not set(word).isdisjoint("aeiouy") for word in words)
        assert voiced / len(words) > 0.9, language


def test_initials_are_three_or_four_letters() -> None:
    labels = compounds.initials(500, seed=1)
    assert {len(label) for label in labels} == {3, 4}
    assert all(label.isascii() and label.isalpha() for label in labels)


def test_international_labels_are_valid_punycode_of_words_that_are_not_ascii() -> None:
    labels = compounds.international(2_000, seed=1)
    assert len(set(labels)) == 2_000
    assert labels == compounds.international(2_000, seed=1)
    assert all(label.startswith("xn--") and len(label) <= 63 for label in labels)
    assert all(not idna.decode(label).isascii() for label in labels)
    names = arrow_strings.column_of([f"{label}.com" for label in labels])
    assert judged_names(names).to_pylist() == names.to_pylist()  # read as they are registered


def test_each_international_language_has_words() -> None:
    for language in compounds.INTERNATIONAL:
        assert len(compounds._native_words(language)) > 50, language


def test_romanised_labels_are_distinct_and_have_vowels() -> None:
    labels = compounds.romanised_labels(2_000, seed=1)
    assert len(set(labels)) == 2_000
    assert labels == compounds.romanised_labels(2_000, seed=1)
    assert all(label.isascii() and label.isalpha() and 4 <= len(label) <= 40 for label in labels)
    voiced = sum(not set(label).isdisjoint("aeiou") for label in labels)
    assert voiced / len(labels) > 0.97


def test_a_word_of_the_arabic_script_is_written_as_people_do() -> None:
    dice = random.Random(3)
    heard = {romanised.romanise("حقوق", dice) for _ in range(400)}
    assert {"haqooq", "huquq", "haquq"} <= heard
    assert {romanised.romanise("وزير", dice)[0] for _ in range(50)} == {"w"}


def test_linked_labels_are_pairs_of_words_that_belong_together() -> None:
    labels = compounds.linked(2_000, seed=1)
    assert len(set(labels)) == 2_000
    assert labels == compounds.linked(2_000, seed=1)
    known = {pair.first + pair.second for pair in linked_words.pairs()}
    assert {label.replace("-", "") for label in labels} <= known
    assert 0.05 < np.mean(["-" in label for label in labels]) < 0.15


def test_words_that_belong_together_are_strongly_linked() -> None:
    strength = {(pair.first, pair.second): pair.strength for pair in linked_words.pairs()}
    assert strength["credit", "card"] > strength["home", "page"] > 1
    assert ("table", "because") not in strength
    assert min(strength.values()) >= linked_words.LEAST
    assert all((first + second).isascii() for first, second in strength)


def test_machines_at_home_are_called_by_what_they_run_or_are() -> None:
    labels = compounds.at_home(2_000, seed=1)
    assert labels == compounds.at_home(2_000, seed=1)
    assert all(label.isascii() and 4 <= len(label) <= 40 for label in labels)
    services = home_servers._services()
    assert all(any(service in label for service in services) for label in labels)
    assert len(set(labels) & set(services)) > 50
    assert sum(label[-1].isdigit() for label in labels) > 100
