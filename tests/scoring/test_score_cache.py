from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from dga.names import arrow_strings
from dga.scoring.score_cache import Keys, NetworkOutputs, ScoreCache


def keys(memory: ScoreCache, given: Iterable[str]) -> Keys:
    return memory.keys(arrow_strings.column_of(list(given)))


def answers(*scores: float) -> NetworkOutputs:
    values = np.array(scores, dtype=np.float32)
    return NetworkOutputs(values, np.arange(len(scores), dtype=np.int16), values / 2)


def test_an_answer_is_found_again() -> None:
    memory = ScoreCache(2**16)
    asked = keys(memory, ["a", "b"])
    assert memory.claim(asked)[1].all()
    memory.answer(asked, answers(0.25, 0.5))
    again = keys(memory, ["b", "c", "a"])
    found, new = memory.claim(again)
    assert new.tolist() == [False, True, False]
    assert found.missing.tolist() == [False, True, False]
    assert found.score[[0, 2]].tolist() == [0.5, 0.25]
    assert found.family[[0, 2]].tolist() == [1, 0]
    assert found.share[[0, 2]].tolist() == [0.25, 0.125]


def test_what_is_claimed_and_not_answered_is_missing_to_others() -> None:
    memory = ScoreCache(2**16)
    assert memory.claim(keys(memory, ["a"]))[1].all()
    assert not memory.claim(keys(memory, ["a"]))[1].any()
    assert memory.read(keys(memory, ["a"])).missing.all()


@pytest.mark.parametrize("limit", [1, 3, 5, 1000])
def test_it_is_bounded_and_each_answer_is_that_of_its_name(limit: int) -> None:
    memory = ScoreCache(limit)
    asked = keys(memory, map(str, range(5000)))
    assert memory.claim(asked)[1].all()
    memory.answer(asked, answers(*np.arange(5000) / 5000))
    assert 1 <= len(memory) <= 2 * limit
    found = memory.read(asked)
    kept = np.flatnonzero(~found.missing)
    assert len(kept) == len(memory)
    np.testing.assert_array_equal(found.score[kept], (kept / 5000).astype(np.float32))
    assert not memory.claim(asked[kept])[1].any()


def test_a_forgotten_name_is_new_and_its_late_answer_spoils_nothing() -> None:
    memory = ScoreCache(1)
    first, second = keys(memory, ["a"]), keys(memory, ["b"])
    assert memory.claim(first)[1].all()
    assert memory.claim(second)[1].all()
    memory.answer(second, answers(0.3))
    memory.answer(first, answers(0.1))
    assert memory.read(second).score.tolist() == pytest.approx([0.3])
    assert memory.read(first).missing.all()
    assert memory.claim(first)[1].all()


def test_no_two_memories_share_their_keys() -> None:
    assert keys(ScoreCache(8), ["a"]) != keys(ScoreCache(8), ["a"])


def test_no_names_have_no_keys() -> None:
    memory = ScoreCache(8)
    assert memory.claim(keys(memory, []))[1].tolist() == []
