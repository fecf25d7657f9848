"""Encoded names to a trained Keras model; the only room with an optimiser in it.

Runs in a child process: it imports Keras. Writes no file; reports through `on_progress`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from dga import architectures
from dga.architectures import Output
from dga.config import TrainingConfig
from dga.encoding import CharEncoder
from dga.examples import Examples, Floats, drop_suffixes
from dga.progress import OnProgress, Progress, ShouldStop

SCORE_OUTPUT = "score"
FAMILY_OUTPUT = "families"
REPORT_SECONDS = 0.5
CHUNK_BATCHES = 50  # names are sorted by length within so many shuffled batches
WIDTH_STEP = 4  # widths are rounded up to it, so that few shapes are compiled


@dataclass
class Trained:
    """A model with its history; `partial` when it was stopped before its end."""

    model: keras.Model
    history: list[dict[str, float]] = field(default_factory=list)
    batches: int = 0
    partial: bool = False


def outputs_for(task: str, classes: list[str]) -> list[Output]:
    """The outputs of a task: P(dga), the distribution over `classes`, or both."""
    score = Output(SCORE_OUTPUT, 1, "sigmoid")
    families = Output(FAMILY_OUTPUT, len(classes), "softmax")
    return {"binary": [score], "family": [families], "both": [score, families]}[task]


def fit(
    train: Examples,
    validation: Examples,
    encoder: CharEncoder,
    classes: list[str],
    config: TrainingConfig,
    *,
    on_progress: OnProgress,
    should_stop: ShouldStop,
    model: keras.Model | None = None,
) -> Trained:
    """Train a model; stops early, keeping what was learnt, when `should_stop` says so."""
    config = config.resolved()
    keras.utils.set_random_seed(config.seed)
    total = config.max_batches or _batches_an_epoch(train, config) * (config.epochs or 1)
    if model is None:
        model = architectures.build(config.architecture, encoder, outputs_for(config.task, classes))
    _compile(model, config, total)
    return _Loop(model, train, validation, config, total, on_progress, should_stop).run()


def predict(model: keras.Model, part: Examples, task: str, batch_size: int = 1024) -> Floats:
    """P(dga) of each example (rows,), by Keras, in batches cut to their longest name."""
    result = np.empty(len(part), dtype=np.float32)
    order = np.argsort(part.widths, kind="stable")
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        given = model.predict_on_batch(_cut(model, part, rows))
        result[rows] = score_of(given, task)
    return result


def score_of(given: dict[str, Floats], task: str) -> Floats:
    """P(dga) from the outputs; the family task tells it as 1 - P(benign)."""
    if task == "family":
        return 1.0 - given[FAMILY_OUTPUT][:, 0]
    return given[SCORE_OUTPUT][:, 0]


def _batches_an_epoch(train: Examples, config: TrainingConfig) -> int:
    return -(-len(train) // (config.batch_size or len(train)))


def _compile(model: keras.Model, config: TrainingConfig, total: int) -> None:
    rate: Any = config.learning_rate
    if config.schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, max(total, 1), alpha=0.02)
    kinds = {"rmsprop": keras.optimizers.RMSprop, "adam": keras.optimizers.Adam}
    losses = {SCORE_OUTPUT: "binary_crossentropy", FAMILY_OUTPUT: "sparse_categorical_crossentropy"}
    model.compile(
        optimizer=kinds[config.optimizer or "adam"](learning_rate=rate),
        loss={name: losses[name] for name in model.output_names},
        metrics={name: ["accuracy"] for name in model.output_names},
        jit_compile=False,
    )


def _cut(model: keras.Model, part: Examples, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """The codes of some rows, where the model allows without the columns of padding alone."""
    codes = part.codes[rows]
    if model.input_shape[1] is None:
        width = int(part.widths[rows].max(initial=1))
        codes = codes[:, : -(-width // WIDTH_STEP) * WIDTH_STEP]
    return codes.astype(np.int32)


class _Loop:
    """One training under way: batches, running means, reports."""

    def __init__(
        self,
        model: keras.Model,
        train: Examples,
        validation: Examples,
        config: TrainingConfig,
        total: int,
        on_progress: OnProgress,
        should_stop: ShouldStop,
    ) -> None:
        self.model, self.train, self.validation = model, train, validation
        self.config, self.total = config, total
        self.on_progress, self.should_stop = on_progress, should_stop
        self.rng = np.random.default_rng(config.seed)
        self.result = Trained(model)
        self.started = self.reported = time.perf_counter()
        self.names = 0
        epochs = -(-total // _batches_an_epoch(train, config))
        self.progress = Progress(phase="training", batches=total, epochs=epochs)

    def run(self) -> Trained:
        self.on_progress(self.progress)
        epoch = 0
        while self.result.batches < self.total and not self.result.partial:
            epoch += 1
            self._epoch(epoch)
        return self.result

    def _epoch(self, epoch: int) -> None:
        self.model.reset_metrics()
        logs: dict[str, float] = {}
        for rows in self._batches():
            if self.should_stop():
                self.result.partial = True
                break
            logs = self._step(rows)
            self._report(epoch, logs)
            if self.result.batches >= self.total:
                break
        if logs:
            self._end_epoch(epoch, logs)

    def _batches(self) -> Iterator[npt.NDArray[np.int64]]:
        """Shuffled rows, sorted by length within a chunk when columns may be cut, in batches."""
        size = self.config.batch_size or 512
        order = self.rng.permutation(len(self.train))
        if self.model.input_shape[1] is not None:
            yield from (order[at : at + size] for at in range(0, len(order), size))
            return
        chunk = size * CHUNK_BATCHES
        for start in range(0, len(order), chunk):
            rows = order[start : start + chunk]
            rows = rows[np.argsort(self.train.widths[rows], kind="stable")]
            batches = [rows[at : at + size] for at in range(0, len(rows), size)]
            yield from (batches[at] for at in self.rng.permutation(len(batches)))

    def _step(self, rows: npt.NDArray[np.int64]) -> dict[str, float]:
        codes = _cut(self.model, self.train, rows)
        if self.config.suffix_dropout and self.model.input_shape[1] is None:
            widths = self.train.label_widths[rows]
            codes = drop_suffixes(codes, widths, self.config.suffix_dropout, self.rng)
        targets, weights = _targets(self.model, self.train, rows)
        logs = self.model.train_on_batch(codes, targets, sample_weight=weights, return_dict=True)
        self.result.batches += 1
        self.names += len(rows)
        return {name: float(value) for name, value in logs.items()}

    def _report(self, epoch: int, logs: dict[str, float]) -> None:
        now = time.perf_counter()
        last = self.result.batches >= self.total
        if now - self.reported < REPORT_SECONDS and not last:
            return
        self.reported = now
        elapsed = now - self.started
        done = self.result.batches
        self.progress = replace(
            self.progress,
            epoch=epoch,
            batch=done,
            loss=logs["loss"],
            accuracy=_accuracy(logs),
            elapsed=elapsed,
            rate=self.names / elapsed,
            remaining=elapsed / done * (self.total - done),
        )
        self.on_progress(self.progress)

    def _end_epoch(self, epoch: int, logs: dict[str, float]) -> None:
        row = {
            "epoch": epoch,
            "batches": self.result.batches,
            "loss": logs["loss"],
            "accuracy": _accuracy(logs),
            "seconds": time.perf_counter() - self.started,
            **self._validate(),
        }
        self.result.history.append(row)
        self.progress = replace(
            self.progress,
            epoch=epoch,
            batch=self.result.batches,
            validation_loss=row.get("validation_loss"),
            validation_accuracy=row.get("validation_accuracy"),
        )
        self.on_progress(self.progress)

    def _validate(self) -> dict[str, float]:
        """Loss and accuracy of P(dga) on the validation part; nothing where there is none."""
        if not len(self.validation):
            return {}
        scores = predict(self.model, self.validation, self.config.task)
        truth = self.validation.is_dga
        sure = np.clip(np.where(truth > 0, scores, 1 - scores), 1e-7, 1)
        return {
            "validation_loss": float(-np.log(sure).mean()),
            "validation_accuracy": float(((scores >= 0.5) == (truth > 0)).mean()),
        }


def _targets(
    model: keras.Model, part: Examples, rows: npt.NDArray[np.int64]
) -> tuple[dict[str, Any], dict[str, Floats]]:
    """Targets and weights of each output; a name without a class weighs nothing for classes."""
    weights = part.weights[rows]
    family = part.family[rows]
    targets = {
        SCORE_OUTPUT: part.is_dga[rows, None],
        FAMILY_OUTPUT: np.maximum(family, 0)[:, None],
    }
    weighed = {SCORE_OUTPUT: weights, FAMILY_OUTPUT: weights * (family >= 0)}
    names = model.output_names
    return {n: targets[n] for n in names}, {n: weighed[n].astype(np.float32) for n in names}


def _accuracy(logs: dict[str, float]) -> float:
    for name in (f"{SCORE_OUTPUT}_accuracy", "accuracy", f"{FAMILY_OUTPUT}_accuracy"):
        if name in logs:
            return logs[name]
    return float("nan")
