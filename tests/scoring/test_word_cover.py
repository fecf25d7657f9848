"""The likeliest reading of labels as words, against a plain reading one label at a time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from wordfreq import word_frequency

from dga.datasets import word_table
from dga.scoring import word_cover
from dga.scoring.encoder import CharEncoder
from dga.scoring.second_look import Labels

ENCODER = CharEncoder(max_length=75, side="right")
WORDS = {"ab": 1e-3, "ba": 2e-3, "aab": 1e-4, "abba": 1e-3, "bbbb": 1e-7, "abababababab": 1e-5}


@pytest.fixture
def few_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    np.save(tmp_path / "words.npy", word_cover.table_of(WORDS))
    monkeypatch.setattr(word_cover, "FILE", tmp_path / "words.npy")
    word_cover._table.cache_clear()
    yield
    word_cover._table.cache_clear()


def covers(*labels: str) -> np.ndarray:
    """A row a label: logarithm a character, logarithm, shares in words and in long ones, words,
    the longest one's share."""
    codes = ENCODER.encode([f"{label}.com" for label in labels])
    found = Labels.of(codes, ENCODER)
    return np.column_stack(word_cover.covers(found.codes, found.starts, found.lengths))


def read_plainly(label: str) -> list[float]:
    """A row of `covers`; of equally likely readings the one whose last words are the shortest."""
    best = [(np.float32(0), 0, 0, 0, 0)]
    for end in range(1, len(label) + 1):
        logarithm, *told = best[-1]
        likeliest = (logarithm + np.float32(word_cover.UNKNOWN), *told)
        for word in sorted(WORDS, key=len):
            if not label[:end].endswith(word):
                continue
            size, stored = len(word), max(1, round(-word_cover.STEPS * np.log10(WORDS[word])))
            logarithm, held, long, words, longest = best[end - size]
            logarithm = logarithm + np.float32(-stored / word_cover.STEPS)
            if logarithm > likeliest[0]:
                long += size * (size >= word_cover.LONG_WORD)
                likeliest = (logarithm, held + size, long, words + 1, max(longest, size))
        best.append(likeliest)
    logarithm, held, long, words, longest = best[-1]
    whole = np.float32(max(1, len(label)))
    return [logarithm / whole, logarithm, held / whole, long / whole, words, longest / whole]


@pytest.mark.usefixtures("few_words")
def test_the_reading_is_the_likeliest() -> None:
    dice = random.Random(3)
    sizes = [dice.randint(0, 63) for _ in range(500)]
    labels = ["".join(dice.choices("abc-1", (5, 5, 1, 1, 1), k=size)) for size in sizes]
    labels += ["", "a", "ab", "-", "-ab-", "abba" * 15 + "abb", "b" * 63, "1" * 63]
    found = covers(*labels)
    assert found.tolist() == np.float32([read_plainly(label) for label in labels]).tolist()


@pytest.mark.usefixtures("few_words")
@pytest.mark.parametrize("labels", [[""], ["", ""], ["-"], ["abba"], ["", "abba", ""]])
def test_few_labels_are_read_as_many_are(labels: list[str]) -> None:
    expected = [read_plainly(label) for label in labels]
    assert covers(*labels).tolist() == np.float32(expected).tolist()


@pytest.mark.usefixtures("few_words")
def test_what_the_words_cover_is_told() -> None:
    assert covers("abba", "cabba1", "baab", "ccc").tolist() == [
        pytest.approx([-0.75, -3.0, 1.0, 1.0, 1, 1.0], abs=0.02),
        pytest.approx([-9.4 / 6, -9.4, 4 / 6, 4 / 6, 1, 4 / 6], abs=0.02),
        pytest.approx([-5.7 / 4, -5.7, 1.0, 0.0, 2, 0.5], abs=0.02),
        pytest.approx([word_cover.UNKNOWN, 3 * word_cover.UNKNOWN, 0, 0, 0, 0], abs=0.02),
    ]


def test_the_words_that_ship_tell_words_from_syllables() -> None:
    labels = ("spreadshirt", "improvisedshakespeare", "wetterbericht", "xqvzkwj", "pujolugalas")
    rate, _, held, long, words, _ = covers(*labels).T
    assert (held[:3] == 1).all()
    assert long[:3].min() > 0.9
    assert words[3] == held[3] == 0
    assert rate[:3].min() > rate[3:].max() + 0.2


def test_a_full_bucket_leaves_the_rarest_out() -> None:
    many = {f"{a}{b}{c}": 1e-4 for a in "abcdefghij" for b in "abcdefghij" for c in "abcdefghij"}
    held = np.count_nonzero(word_cover.table_of(many | {"often": 1e-2})[:, :, 1])
    assert held <= len(many) + 1
    assert held > 0.99 * len(many)


def test_frequencies_are_of_plain_words_and_short_ones_weigh_less() -> None:
    found = word_table.frequencies(("de", "en"), 300)
    assert all(word.isascii() and word.isalpha() for word in found)
    assert "fur" in found  # für
    assert found["of"] == pytest.approx(0.1 * word_frequency("of", "en"))
    assert found["about"] == word_frequency("about", "en")
