"""How strongly the words of labels are linked, against the pairs that the table was made of."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dga.datasets import link_table
from dga.generators import linked_words
from dga.scoring import word_links
from dga.scoring.encoder import CharEncoder
from dga.scoring.second_look import Labels

ENCODER = CharEncoder(max_length=75, side="right")


def strengths(*labels: str) -> list[float]:
    codes = ENCODER.encode([f"{label}.com" for label in labels])
    found = Labels.of(codes, ENCODER)
    return word_links.strengths(found.codes, found.starts, found.lengths).tolist()


@pytest.fixture
def one_pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    hashed = link_table.labels_hashes(["homedepot", "homedepot"])
    np.save(tmp_path / "links.npy", word_links.table_of(hashed, [1.0, 2.5]))
    monkeypatch.setattr(word_links, "FILE", tmp_path / "links.npy")
    word_links._table.cache_clear()
    yield
    word_links._table.cache_clear()


@pytest.mark.usefixtures("one_pair")
def test_a_label_of_two_pairs_is_as_strong_as_the_stronger_one() -> None:
    assert strengths("homedepot", "depothome", "homedepots", "") == [2.5, 0, 0, 0]


@pytest.mark.usefixtures("one_pair")
def test_a_label_is_the_same_beside_others_and_under_any_suffix() -> None:
    codes = ENCODER.encode(["x.org", "homedepot.co.uk", "a" * 60 + ".com", "homedepot"])
    found = Labels.of(codes, ENCODER)
    told = word_links.strengths(found.codes, found.starts, found.lengths)
    assert told.tolist() == [0, 2.5, 0, 2.5]


def test_no_label_has_no_strength() -> None:
    assert strengths() == []


def test_the_shipped_table_holds_the_pairs_that_belong_together() -> None:
    pairs = random.Random(5).sample(linked_words.pairs(), 2_000)
    told = strengths(*(pair.first + pair.second for pair in pairs))
    least = np.clip([pair.strength for pair in pairs], 0, 255 / word_links.STEPS)
    assert np.all(np.array(told) >= least - 0.5 / word_links.STEPS - 1e-6)
    assert np.mean(np.abs(told - least) < 0.02) > 0.95  # others have another, stronger reading


def test_labels_drawn_at_random_are_not_in_the_table() -> None:
    dice = random.Random(6)
    drawn = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=12)) for _ in range(5_000)]
    assert not any(strengths(*drawn))
