"""One gradient step: loss, gradient, optimizer. The only module with an optimizer.

Runs in a child process: it imports Keras.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from dga.config import ResolvedConfig
from dga.networks.heads import FAMILY_OUTPUT, SCORE_OUTPUT
from dga.training.batching import Batch
from dga.training.replicas import replicas

WARM_SHARE = 0.05  # of the updates, in which the learning rate rises
LAST_SHARE = 0.02  # of the learning rate, left at the end
LAST_SHARE_AVERAGED = 0.5  # the same where weights are averaged, which need to differ for that
TOLD = 4  # what an update tells: loss times names, log loss of P(dga), right answers, names
LEAST = 1e-7  # probability of the truth that the log loss counts with

Update = Callable[[Batch], Any]
Tensor = Any  # TensorFlow ships no types


def optimizer(config: ResolvedConfig, total: int) -> keras.Optimizer:
    """The configured optimizer, with its learning-rate schedule for `total` steps.

    With weight averaging, it keeps an exponential moving average of the weights over a share of the
    steps (Polyak & Juditsky 1992, SIAM J. Control Optim. 30).
    """
    rate: Any = config.learning_rate
    over = config.averaging * total
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
    kinds = {
        "rmsprop": keras.optimizers.RMSprop,
        "adam": keras.optimizers.Adam,
        # Of a table that replicas share, Keras moves all rows.
        "lazy_adam": LazyAdam if replicas() == 1 else keras.optimizers.Adam,
    }
    return kinds[config.optimizer](
        learning_rate=rate,
        clipnorm=config.clip_norm,
        use_ema=bool(over),
        ema_momentum=1 - 1 / max(over, 1.0),
    )


class LazyAdam(keras.optimizers.Adam):  # type: ignore[misc]  # Keras ships no types
    """Adam that moves only the rows of a table that a batch looks up.

    Adam also moves all other rows at each step, by what it remembers of their gradients, which for
    large tables takes more time than the gradients do. Here a row moves without momentum: at once
    by what Adam spreads over the next steps. Other weights move as by Adam.
    """

    def update_step(self, gradient: Tensor, variable: Tensor, learning_rate: Tensor) -> None:
        """Update a weight; of a table only the rows of its gradient."""
        if not isinstance(gradient, tf.IndexedSlices):
            super().update_step(gradient, variable, learning_rate)
            return
        rows, places = tf.unique(gradient.indices)
        slope = tf.math.unsorted_segment_sum(gradient.values, places, tf.size(rows))
        squares = self._velocities[self._get_variable_index(variable)]
        known = tf.gather(squares.value, rows)
        square = known + (tf.square(slope) - known) * (1 - self.beta_2)
        step = tf.cast(self.iterations + 1, slope.dtype)
        rate = learning_rate * tf.sqrt(1 - self.beta_2**step)
        self.assign(squares, tf.IndexedSlices(square, rows))
        moved = rate * slope / (tf.sqrt(square) + self.epsilon)
        self.assign_sub(variable, tf.IndexedSlices(moved, rows))


def average(rule: keras.Optimizer, model: keras.Model) -> None:
    """Replace a model's weights by their average, if the optimizer keeps one and has stepped."""
    if int(rule.iterations):
        rule.finalize_variable_values(model.trainable_variables)


@contextmanager
def averaged(rule: keras.Optimizer, model: keras.Model) -> Iterator[None]:
    """Give a model its averaged weights inside the block, and restore the current ones after it."""
    present = [np.array(weight.numpy()) for weight in model.trainable_variables]
    average(rule, model)
    yield
    for weight, value in zip(model.trainable_variables, present, strict=True):
        weight.assign(value)


def updating(model: keras.Model, rule: keras.Optimizer) -> Update:
    """A function that takes one gradient step on a batch and returns a tensor (TOLD,), not awaited.

    It is traced once for batches of any width. In the scope of a `tf.distribute` strategy each
    replica processes its part of the batch; the step is that of the whole batch.
    """
    rule.build(model.trainable_variables)
    strategy, copies = tf.distribute.get_strategy(), replicas()
    rows = tf.TensorSpec((None,), tf.float32)
    codes_of = tf.TensorSpec((None, model.input_shape[1]), tf.int32)

    def learn(codes: Tensor, names: Tensor, real: Tensor, *truth: Tensor) -> Any:
        """Step on one replica's rows; `names` () in the whole batch; `real` (rows,) is 0 for rows
        that only pad the batch."""
        with tf.GradientTape() as tape:
            given = model(codes, training=True)
            penalties = [penalty / copies for penalty in model.losses]
            loss = tf.add_n([*_losses(given, names, *truth), *penalties])
        weights = model.trainable_variables
        gradients = tape.gradient(loss, weights)
        if copies > 1:
            # Keras clips before it sums over replicas: give the first one the whole sum.
            context = tf.distribute.get_replica_context()
            first = tf.cast(tf.equal(context.replica_id_in_sync_group, 0), tf.float32)
            summed = context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
            gradients = [_scaled(gradient, first) for gradient in summed]
        rule.apply(gradients, weights)
        log_loss = tf.reduce_sum(_log_loss(given, truth[0]) * real)
        return tf.stack([loss * names, log_loss, tf.reduce_sum(_right(given, *truth) * real)])

    if copies == 1:

        @tf.function(input_signature=[codes_of, rows, rows, rows, rows])  # type: ignore[untyped-decorator]
        def update(codes: Tensor, *truth: Tensor) -> Any:
            names = tf.cast(tf.size(truth[0]), tf.float32)
            return _told(learn(codes, names, tf.ones_like(truth[0]), *truth), names)

        return lambda batch: update(*_tensors(batch))

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def update_all(names: Tensor, parts: Any) -> Any:
        told = strategy.run(lambda codes, *others: learn(codes, names, *others), args=parts)
        return _told(strategy.reduce("SUM", told, axis=None), names)

    return lambda batch: update_all(_rows(batch), _parts(batch, strategy))


