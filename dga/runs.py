"""Run = one folder under the models folder: create, finish, list, open, choose the active one.

The only room that knows a run's file names. Work in progress lies in `.work-<name>` and is
renamed when complete, so that a folder with a run's name is always a finished run.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from dga import bundle as bundles
from dga import notes, run_contents
from dga.bundle import ModelBundle
from dga.errors import BundleError, RunError
from dga.notes import About
from dga.run_contents import write_json as write_json

CONFIG_FILE = "config.json"
HISTORY_FILE = "history.csv"
METRICS_FILE = "metrics.json"
PREDICTIONS_FILE = "test_predictions.parquet"
PROGRESS_FILE = "progress.jsonl"
LOG_FILE = "train.log"
PLAN_FILE = "plan.json"
CHECKPOINT_FILE = "checkpoint.npz"
CANCEL_FILE = "cancel"
PID_FILE = "pid"
BUNDLE_FOLDER = "bundle"
ACTIVE_FILE = "active.json"
LOCK_FILE = ".training.lock"
FOLDER_VARIABLE = "DGA_MODELS"
WORK_PREFIX = ".work-"
TRASH_PREFIX = ".trash-"
SHIPPED = "shipped"
FORMAT_VERSION = 1

COMPLETE, PARTIAL, DAMAGED = "complete", "partial", "damaged"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True)
class Run:
    """A finished run. Its files are read when asked for."""

    name: str
    path: Path
    config: Mapping[str, Any]
    metrics: Mapping[str, Any]

    @property
    def status(self) -> str:
        """`complete`, or `partial` when the training was cancelled on the way."""
        return str(self.config.get("status", COMPLETE))

    @property
    def settings(self) -> Mapping[str, Any]:
        """The training's settings, as `TrainingConfig` names them."""
        return dict(self.config["config"])

    def history(self) -> pd.DataFrame:
        """One row an epoch: loss and accuracy, on the training and the validation part."""
        return run_contents.read_history(self.path / HISTORY_FILE)

    def predictions(self) -> pd.DataFrame:
        """The scored test domains: domain, trueClass, predClass, predProb, family."""
        return run_contents.read_predictions(self.path / PREDICTIONS_FILE)

    def bundle(self, threads: int | None = None) -> ModelBundle:
        """Load what scoring needs; it bears the run's name, whatever it was called before."""
        return replace(bundles.load(self.path / BUNDLE_FOLDER, threads), name=self.name)

    def about(self) -> About:
        """The note and the former names."""
        return notes.read(self.path)


@dataclass(frozen=True)
class DamagedRun:
    """A folder that should be a run and cannot be read as one."""

    name: str
    path: Path
    problem: str
    status: str = DAMAGED


def models_folder() -> Path:
    """Where runs lie: the folder in DGA_MODELS, else `models/` beside the package."""
    told = os.environ.get(FOLDER_VARIABLE)
    return Path(told) if told else Path(__file__).resolve().parent.parent / "models"


def check_name(name: str) -> str:
    """Return the name of a run when it is one; never a path.

    >>> check_name("lstm-2026.1")
    'lstm-2026.1'
    """
    if not _NAME.fullmatch(name):
        raise RunError(
            f"{name!r} is no name for a run: letters, digits, '-', '_' and '.' only, "
            "starting with a letter or digit, at most 64 characters"
        )
    return name


def fresh_name(architecture: str) -> str:
    """A name for a new run, from the architecture and the time."""
    return f"{architecture}-{time.strftime('%Y%m%d-%H%M%S')}"


def create(name: str, root: Path | None = None) -> Path:
    """Make the work folder of a new run and return it; RunError when the name is taken."""
    root = root or models_folder()
    work = root / f"{WORK_PREFIX}{check_name(name)}"
    refuse_taken(name, root)
    root.mkdir(parents=True, exist_ok=True)
    if work.exists():  # an interrupted training of the same name
        shutil.rmtree(work)
    (work / BUNDLE_FOLDER).mkdir(parents=True)
    return work


def finish(work: Path) -> Run:
    """Turn a complete work folder into a run: written through to disk, then renamed.

    A partial run keeps its plan and its checkpoint: its training can be continued.
    """
    partial = run_contents.read_json(work / CONFIG_FILE).get("status") == PARTIAL
    for passing in (PID_FILE, CANCEL_FILE) + (() if partial else (PLAN_FILE, CHECKPOINT_FILE)):
        (work / passing).unlink(missing_ok=True)
    return store(work, work.name.removeprefix(WORK_PREFIX))


