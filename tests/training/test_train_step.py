"""Optimizers of a training."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from dga.config import TrainingConfig
from dga.training import train_step

START = np.arange(10, dtype=np.float32).reshape(5, 2)


def moved(kind: str, *slopes: tf.Tensor | tf.IndexedSlices) -> np.ndarray:
    """How far steps move each value of a table."""
    config = TrainingConfig(optimizer=kind, schedule="constant", averaging=0.0)  # type: ignore[arg-type]
    table = keras.Variable(START)
    rule = train_step.optimizer(config.resolved(), len(slopes))
    for slope in slopes:
        rule.apply([slope], [table])
    return np.asarray(table) - START


def of_rows(*rows: int) -> tf.IndexedSlices:
    """A gradient of 1 for each time that a row of the table is used."""
    return tf.IndexedSlices(tf.ones((len(rows), 2)), tf.constant(rows), tf.constant(START.shape))


def test_lazy_adam_moves_the_rows_that_a_batch_uses_and_no_others() -> None:
    lazy = moved("lazy_adam", of_rows(1), of_rows(3), of_rows(3))
    assert not lazy[[0, 2, 4]].any()
    assert (lazy[[1, 3]] < 0).all()
    assert np.array_equal(moved("lazy_adam", of_rows(1))[1], lazy[1])


def test_lazy_adam_sums_the_gradients_of_a_row_that_a_batch_uses_twice() -> None:
    once, twice = (moved("lazy_adam", of_rows(*rows), of_rows(1)) for rows in ((1,), (1, 1)))
    assert once[1] == pytest.approx(-2 * 3e-3, rel=0.01)
    assert np.abs(twice[1]).max() < np.abs(once[1]).max()


def test_lazy_adam_moves_a_weight_that_is_no_table_as_adam_does() -> None:
    slopes = [tf.constant(START), tf.constant(START[::-1])]
    assert np.array_equal(moved("lazy_adam", *slopes), moved("adam", *slopes))
