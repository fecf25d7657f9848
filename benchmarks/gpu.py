"""What a GPU brings to a training: seconds of an epoch, names a second, share of the device's peak.

    python -m benchmarks.gpu                        # the CPU, then every GPU; under six minutes
    python -m benchmarks.gpu --logical-cpus 2       # tries it without a GPU, on two CPU devices

`lstm` and `hybrid` learn by the training loop's own steps, from names of our generators and names
put together of words. Each way is measured for at most `--seconds` behind its first updates, which
trace and compile; an epoch is as many names as there are, at that rate. On a GPU also with weights
in float32 and arithmetic in bfloat16 (mixed precision), compiled by XLA, and, where there are
several, on all of them. The peak is what the best of a few large matrix products reaches on that
device, in the same precision; arithmetic of a training is three times that of scoring. The largest
share of time in which the loop waits for names tells whether the input keeps the device busy.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from dga import devices
from dga.config import ARCHITECTURES, ResolvedConfig, TrainingConfig
from dga.datasets import dataset
from dga.generators import FAMILIES, at_most
from dga.hosts.made_up_names import made_up_names
from dga.networks import learner
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, FEED, LABEL
from dga.scoring.encoder import CharEncoder
from dga.training import examples, replicas, train_step
from dga.training.batching import Batch, Order
from dga.training.examples import Examples

NETWORKS = ("lstm", "hybrid")
FIRST = 3  # updates that trace and compile
CHECK_SECONDS = 0.5  # between two waits for the device, as the training loop has them
SIDE = {"CPU": 2_048, "GPU": 8_192}  # of the square matrices whose product tells the peak
TRIES = 3


@dataclass(frozen=True)
class Way:
    """A device with its arithmetic."""

    title: str
    device: str  # as `dga.devices.choose` gives it
    precision: str = "float32"
    xla: bool = False


@dataclass(frozen=True)
class Rate:
    """Names a second of one way, the seconds until its first updates were done, and the share of
    time that it waited for names."""

    names: float
    first: float
    waited: float


def ways() -> list[Way]:
    """What this machine can try, the CPU first."""
    found = [Way("CPU", "/CPU:0")]
    if tf.config.list_logical_devices("GPU"):
        gpu = "/GPU:0"
        found += [
            Way("GPU", gpu),
            Way("GPU, mixed precision", gpu, "mixed_bfloat16"),
            Way("GPU, XLA", gpu, xla=True),
        ]
    if (count := devices.replicable()) > 1:
        found.append(Way(f"all {count} devices", devices.ALL))
    return found


@contextmanager
def arithmetic_of(way: Way) -> Iterator[None]:
    """Within, networks are built and traced as a way asks for it."""
    keras.mixed_precision.set_dtype_policy(way.precision)
    tf.config.optimizer.set_jit(way.xla)
    try:
        yield
    finally:
        keras.mixed_precision.set_dtype_policy("float32")
        tf.config.optimizer.set_jit(False)


def names(count: int) -> pd.DataFrame:
    """A clean frame of about as many names, half of them generated."""
    share = -(-count // (2 * len(FAMILIES)))
    made = [(name, family) for family in FAMILIES for name in at_most(family, share)]
    chosen = pd.DataFrame({DOMAIN: made_up_names(count // 2, 23), LABEL: BENIGN, FAMILY: ""})
    generated = pd.DataFrame(made, columns=[DOMAIN, FAMILY]).assign(**{LABEL: DGA})
    frames = [frame.assign(**{FEED: "own"}) for frame in (chosen, generated)]
    return dataset.build(
        frames, TrainingConfig(test_size=0.05, validation_size=0.05).resolved()
    ).frame


def learnt_from(frame: pd.DataFrame, config: ResolvedConfig) -> tuple[Examples, CharEncoder]:
    """The training part, encoded for an architecture."""
    side = ARCHITECTURES[config.architecture].side
    encoder = CharEncoder(max_length=config.max_length, side=side)
    part = frame[frame[dataset.SPLIT] == dataset.TRAIN]
    return examples.examples(part, encoder, [], dataset.loss_weights(part, config)), encoder


def measure(
    way: Way, train: Examples, encoder: CharEncoder, config: ResolvedConfig, seconds: float
) -> tuple[Rate, float]:
    """The rate of a way, and the floating-point operations that a name of a training takes."""
    with arithmetic_of(way), replicas.scope(way.device):
        model = learner.fresh(encoder, [], config)
        learner.count_tables(model, train.codes, train.codes[train.is_dga == 0], encoder.vocabulary)
        learning = learner.learner_of(model, config)
        size = config.batch_size or len(train)
        trims = config.padding == "trimmed"
        order = Order(train, size, config.seed, trims, encoder.side, config.suffix_dropout or 0.0)
        update = train_step.updating(learning, train_step.optimizer(config, len(order)))
        return _rate(update, _batches(order), seconds), flop_a_name(learning, next(order.epoch(1)))


def _batches(order: Order) -> Iterator[Batch]:
    number = 0
    while True:
        number += 1
        yield from order.epoch(number)


def _rate(update: Callable[[Batch], Any], batches: Iterator[Batch], seconds: float) -> Rate:
    begun = time.perf_counter()
    for _ in range(FIRST):
        update(next(batches)).numpy()
    started = checked = time.perf_counter()
    learnt, waited = 0, 0.0
    while checked - started < seconds:
        asked = time.perf_counter()
        batch = next(batches)
        waited += time.perf_counter() - asked
        told = update(batch)
        learnt += len(batch.codes)
        if time.perf_counter() - checked >= min(CHECK_SECONDS, seconds):
            told.numpy()
            checked = time.perf_counter()
    batches.close()  # type: ignore[attr-defined]  # ends its thread
    return Rate(learnt / (checked - started), started - begun, waited / (checked - started))


def flop_a_name(model: keras.Model, batch: Batch) -> float:
    """Floating-point operations of a training a name, in matrix products and convolutions alone:
    two for each weight and place where it is used, three times for scoring and both gradients."""
    layers = [layer for layer in model.layers if _kernels(layer)]
    inside = keras.Model(model.inputs, [layer.input for layer in layers])
    given = inside([batch.codes[:1]], training=False)
    places = [int(np.prod(value.shape[1:-1])) for value in given]
    used = zip(layers, places, strict=True)
    return float(sum(6 * place * _kernels(layer) for layer, place in used))


def _kernels(layer: keras.layers.Layer) -> int:
    """How many weights a layer multiplies its input by at each place."""
    return sum(int(np.prod(w.shape)) for w in layer.trainable_variables if "kernel" in w.name)


def peak(way: Way) -> float:
    """Floating-point operations a second of a large matrix product on a way's device."""
    device = "/CPU:0" if way.device == devices.ALL else way.device
    kind = "bfloat16" if "bfloat16" in way.precision else "float32"
    side = SIDE["GPU" if "GPU" in device else "CPU"]
    with tf.device(device):
        left = tf.ones((side, side), kind)
        tf.matmul(left, left)[0, 0].numpy()
        best = min(_seconds(left) for _ in range(TRIES))
    return float(2 * side**3 / best)


