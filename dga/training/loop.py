"""The training loop: epochs, validation, progress, checkpoints.

Runs in a child process: it imports Keras. Writes only the checkpoint from which an interrupted
training continues.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from dga.config import ResolvedConfig
from dga.errors import JobError, TrainingError
from dga.networks import learner, recurrent
from dga.networks.grown import Base
from dga.progress import OnProgress, Progress, ShouldStop
from dga.scoring.encoder import CharEncoder
from dga.training import checkpoint, predict, train_step
from dga.training.batching import Order
from dga.training.checkpoint import State
from dga.training.examples import Examples

REPORT_SECONDS = 0.5
CHECKPOINT_SECONDS = 60.0  # a checkpoint is also written after each epoch


@dataclass
class Trained:
    """A model with its history; `partial` if it was stopped before its end.

    In the history, `kept` is 1 for the epoch whose weights the model has, else 0.
    """

    model: keras.Model
    history: list[dict[str, float]] = field(default_factory=list)
    batches: int = 0
    partial: bool = False


def fit(
    train: Examples,
    validation: Examples,
    encoder: CharEncoder,
    classes: list[str],
    config: ResolvedConfig,
    *,
    on_progress: OnProgress,
    should_stop: ShouldStop,
    base: Base | None = None,
    model: keras.Model | None = None,
    path: Path | None = None,
) -> Trained:
    """Train a model; if `should_stop` becomes true, stop and keep the weights so far.

    `train`, `validation`: encoded names with targets. `base`: the stored network to continue
    from; a fresh one by default, or `model`. `path`: of the checkpoint; training continues from
    it if it exists. TrainingError if the loss is not finite; JobError if the checkpoint belongs to
    other feeds or settings.
    """
    if model is None:
        model = learner.first(encoder, classes, config, base)
    benign = train.codes[train.is_dga == 0]
    learner.count_tables(model, train.codes, benign, encoder.vocabulary)
    keras.utils.set_random_seed(config.seed)
    order = Order(
        part=train,
        size=config.batch_size,
        seed=config.seed,
        trims=config.padding == "trimmed",
        side=encoder.side,
        suffix_dropout=config.suffix_dropout,
    )
    learning = learner.learner_of(model, config)
    trained = _Loop(
        learning,
        order,
        validation,
        config,
        on_progress=on_progress,
        should_stop=should_stop,
        path=path,
    ).run()
    if learning is not model:
        recurrent.settle(model)
    trained.model = model
    return trained


class _Loop:
    """The state of one training. Its position is the number of batches trained on."""

    def __init__(
        self,
        model: keras.Model,
        order: Order,
        validation: Examples,
        config: ResolvedConfig,
        *,
        on_progress: OnProgress,
        should_stop: ShouldStop,
        path: Path | None,
    ) -> None:
        self.model, self.order, self.validation, self.config = model, order, validation, config
        self.on_progress, self.should_stop, self.path = on_progress, should_stop, path
        self.total = config.max_batches or len(order) * config.epochs
        self.rule = train_step.optimizer(config, self.total)
        self.update = train_step.updating(model, self.rule)
        self.result = Trained(model)
        self.best: list[npt.NDArray[Any]] = []  # the weights of the best epoch so far
        self.sums = np.zeros(train_step.TOLD)  # of the epoch so far
        self.told: list[Any] = []  # sums of later updates, fetched only when needed
        self.names = 0
        self.started = self.reported = self.saved = time.perf_counter()
        self.fingerprint = self._fingerprint() if path else ""
        epochs = -(-self.total // len(order))
        self.progress = Progress(phase="training", batches=self.total, epochs=epochs)

    def run(self) -> Trained:
        """Train to the end, from the checkpoint if there is one."""
        self._restore()
        self.progress = replace(self.progress, batch=self.result.batches)
        self.on_progress(self.progress)
        while self.result.batches < self.total and not self.result.partial and not self._idle():
            self._epoch(self.result.batches // len(self.order) + 1)
        self._keep_best()
        return self.result

    def _epoch(self, number: int) -> None:
        for batch in self.order.epoch(number, skip=self.result.batches % len(self.order)):
            if self.should_stop():
                self.result.partial = True
                self._save()
                break
            self.told.append(self.update(batch))
            self.result.batches += 1
            self.names += len(batch.codes)
            self._report(number)
            if self.result.batches >= self.total:
                break
        self._sum_up()
        if self.sums[-1]:
            self._end_epoch(number)

    def _sum_up(self) -> dict[str, float]:
        """Mean loss, log loss of P(dga) and accuracy of the epoch so far."""
        self.sums = self.sums + sum(told.numpy() for told in self.told)
        self.told.clear()
        *_, names = self.sums
        if names and not np.isfinite(self.sums[0]):
            raise TrainingError(
                f"the loss is not a number after {self.result.batches:,} batches: the training "
                "diverged; lower the learning rate or set a gradient clipping norm"
            )
        means = self.sums[:-1] / names if names else np.full(len(self.sums) - 1, np.nan)
        return dict(zip(("loss", "log_loss", "accuracy"), means.tolist(), strict=True))

    def _report(self, epoch: int) -> None:
        now = time.perf_counter()
        if now - self.saved >= CHECKPOINT_SECONDS:
            self._save()
        done = self.result.batches
        if now - self.reported < REPORT_SECONDS and done < self.total:
            return
        means = self._sum_up()
        self.reported = now
        elapsed = now - self.started
        self.progress = replace(
            self.progress,
            epoch=epoch,
            batch=done,
            loss=means["loss"],
            log_loss=means["log_loss"],
            accuracy=means["accuracy"],
            elapsed=elapsed,
            rate=self.names / elapsed,
            remaining=elapsed / done * (self.total - done),
        )
        self.on_progress(self.progress)

    def _end_epoch(self, epoch: int) -> None:
        row = {
            "epoch": epoch,
            "batches": self.result.batches,
            **self._sum_up(),
            "seconds": time.perf_counter() - self.started,
        }
        with train_step.averaged(self.rule, self.model):
            row |= self._validate()
            self.result.history.append(row)
            if self.config.keep == "best" and self._best() is row:
                self.best = _values(self.model.weights)
        self.sums = np.zeros(train_step.TOLD)
        if not self.result.partial:
            self._save()
        self.progress = replace(
            self.progress,
            epoch=epoch,
            batch=self.result.batches,
            validation_loss=row.get("validation_loss"),
            validation_accuracy=row.get("validation_accuracy"),
        )
        self.on_progress(self.progress)

    def _validate(self) -> dict[str, float]:
        """Loss and accuracy of P(dga) on the validation part; {} if it is empty."""
        if not len(self.validation):
            return {}
        scores = predict.scores(self.model, self.validation, self.config.task, side=self.order.side)
        truth = self.validation.is_dga
        sure = np.clip(np.where(truth > 0, scores, 1 - scores), 1e-7, 1)
        return {
            "validation_loss": float(-np.log(sure).mean()),
            "validation_accuracy": float(((scores >= 0.5) == (truth > 0)).mean()),
        }

    def _best(self) -> dict[str, float] | None:
        """The row with the lowest validation loss, the first of equals."""
        rows = [row for row in self.result.history if "validation_loss" in row]
        return min(rows, key=lambda row: row["validation_loss"], default=None)

    def _idle(self) -> bool:
        """Whether the validation loss has not improved for `patience` epochs."""
        best = self._best()
        if best is None or self.config.patience is None:
            return False
        return self.result.history[-1]["epoch"] - best["epoch"] >= self.config.patience

    def _keep_best(self) -> None:
        """Give the model the weights of its best epoch, and mark that epoch in the history."""
        train_step.average(self.rule, self.model)
        history, best = self.result.history, self._best()
        if not history:
            return
        kept = best if best is not None and self.best else history[-1]
        if kept is best and best is not history[-1]:
            for weight, value in zip(self.model.weights, self.best, strict=True):
                weight.assign(value)
        for row in history:
            row["kept"] = float(row is kept)

    def _variables(self) -> Iterator[tuple[str, list[Any]]]:
        yield "network", list(self.model.variables)  # including dropout's random state
        yield "optimizer", list(self.rule.variables)

    def _fingerprint(self) -> str:
        part = self.order.part
        settings = {**self.config.to_json(), "device": ""}
        return checkpoint.fingerprint(settings, part.codes, part.is_dga, part.family, part.weights)

    def _save(self) -> None:
        if self.path is None:
            return
        self._sum_up()
        groups = {name: _values(held) for name, held in self._variables()}
        facts = {
            "batches": self.result.batches,
            "history": self.result.history,
            "sums": self.sums.tolist(),
            "names": self.names,
            "seconds": time.perf_counter() - self.started,
            "fingerprint": self.fingerprint,
        }
        checkpoint.save(self.path, State({**groups, "best": self.best}, facts))
        self.saved = time.perf_counter()

    def _restore(self) -> None:
        state = checkpoint.load(self.path) if self.path else None
        if state is None:
            return
        facts = state.facts
        if facts["fingerprint"] != self.fingerprint:
            raise JobError(
                "the feeds or the settings have changed since this training was interrupted; "
                "it cannot continue; start a new training"
            )
        for name, held in self._variables():
            for variable, value in zip(held, state.groups[name], strict=True):
                variable.assign(value)
        self.best = list(state.groups["best"])
        self.result.batches, self.names = facts["batches"], facts["names"]
        self.result.history = facts["history"]
        sums = np.array(facts["sums"])
        if len(sums) == len(self.sums):  # else of an earlier version: the epoch's means start anew
            self.sums = sums
        self.started -= facts["seconds"]


def _values(variables: Sequence[Any]) -> list[npt.NDArray[Any]]:
    return [np.array(variable.value.numpy()) for variable in variables]
