from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pytest

from dga.remembering import Answers, Memory


def names(given: Iterable[str]) -> npt.NDArray[np.object_]:
    return np.array(list(given), dtype=object)


def answers(*scores: float) -> Answers:
    values = np.array(scores, dtype=np.float32)
    return Answers(values, np.arange(len(scores), dtype=np.int16), values / 2)


def test_an_answer_is_found_again() -> None:
    memory = Memory(10)
    serials, new = memory.claim(names(["a", "b"]))
    assert new.all()
    memory.answer(serials, answers(0.25, 0.5))
    again, new = memory.claim(names(["b", "c", "a"]))
    assert new.tolist() == [False, True, False]
    found = memory.read(again)
    assert found.missing.tolist() == [False, True, False]
    assert found.score[[0, 2]].tolist() == [0.5, 0.25]
    assert found.family[[0, 2]].tolist() == [1, 0]
    assert found.share[[0, 2]].tolist() == [0.25, 0.125]


def test_what_is_claimed_and_not_answered_is_missing_to_others() -> None:
    memory = Memory(10)
    memory.claim(names(["a"]))
    serials, new = memory.claim(names(["a"]))
    assert not new.any()
    assert memory.read(serials).missing.all()


@pytest.mark.parametrize("limit", [1, 3, 5])
def test_no_more_than_the_last_are_kept(limit: int) -> None:
    memory = Memory(limit)
    serials, _ = memory.claim(names(list("abcde")))
    memory.answer(serials, answers(0.1, 0.2, 0.3, 0.4, 0.5))
    assert len(memory) == limit
    kept = memory.read(serials)
    assert np.flatnonzero(~kept.missing).tolist() == list(range(5 - limit, 5))
    assert kept.score[-1] == np.float32(0.5)


def test_a_forgotten_name_is_new_and_its_late_answer_spoils_nothing() -> None:
    memory = Memory(2)
    first, _ = memory.claim(names(["a", "b"]))
    second, _ = memory.claim(names(["c", "d"]))
    memory.answer(second, answers(0.3, 0.4))
    memory.answer(first, answers(0.1, 0.2))
    assert memory.read(second).score.tolist() == pytest.approx([0.3, 0.4])
    assert memory.read(first).missing.all()
    assert memory.claim(names(["a"]))[1].all()
