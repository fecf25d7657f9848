"""One update of a network: loss, gradient, optimiser. The only room with an optimiser in it.

Runs in a child process: it imports Keras.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dga.batches import Batch
from dga.config import TrainingConfig
from dga.outputs import FAMILY_OUTPUT, SCORE_OUTPUT

WARM_SHARE = 0.05  # of the updates, in which the learning rate rises
LAST_SHARE = 0.02  # of the learning rate, left at the end
LAST_SHARE_AVERAGED = 0.5  # the same where weights are averaged, which need to differ for that
TOLD = 3  # what an update tells: loss times names, right answers, names

Update = Callable[[Batch], Any]
Tensor = Any  # TensorFlow ships no types


def optimizer(config: TrainingConfig, total: int) -> keras.Optimizer:
    """The optimiser that a config names, its learning rate planned for `total` updates.

    Where weights are averaged it keeps a moving average of them over a share of the updates (Polyak
    & Juditsky 1992, SIAM J. Control Optim. 30).
    """
    rate: Any = config.learning_rate
    over = (config.averaging or 0.0) * total
    last = LAST_SHARE_AVERAGED if over else LAST_SHARE
    if config.schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, max(total, 1), alpha=last)
    if config.schedule == "warmup":
        warm = max(1, round(WARM_SHARE * total))
        rate = keras.optimizers.schedules.CosineDecay(
            0.1 * rate,
            max(1, total - warm),
            alpha=last,
            warmup_target=rate,
            warmup_steps=warm,
        )
    kinds = {"rmsprop": keras.optimizers.RMSprop, "adam": keras.optimizers.Adam}
    return kinds[config.optimizer or "adam"](
        learning_rate=rate,
        clipnorm=config.clip_norm,
        use_ema=bool(over),
        ema_momentum=1 - 1 / max(over, 1.0),
    )


def average(rule: keras.Optimizer, model: keras.Model) -> None:
    """Give a model the average of its weights, if the rule keeps one and has been used."""
    if int(rule.iterations):
        rule.finalize_variable_values(model.trainable_variables)


@contextmanager
def averaged(rule: keras.Optimizer, model: keras.Model) -> Iterator[None]:
    """Within, a model has the average of its weights; behind, it has its present ones again."""
    present = [np.array(weight.numpy()) for weight in model.trainable_variables]
    average(rule, model)
    yield
    for weight, value in zip(model.trainable_variables, present, strict=True):
        weight.assign(value)


def updating(model: keras.Model, rule: keras.Optimizer) -> Update:
    """A function that learns from one batch and gives a tensor (TOLD,), not waited for.

    It is traced once, whatever the batches' widths.
    """
    rule.build(model.trainable_variables)
    rows = tf.TensorSpec((None,), tf.float32)
    codes_of = tf.TensorSpec((None, model.input_shape[1]), tf.int32)

    @tf.function(input_signature=[codes_of, rows, rows, rows, rows])  # type: ignore[untyped-decorator]
    def update(codes: Tensor, is_dga: Tensor, weight: Tensor, family: Tensor, known: Tensor) -> Any:
        with tf.GradientTape() as tape:
            given = model(codes, training=True)
            loss = tf.add_n([*_losses(given, is_dga, weight, family, known), *model.losses])
        weights = model.trainable_variables
        rule.apply(tape.gradient(loss, weights), weights)
        names = tf.cast(tf.size(is_dga), tf.float32)
        return tf.stack([loss * names, _right(given, is_dga, family, known), names])

    return lambda batch: update(*_tensors(batch))


def _tensors(batch: Batch) -> list[Tensor]:
    parts = (batch.codes, batch.is_dga, batch.weight, batch.family, batch.known)
    return [tf.convert_to_tensor(part) for part in parts]


def _losses(
    given: dict[str, Tensor], is_dga: Tensor, weight: Tensor, family: Tensor, known: Tensor
) -> list[Tensor]:
    """The mean loss of each output; a name without a class weighs nothing for classes."""
    losses = []
    if SCORE_OUTPUT in given:
        loss = keras.losses.binary_crossentropy(is_dga[:, None], given[SCORE_OUTPUT])
        losses.append(tf.reduce_mean(loss * weight))
    if FAMILY_OUTPUT in given:
        loss = keras.losses.sparse_categorical_crossentropy(family, given[FAMILY_OUTPUT])
        losses.append(tf.reduce_mean(loss * known))
    return losses


def _right(given: dict[str, Tensor], is_dga: Tensor, family: Tensor, known: Tensor) -> Tensor:
    """How many names were told right: dga or not, or the class where there is no score."""
    if SCORE_OUTPUT in given:
        right = tf.equal(given[SCORE_OUTPUT][:, 0] >= 0.5, is_dga > 0.5)
    else:
        best = tf.argmax(given[FAMILY_OUTPUT], axis=1, output_type=tf.int32)
        right = tf.equal(best, tf.cast(family, tf.int32)) & (known > 0)
    return tf.reduce_sum(tf.cast(right, tf.float32))
