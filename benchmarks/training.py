"""How fast a network learns: the notebook's way against ours, in one run on the same names.

    python -m benchmarks.training --benign TOP_LIST --dga FEED [--share 0.15]

The notebook's way is Keras `fit` with its settings: names as they stand, split 80/20 with seed 23,
75 columns, batches of 128, RMSprop, one epoch. Its test accuracy is the mark. Then each step that
ours is made of, each with those before it, until the mark is reached, and the default architecture.
Seconds are those of training alone, for both ways: building the network and judging it on the test
part are left out, tracing it for TensorFlow is not. CPU seconds are summed over the cores, and say
more than seconds do on a machine that others use at the same time. Without files: names of the
project's own trial set and generators.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from dga import devices, progress
from dga.config import ARCHITECTURES, ResolvedConfig, TrainingConfig
from dga.datasets import dataset, feeds
from dga.generators import FAMILIES, at_most
from dga.networks import heads, learner
from dga.runs import store
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, FEED, LABEL
from dga.scoring.encoder import CharEncoder
from dga.training import examples, loop, predict
from dga.training.examples import Examples

NOTEBOOK: dict[str, Any] = {
    "architecture": "lstm",
    "scope": "fqdn",
    "split": "rows",
    "seed": 23,
    "test_size": 0.2,
    "validation_size": 0.0,
    "balance": "none",
    "keep": "last",
}
# What each step adds to those before it.
STEPS: dict[str, dict[str, Any]] = {
    "without padding": {"padding": "trimmed", "epochs": 1},
    "batches of 256": {"batch_size": 256, "learning_rate": 2e-3},
    "Adam, warm-up, clipped": {
        "optimizer": "adam",
        "learning_rate": 3e-3,
        "schedule": "warmup",
        "clip_norm": 1.0,
    },
}
OURS = "planned for 240 updates: our way"
UPDATES = 240  # 0.4 epochs of the names that the notebook's figure is from
# The default architecture's way to the mark; its own settings otherwise.
DEFAULT: dict[str, Any] = {
    "suffix_dropout": 0.0,
    "batch_size": 256,
    "learning_rate": 3e-3,
    "schedule": "warmup",
    "averaging": 0.0,  # what is judged on the way are the weights of the moment
}
LOOKS = 25  # how often a training is judged on the test part
RATE_BATCHES = 12
OWN_NAMES = 150  # of each family, without files
TRIAL = Path(__file__).resolve().parent.parent / "data" / "trial"


@dataclass(frozen=True)
class Spent:
    """Time: seconds, and those of all cores together."""

    seconds: float
    cpu: float

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.seconds - other.seconds, self.cpu - other.cpu)


def now() -> Spent:
    """The clocks of this process."""
    return Spent(time.perf_counter(), time.process_time())


@dataclass
class Parts:
    """The names, encoded for an architecture."""

    train: Examples
    test: Examples
    encoder: CharEncoder

    def accuracy(self, model: keras.Model) -> float:
        """The share of the test part that the model tells right at 0.5."""
        scores = predict.scores(model, self.test, "binary", side=self.encoder.side)
        return float(((scores >= 0.5) == (self.test.is_dga > 0)).mean())


@dataclass
class Probe:
    """Judges a model at intervals and stops its training at the mark; its time does not count."""

    accurate: Callable[[], float]
    every: int
    mark: float
    asked: int = 0
    judging: Spent = field(default_factory=lambda: Spent(0.0, 0.0))
    reached: Spent | None = None
    seen: list[float] = field(default_factory=list)
    started: Spent = field(default_factory=lambda: now())

    def __call__(self) -> bool:
        self.asked += 1
        if self.asked > 1 and (self.asked - 1) % self.every == 0:
            self.look()
        return self.reached is not None

    def look(self) -> None:
        """Judge now."""
        begun = now()
        self.seen.append(self.accurate())
        if self.seen[-1] >= self.mark and self.reached is None:
            self.reached = begun - self.started - self.judging
        self.judging = self.judging - (begun - now())


def main() -> None:
    """Train each way and print its row as soon as it is known."""
    options = _options()
    devices.quiet()
    frame = _names(options)
    lstm = _parts(frame, TrainingConfig(**NOTEBOOK).resolved())
    print(f"{len(lstm.train):,} names to learn from, {len(lstm.test):,} to judge on", flush=True)
    head = f"{'names/s':>9}{'accuracy':>10}{'seconds':>9}{'times':>7}{'CPU s':>8}{'times':>7}"
    print(f"{'':42}{head}", flush=True)
    theirs, mark = _notebook(lstm)
    _row("the notebook's way, lstm", len(lstm.train) / theirs.seconds, mark, theirs, theirs)
    print(f"{'  the same by XLA':42}{_xla_rate(lstm):9,.0f}", flush=True)
    settings = dict(NOTEBOOK)
    for title, added in STEPS.items():
        settings |= added
        _ours(f"  + {title}", settings, lstm, mark, theirs)
    _ours(f"  + {OURS}", {**settings, "max_batches": UPDATES}, lstm, mark, theirs)
    known = options.architecture or store.open_run(store.SHIPPED).settings["architecture"]
    settings = {**NOTEBOOK, "architecture": known, **DEFAULT, "max_batches": UPDATES}
    parts = _parts(frame, TrainingConfig(**settings).resolved())
    _ours(f"{known}, the default architecture", settings, parts, mark, theirs)


def _ours(title: str, settings: dict[str, Any], parts: Parts, mark: float, theirs: Spent) -> None:
    """Train until the mark or the end, and print the row."""
    config = TrainingConfig(**settings).resolved()
    size = config.batch_size or 1
    updates = config.max_batches or -(-len(parts.train) // size)
    model = learner.fresh(parts.encoder, [], config)
    learning = learner.learner_of(model, config)
    probe = Probe(lambda: parts.accuracy(learning), max(1, updates // LOOKS), mark)
    trained = loop.fit(
        parts.train,
        _none_of(parts.test),
        parts.encoder,
        [],
        config,
        on_progress=progress.ignore,
        should_stop=probe,
        model=model,
    )
    spent = (now() - probe.started - probe.judging).seconds
    probe.look()
    names = trained.batches * size
    accuracy = parts.accuracy(model) if learning is not model else probe.seen[-1]
    _row(title, names / spent, accuracy, probe.reached, theirs)


def _row(title: str, rate: float, accuracy: float, spent: Spent | None, theirs: Spent) -> None:
    told = "  mark not reached"
    if spent:
        told = f"{spent.seconds:9.1f}{theirs.seconds / spent.seconds:7.1f}"
        told += f"{spent.cpu:8.1f}{theirs.cpu / spent.cpu:7.1f}"
    print(f"{title:42}{rate:9,.0f}{accuracy:10.2%}{told}", flush=True)


def _notebook(parts: Parts) -> tuple[Spent, float]:
    """Seconds of one epoch by Keras, and the test accuracy after it."""
    keras.utils.set_random_seed(NOTEBOOK["seed"])
    model = _compiled(parts, xla=False)
    codes = parts.train.codes.astype(np.int32)
    started = now()
    model.fit(codes, parts.train.is_dga[:, None], batch_size=128, epochs=1, verbose=0)
    return now() - started, parts.accuracy(model)


def _xla_rate(parts: Parts) -> float:
    """Names a second of the notebook's way, compiled by XLA; compiling left out."""
    model = _compiled(parts, xla=True)
    codes, truth = parts.train.codes[:128].astype(np.int32), parts.train.is_dga[:128, None]
    model.train_on_batch(codes, truth)
    started = now()
    for _ in range(RATE_BATCHES):
        model.train_on_batch(codes, truth)
    return RATE_BATCHES * len(codes) / (now() - started).seconds