def _scaled(gradient: Tensor, by: Tensor) -> Tensor:
    """A gradient times a number; an embedding's gradient stays sparse."""
    if isinstance(gradient, tf.IndexedSlices):
        return tf.IndexedSlices(gradient.values * by, gradient.indices, gradient.dense_shape)
    return gradient * by


def _told(sums: Tensor, names: Tensor) -> Any:
    return tf.concat([sums, names[None]], axis=0)


def _rows(batch: Batch) -> Tensor:
    return tf.convert_to_tensor(len(batch.codes), tf.float32)


def _tensors(batch: Batch) -> list[Tensor]:
    parts = (batch.codes, batch.is_dga, batch.weight, batch.family, batch.known)
    return [tf.convert_to_tensor(part) for part in parts]


def _parts(batch: Batch, strategy: Any) -> tuple[Any, ...]:
    """Split a batch into one part per replica, all of the same size: codes, `real`, targets.

    Rows added to make the sizes equal have weight 0 and are not `real`.
    """
    copies = strategy.num_replicas_in_sync
    rows = len(batch.codes)
    places = np.arange(-(-rows // copies) * copies)
    real = (places < rows).astype(np.float32)
    places = np.minimum(places, rows - 1)
    columns = (
        batch.codes[places],
        real,
        batch.is_dga[places],
        batch.weight[places] * real,
        batch.family[places],
        batch.known[places] * real,
    )
    return tuple(_by_replica(np.split(column, copies), strategy) for column in columns)


def _by_replica(pieces: list[Any], strategy: Any) -> Any:
    tensors = [tf.convert_to_tensor(piece) for piece in pieces]
    return strategy.experimental_distribute_values_from_function(
        lambda context: tensors[context.replica_id_in_sync_group]
    )


def _losses(
    given: dict[str, Tensor],
    names: Tensor,
    is_dga: Tensor,
    weight: Tensor,
    family: Tensor,
    known: Tensor,
) -> list[Tensor]:
    """The loss of each output, summed over rows and divided by `names`, the size of the batch.

    Names without a class have no family loss.
    """
    losses = []
    if SCORE_OUTPUT in given:
        loss = keras.losses.binary_crossentropy(is_dga[:, None], given[SCORE_OUTPUT])
        losses.append(tf.reduce_sum(loss * weight) / names)
    if FAMILY_OUTPUT in given:
        loss = keras.losses.sparse_categorical_crossentropy(family, given[FAMILY_OUTPUT])
        losses.append(tf.reduce_sum(loss * known) / names)
    return losses


def _log_loss(given: dict[str, Tensor], is_dga: Tensor) -> Tensor:
    """The log loss of P(dga) for each name (rows,): unweighted, and without any other term of the
    loss, as it is measured on the validation part."""
    if SCORE_OUTPUT in given:
        score = tf.cast(given[SCORE_OUTPUT][:, 0], tf.float32)
    else:
        score = 1.0 - tf.cast(given[FAMILY_OUTPUT][:, 0], tf.float32)  # class 0 is benign
    sure = tf.where(is_dga > 0.5, score, 1.0 - score)
    return -tf.math.log(tf.clip_by_value(sure, LEAST, 1.0))


def _right(
    given: dict[str, Tensor], is_dga: Tensor, weight: Tensor, family: Tensor, known: Tensor
) -> Tensor:
    """1 for each correctly predicted name (rows,): by score, or by class if there is no score."""
    if SCORE_OUTPUT in given:
        right = tf.equal(given[SCORE_OUTPUT][:, 0] >= 0.5, is_dga > 0.5)
    else:
        best = tf.argmax(given[FAMILY_OUTPUT], axis=1, output_type=tf.int32)
        right = tf.equal(best, tf.cast(family, tf.int32)) & (known > 0)
    return tf.cast(right, tf.float32)
