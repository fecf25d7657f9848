from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dga.scoring.encoder import CharEncoder
from dga.training import batching
from dga.training.batching import Batch, Order, Side
from dga.training.examples import Examples

ROWS = 1000


def part(side: Side) -> Examples:
    dice = np.random.default_rng(3)
    names = ["a" * width + ".com" for width in dice.integers(1, 26, ROWS)]
    return Examples(
        codes=CharEncoder(max_length=32, side=side).encode(names),
        widths=np.array([len(name) for name in names]),
        label_widths=np.array([name.find(".") + 1 for name in names]),
        is_dga=np.arange(ROWS, dtype=np.float32),  # tells which row it is
        family=np.arange(ROWS) % 3 - 1,
        weights=np.ones(ROWS, dtype=np.float32),
    )


def order(side: Side = "right", **changed: object) -> Order:
    made = Order(part=part(side), size=48, seed=1, trims=True, side=side)
    return replace(made, **changed)


def rows(found: list[Batch]) -> list[float]:
    return [float(row) for batch in found for row in batch.is_dga]


@pytest.mark.parametrize("trims", [True, False])
def test_an_epoch_shows_each_name_once(trims: bool) -> None:
    found = list(order(trims=trims).epoch(1))
    assert len(found) == len(order()) == 21
    assert sorted(rows(found)) == list(range(ROWS))


def test_the_same_seed_and_epoch_give_the_same_batches_and_another_epoch_others() -> None:
    first, again, second = (rows(list(order().epoch(number))) for number in (1, 1, 2))
    assert first == again != second


def test_skipped_batches_leave_the_others_as_they_were() -> None:
    whole = list(order(suffix_dropout=0.5).epoch(3))
    rest = list(order(suffix_dropout=0.5).epoch(3, skip=7))
    assert rows(rest) == rows(whole[7:])
    assert all((a.codes == b.codes).all() for a, b in zip(rest, whole[7:], strict=True))


@pytest.mark.parametrize("side", ["left", "right"])
def test_batches_are_cut_to_their_longest_name_and_lose_no_character(side: Side) -> None:
    given = part(side)
    for batch in order(side).epoch(1):
        chosen = batch.is_dga.astype(int)
        longest = given.widths[chosen].max()
        assert longest <= batch.codes.shape[1] < longest + batching.WIDTH_STEP
        assert ((batch.codes > 0).sum(axis=1) == given.widths[chosen]).all()


def test_names_of_about_a_length_share_a_batch() -> None:
    columns = sum(batch.codes.size for batch in order().epoch(1))
    assert columns < 1.4 * part("right").widths.sum()


def test_a_name_without_a_class_weighs_nothing_for_classes() -> None:
    for batch in order().epoch(1):
        without = batch.is_dga.astype(int) % 3 == 0
        assert (batch.known[without] == 0).all()
        assert (batch.known[~without] == 1).all()
        assert (batch.family >= 0).all()


def test_an_error_while_a_batch_is_made_reaches_who_takes_it() -> None:
    made = batching.ahead(lambda number: 1 // number, [2, 1, 0, 5])
    assert [next(made), next(made)] == [0, 1]
    with pytest.raises(ZeroDivisionError):
        next(made)