def store(folder: Path, name: str) -> Run:
    """Make a folder beside the runs that holds a run's files the run of this name, at once."""
    for path in folder.rglob("*"):
        if path.is_file():
            with open(path, "rb") as file:
                os.fsync(file.fileno())
    try:
        folder.rename(folder.with_name(check_name(name)))
    except OSError as error:
        told = f"the run {name!r} cannot be stored ({error}); it lies in {folder}"
        raise RunError(told) from None
    return open_run(name, folder.parent)


def refuse_taken(name: str, root: Path) -> None:
    """RunError where a run bears the name, or did before it was renamed: links still use it."""
    if (root / name).exists():
        raise RunError(f"there is a run {name!r} already; choose another name or delete it")
    if now := _renamed(name, root):
        raise RunError(
            f"the run {now!r} was called {name!r} before, and what refers to it by that name "
            "still finds it; choose another name"
        )


def open_run(name: str, root: Path | None = None) -> Run:
    """Open a finished run by its name, or by one that it had before it was renamed."""
    root = root or models_folder()
    path = root / check_name(name)
    if not path.is_dir() and (now := _renamed(name, root)):
        path = root / now
    if not path.is_dir():
        names = ", ".join(run.name for run in list_runs(root)) or "none"
        raise RunError(f"no run {name!r}; there are: {names}")
    return open_folder(path)


def open_folder(path: Path) -> Run:
    """Open a folder that holds a run's files; the run is called as the folder is."""
    name = path.name
    config = run_contents.read_json(path / CONFIG_FILE)
    if config.get("format_version") != FORMAT_VERSION:
        raise RunError(f"run {name}: unknown format version {config.get('format_version')!r}")
    metrics = run_contents.read_json(path / METRICS_FILE)
    run_contents.check_config(path / CONFIG_FILE, config)
    run_contents.check_metrics(path / METRICS_FILE, metrics)
    return Run(name, path, config, metrics)


def list_runs(root: Path | None = None) -> list[Run | DamagedRun]:
    """Every run, newest first; a folder that cannot be read is listed with its problem."""
    root = root or models_folder()
    if not root.is_dir():
        return []
    found = [_open_or_tell(path) for path in _folders(root)]
    return sorted(found, key=lambda run: (_created(run), run.name), reverse=True)


def active_name(root: Path | None = None) -> str:
    """The run that scores when none is named: the chosen, else the shipped, else the newest.

    A partial run only where there is no complete one.
    """
    root = root or models_folder()
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        name = str(json.loads((root / ACTIVE_FILE).read_text(encoding="utf-8"))["run"])
        if _NAME.fullmatch(name) and (root / name).is_dir():
            return name
        if now := _renamed(name, root):
            return now
    if (root / SHIPPED).is_dir():
        return SHIPPED
    found = [run for run in list_runs(root) if isinstance(run, Run)]
    for run in sorted(found, key=lambda run: run.status != COMPLETE):
        return run.name
    raise RunError(f"there is no run in {root}; train one with 'python -m dga train'")


def active_run(root: Path | None = None) -> Run:
    """Open the active run."""
    return open_run(active_name(root), root)


def set_active(name: str, root: Path | None = None) -> None:
    """Make a run the active one; its bundle is loaded once to be sure that it can score."""
    root = root or models_folder()
    open_run(name, root).bundle(threads=1)
    write_json(root / ACTIVE_FILE, {"run": name})


def holder(root: Path | None = None) -> str:
    """The name of the training that is running: the one that holds the lock; "" where none does.

    The system releases the lock when the process dies, however that happens.
    """
    path = (root or models_folder()) / LOCK_FILE
    with suppress(FileNotFoundError, NotADirectoryError), open(path, encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return file.read()
    return ""


def _folders(root: Path) -> list[Path]:
    return [path for path in root.iterdir() if path.is_dir() and _NAME.fullmatch(path.name)]


def _renamed(name: str, root: Path) -> str:
    """What the run is called today that bore this name before; "" where there is none."""
    folders = _folders(root) if root.is_dir() else []
    return next((path.name for path in folders if name in notes.read(path).formerly), "")


def _open_or_tell(path: Path) -> Run | DamagedRun:
    try:
        return open_run(path.name, path.parent)
    except (RunError, BundleError) as error:
        return DamagedRun(path.name, path, str(error))


def _created(run: Run | DamagedRun) -> str:
    return str(run.config.get("created", "")) if isinstance(run, Run) else ""
