"""Estimate how fast this machine trains, from earlier trainings or a short benchmark.

Names a second, by architecture and device. Trains nothing and does not import TensorFlow.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from dga import devices
from dga.config import TrainingConfig
from dga.errors import DGAError
from dga.jobs import job as jobs
from dga.runs import store
from dga.runs.store import Run

SHORTEST = 5.0  # seconds of training; shorter ones measure the start
NEWEST = 5
CLOSING_GUESS, START_GUESS = 30.0, 10.0  # seconds
LEAST_CLOSING = 5.0  # seconds of an export, however few the names are
SPREAD = (0.85, 1.15)  # range around the rate of an equal training here
GUESS = (0.5, 2.0)  # range around an estimate from another architecture or the benchmark
# Names a second per GFLOP/s of the benchmark, by architecture; measured on two cores.
PER_GIGAFLOP = {"bigram": 2500.0, "cnn": 160.0, "hybrid": 140.0, "lstm": 20.0}
PROBE_SIDE, PROBE_SECONDS = 768, 0.3


@dataclass(frozen=True)
class Rate:
    """Names a second, from `low` to `high`; `measured` if equal trainings ran here."""

    low: float
    high: float
    measured: bool


@dataclass(frozen=True)
class Past:
    """The rate of a training on this machine."""

    architecture: str
    device: str
    rate: float


def expected(config: TrainingConfig, device: str, root: Path | None = None) -> list[Rate]:
    """Expected rates: from equal trainings, else from other architectures, else the benchmark.

    `device` is `cpu` or a GPU's name such as `gpu:0`. Empty if nothing is known.
    """
    past = [one for one in measured(root) if one.device.startswith(device.partition(":")[0])]
    equal = [one.rate for one in past if one.architecture == config.architecture]
    if equal:
        return [Rate(SPREAD[0] * min(equal), SPREAD[1] * max(equal), True)]
    scaled = [_scaled(one, config.architecture) for one in past]
    guesses = [one for one in scaled if one] or _probed(config.architecture, device)
    return [Rate(GUESS[0] * min(guesses), GUESS[1] * max(guesses), False)] if guesses else []


def measured(root: Path | None = None) -> list[Past]:
    """The rates of this machine's newest trainings in a models folder."""
    root = root or store.models_folder()
    finished = (run for run in store.list_runs(root) if isinstance(run, Run))
    found = [past for run in finished if (past := _of_run(run))]
    found += [past for job in jobs.unfinished(root) if (past := _of_job(job))]
    return list(_newest(found))


def closing_seconds(names: float | None = None, root: Path | None = None) -> float:
    """Seconds of exporting and evaluating after the training: the median of this machine's newest
    runs, or a cautious guess without any.

    `names`: how many the training learns from in an epoch. What other runs took is scaled to them,
    since most of it is spent on names.
    """
    root = root or store.models_folder()
    runs = [run for run in store.list_runs(root) if isinstance(run, Run) and _is_ours(run)]
    found = [seconds for run in runs[:NEWEST] if (seconds := _closing_of(run, names)) is not None]
    return statistics.median(found) if found else CLOSING_GUESS


def _closing_of(run: Run, names: float | None) -> float | None:
    """A run's total time without its training and a cold start of TensorFlow, scaled to `names`."""
    try:
        history = run.history()
        learning = float(history["seconds"].iloc[-1])
        seconds = max(1.0, float(run.config["seconds"]) - learning - START_GUESS)
        learnt = float(run.config["batches"]) * float(run.settings["batch_size"]) / len(history)
    except (DGAError, KeyError, IndexError, TypeError, ValueError):
        return None
    if names is None or learnt <= 0 or seconds <= LEAST_CLOSING:
        return seconds
    return LEAST_CLOSING + (seconds - LEAST_CLOSING) * names / learnt


def _is_ours(run: Run) -> bool:
    about: dict[str, Any] = run.config.get("environment") or {}
    here = devices.cpu()
    return (about.get("processor"), about.get("threads")) == (here.about, here.threads)


def gigaflops(seconds: float = PROBE_SECONDS) -> float:
    """The CPU's matrix-product rate in GFLOP/s with all threads, measured for `seconds`."""
    side = np.random.default_rng(0).random((PROBE_SIDE, PROBE_SIDE), dtype=np.float32)
    np.matmul(side, side)
    started, products = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        np.matmul(side, side)
        products += 1
    return 2 * PROBE_SIDE**3 * products / (time.perf_counter() - started) / 1e9


@cache
def _machine() -> float:
    return gigaflops()


def _of_run(run: Run) -> Past | None:
    """The rate of a finished run; None if it is another machine's or unknown."""
    about: dict[str, Any] = run.config.get("environment") or {}
    if not _is_ours(run):
        return None
    try:
        seconds = float(run.history()["seconds"].iloc[-1])
        names = float(run.config["batches"]) * float(run.settings["batch_size"])
        return _past(str(run.settings["architecture"]), str(about["device"]), names, seconds)
    except (DGAError, KeyError, IndexError, TypeError, ValueError):
        return None


def _of_job(job: jobs.Job) -> Past | None:
    """The rate of a running or interrupted training."""
    last = next((one for one in reversed(job.progress()) if one.loss is not None), None)
    if last is None:
        return None
    try:
        architecture = job.plan().config.architecture
    except DGAError:
        return None
    return _past(architecture, last.device, last.rate * last.elapsed, last.elapsed)


def _past(architecture: str, device: str, names: float, seconds: float) -> Past | None:
    if not seconds >= SHORTEST or not names > 0:
        return None
    return Past(architecture, device.lower(), names / seconds)


def _newest(found: Sequence[Past]) -> Iterator[Past]:
    """The newest few of each architecture and device."""
    seen: dict[tuple[str, str], int] = {}
    for one in found:
        kind = (one.architecture, one.device)
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= NEWEST:
            yield one


def _scaled(past: Past, architecture: str) -> float | None:
    """The rate expected of another architecture, given this one's."""
    if not {past.architecture, architecture} <= PER_GIGAFLOP.keys():
        return None
    return past.rate * PER_GIGAFLOP[architecture] / PER_GIGAFLOP[past.architecture]


def _probed(architecture: str, device: str) -> Iterable[float]:
    known = device == "cpu" and architecture in PER_GIGAFLOP
    return [_machine() * PER_GIGAFLOP[architecture]] if known else []