def _seconds(left: Any) -> float:
    started = time.perf_counter()
    tf.matmul(left, left)[0, 0].numpy()
    return time.perf_counter() - started


def use_logical_cpus(count: int) -> None:
    """Split the CPU into devices; before TensorFlow has begun to use it."""
    [cpu] = tf.config.list_physical_devices("CPU")
    parts = [tf.config.LogicalDeviceConfiguration()] * count
    tf.config.set_logical_device_configuration(cpu, parts)


def main() -> None:
    """Print the table."""
    options = _options()
    devices.quiet()
    if options.logical_cpus > 1:
        use_logical_cpus(options.logical_cpus)
    frame = names(options.names)
    print("; ".join(device.about for device in devices.devices()))
    print(f"{'':34}{'names/s':>10}{'epoch s':>9}{'times':>7}{'first s':>9}{'waits':>7}{'peak':>8}")
    for network in NETWORKS:
        config = TrainingConfig(architecture=network, batch_size=options.batch_size).resolved()
        train, encoder = learnt_from(frame, config)
        print(f"{network}: {len(train):,} names an epoch in batches of {config.batch_size:,}")
        slowest = 0.0
        for way in ways():
            rate, flop = measure(way, train, encoder, config, options.seconds)
            slowest = slowest or rate.names
            share = rate.names * flop / peak(way)
            print(
                f"  {way.title:32}{rate.names:10,.0f}{len(train) / rate.names:9.1f}"
                f"{rate.names / slowest:7.1f}{rate.first:9.1f}{rate.waited:7.0%}{share:8.1%}",
                flush=True,
            )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks.gpu", description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--names", type=int, default=50_000, help="of an epoch, about")
    add("--seconds", type=float, default=15.0, help="of each way, behind its first updates")
    add("--batch-size", type=int, help="instead of each architecture's own")
    add("--logical-cpus", type=int, default=1, help="try it on so many CPU devices")
    return parser.parse_args()


if __name__ == "__main__":
    main()