def _compiled(parts: Parts, xla: bool) -> keras.Model:
    model = learner.fresh(parts.encoder, [], TrainingConfig(**NOTEBOOK).resolved())
    model.compile(
        optimizer=keras.optimizers.RMSprop(),
        loss={heads.SCORE_OUTPUT: "binary_crossentropy"},
        jit_compile=xla,
    )
    return model


def _names(options: argparse.Namespace) -> pd.DataFrame:
    """One clean frame with its parts."""
    if options.benign and options.dga:
        paths = ((options.benign, BENIGN), (options.dga, DGA))
        frames = [feeds.read_feed(Path(path), label=label).frame for path, label in paths]
    else:
        frames = _own()
    drawn = [frame.sample(frac=options.share, random_state=23) for frame in frames]
    return dataset.build(drawn, TrainingConfig(**NOTEBOOK).resolved()).frame


def _parts(frame: pd.DataFrame, config: ResolvedConfig) -> Parts:
    encoder = CharEncoder(
        max_length=config.max_length, side=ARCHITECTURES[config.architecture].side
    )
    train, test = (
        examples.examples(part, encoder, [], dataset.loss_weights(part, config))
        for part in (
            frame[frame[dataset.SPLIT] == split] for split in (dataset.TRAIN, dataset.TEST)
        )
    )
    return Parts(train, test, encoder)


def _none_of(part: Examples) -> Examples:
    return Examples(**{name: values[:0] for name, values in vars(part).items()})


def _own() -> list[pd.DataFrame]:
    """The benign names of the trial set, and names of the project's own generators."""
    chosen = [feeds.read_feed(path, label=BENIGN).frame for path in sorted(TRIAL.glob("benign-*"))]
    made = [
        pd.DataFrame({DOMAIN: at_most(name, OWN_NAMES), LABEL: DGA, FAMILY: name, FEED: "own"})
        for name in FAMILIES
    ]
    return [*chosen, *made]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks.training", description=__doc__.splitlines()[0])
    parser.add_argument("--benign", help="a top list of host names")
    parser.add_argument("--dga", help="a feed of generated names")
    parser.add_argument("--share", type=float, default=1.0, help="of the names; 1 without")
    parser.add_argument("--architecture", help="instead of the shipped run's")
    return parser.parse_args()


if __name__ == "__main__":
    main()
