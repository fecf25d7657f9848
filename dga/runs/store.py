"""Runs as folders of the models folder: create, finish, list, open, activate.

The only module that knows a run's file names. A training works in `.work-<name>`, which is renamed
when complete, so that a folder with a run's name is always a finished run.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dga import storage
from dga.errors import BundleError, RunError
from dga.runs import activations, audit, files, notes
from dga.runs.files import write_json as write_json
from dga.runs.notes import About
from dga.scoring import bundle as bundles
from dga.scoring.bundle import ModelBundle
from dga.storage.folders import MODELS_VARIABLE

if TYPE_CHECKING:
    import pandas as pd

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
LOOK_PAUSES = (0.0, 0.001, 0.005)  # seconds before each check of the lock
FOLDER_VARIABLE = MODELS_VARIABLE
WORK_PREFIX = ".work-"
TRASH_PREFIX = ".trash-"
SHIPPED = "shipped"
PACKAGED = Path(__file__).resolve().parents[1] / SHIPPED  # in an installed package, not a checkout
FORMAT_VERSION = 1

COMPLETE, PARTIAL, DAMAGED = "complete", "partial", "damaged"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
# Files of the models folder, in any case for case-insensitive file systems; devices of Windows.
_RESERVED = re.compile(r"active\.json|(con|prn|aux|nul|com\d|lpt\d)(\..*)?|.*\.", re.I)


@dataclass(frozen=True)
class Run:
    """A finished run. Its files are read on demand."""

    name: str
    path: Path
    config: Mapping[str, Any]
    metrics: Mapping[str, Any]

    @property
    def status(self) -> str:
        """`complete`, or `partial` if the training was cancelled."""
        return str(self.config.get("status", COMPLETE))

    @property
    def settings(self) -> Mapping[str, Any]:
        """The training's settings, as `TrainingConfig` names them."""
        return dict(self.config["config"])

    def history(self) -> pd.DataFrame:
        """A row per epoch: loss and accuracy of training and validation."""
        return files.read_history(self.path / HISTORY_FILE)

    def predictions(self) -> pd.DataFrame:
        """The scored test domains: domain, trueClass, predClass, predProb, family."""
        return files.read_predictions(self.path / PREDICTIONS_FILE)

    def bundle(self, threads: int | None = None) -> ModelBundle:
        """Load the bundle, under the run's present name."""
        return replace(bundles.load(self.path / BUNDLE_FOLDER, threads), name=self.name)

    def about(self) -> About:
        """The note and the former names."""
        return notes.read(self.path)


@dataclass(frozen=True)
class DamagedRun:
    """A run folder that cannot be read."""

    name: str
    path: Path
    problem: str
    status: str = DAMAGED


def models_folder() -> Path:
    """The folder of runs (`dga.storage.models_folder`)."""
    return storage.models_folder()


def check_name(name: str) -> str:
    """Return a valid name of a run, which is never a path; RunError otherwise.

    >>> check_name("lstm-2026.1")
    'lstm-2026.1'
    """
    if not is_name(name):
        raise RunError(
            f"{name!r} is not a valid run name: use only letters, digits, '-', '_' and '.', start "
            "with a letter or digit, use at most 64 characters, and no reserved file name"
        )
    return name


def is_name(text: str) -> bool:
    """Whether a text is a valid name of a run."""
    return bool(_NAME.fullmatch(text)) and not _RESERVED.fullmatch(text)


def fresh_name(architecture: str) -> str:
    """A name for a new run, from the architecture and the time."""
    return f"{architecture}-{time.strftime('%Y%m%d-%H%M%S')}"


def folder_of(name: str, root: Path) -> Path:
    """The folder of a run: in the models folder, or in the package for the packaged run."""
    path = root / name
    return PACKAGED if name == SHIPPED and not path.is_dir() and PACKAGED.is_dir() else path


def create(name: str, root: Path | None = None) -> Path:
    """Make the work folder of a new run; RunError if the name is taken."""
    root = root or models_folder()
    work = root / f"{WORK_PREFIX}{check_name(name)}"
    refuse_taken(name, root)
    root.mkdir(parents=True, exist_ok=True)
    if work.exists():  # an interrupted training of the same name
        shutil.rmtree(work)
    (work / BUNDLE_FOLDER).mkdir(parents=True)
    return work


def finish(work: Path) -> Run:
    """Turn a complete work folder into a run: sync, rename, tidy."""
    run = store(work, work.name.removeprefix(WORK_PREFIX), work.parent)
    tidy(run)
    return run


def tidy(run: Run) -> None:
    """Remove files that only the training needed; after a kill, the next call does it.

    A partial run keeps its plan and checkpoint, so that its training can be continued.
    """
    partial = run.status == PARTIAL
    for passing in (PID_FILE, CANCEL_FILE) + (() if partial else (PLAN_FILE, CHECKPOINT_FILE)):
        (run.path / passing).unlink(missing_ok=True)


def store(folder: Path, name: str, root: Path) -> Run:
    """Rename a folder with a run's files so that it becomes the run of this name."""
    try:
        storage.sync_tree(folder)
        storage.move(folder, root / check_name(name))
    except OSError as error:
        told = f"the run {name!r} cannot be stored ({error}); its files are in {folder}"
        raise RunError(told) from None
    return open_run(name, root)


def refuse_taken(name: str, root: Path) -> None:
    """RunError if a run has the name, or had it before it was renamed: links still use it."""
    if folder_of(name, root).exists():
        raise RunError(f"a run {name!r} exists already; choose another name or delete it")
    if now := _renamed(name, root):
        raise RunError(
            f"the run {now!r} was called {name!r} before and is still found by that name; choose "
            "another name"
        )


def open_run(name: str, root: Path | None = None) -> Run:
    """Open a finished run by its name or a former name; RunError lists the runs."""
    root = root or models_folder()
    path = folder_of(check_name(name), root)
    if not path.is_dir() and (now := _renamed(name, root)):
        path = root / now
    if not path.is_dir():
        names = ", ".join(run.name for run in list_runs(root)) or "none"
        raise RunError(f"no run {name!r}; the runs are {names}")
    return open_folder(path)


def open_folder(path: Path) -> Run:
    """Open a folder with a run's files; the folder's name is the run's name."""
    name = path.name
    config = files.read_json(path / CONFIG_FILE)
    if config.get("format_version") != FORMAT_VERSION:
        raise RunError(f"run {name}: unknown format version {config.get('format_version')!r}")
    metrics = files.read_json(path / METRICS_FILE)
    files.check_config(path / CONFIG_FILE, config)
    files.check_metrics(path / METRICS_FILE, metrics)
    return Run(name, path, config, files.without_nulls(metrics))


def list_runs(root: Path | None = None) -> list[Run | DamagedRun]:
    """Every run, newest first; a folder that cannot be read is listed with its problem."""
    root = root or models_folder()
    found = [_open_or_tell(path) for path in _folders(root)]
    return sorted(found, key=lambda run: (_created(run), run.name), reverse=True)


def active_name(root: Path | None = None) -> str:
    """The run that scores by default: the activated one, else the shipped, else the newest.

    A partial run only if there is no complete one.
    """
    root = root or models_folder()
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        name = str(json.loads((root / ACTIVE_FILE).read_text(encoding="utf-8"))["run"])
        if is_name(name) and folder_of(name, root).is_dir():
            return name
        if now := _renamed(name, root):
            return now
    if folder_of(SHIPPED, root).is_dir():
        return SHIPPED
    found = [run for run in list_runs(root) if isinstance(run, Run)]
    for run in sorted(found, key=lambda run: run.status != COMPLETE):
        return run.name
    raise RunError(f"no runs in {root}; train one with 'dga train'")


def heir_of(name: str, root: Path | None = None) -> str:
    """The run that becomes active if the active run `name` is deleted; "" if none is left."""
    root = root or models_folder()
    left = [run for run in list_runs(root) if isinstance(run, Run) and run.name != name]
    if any(run.name == SHIPPED for run in left):
        return SHIPPED
    return next((run.name for run in sorted(left, key=lambda run: run.status != COMPLETE)), "")


def active_run(root: Path | None = None) -> Run:
    """Open the active run."""
    return open_run(active_name(root), root)


def set_active(name: str, root: Path | None = None, by: str = "") -> None:
    """Make a run the active one, after checking that its bundle loads.

    `by`: who did it, by default the account of this process; recorded in `runs.activations`.
    """
    root = root or models_folder()
    open_run(name, root).bundle(threads=1)
    write_json(root / ACTIVE_FILE, {"run": name})
    audit.record("activate", name, root=root)
    activations.note(name, root, by)


def holder(root: Path | None = None) -> str:
    """The name of the running training, which holds the training lock; "" if none is running.

    The operating system releases the lock when the process ends, even by a kill. Checking takes the
    lock for a moment, so a check that finds it taken is repeated.
    """
    path = (root or models_folder()) / LOCK_FILE
    with suppress(FileNotFoundError, NotADirectoryError):
        for pause in LOOK_PAUSES:
            time.sleep(pause)
            with open(path, "rb") as file:
                if storage.try_lock(file):
                    return ""
        return path.read_text(encoding="utf-8")
    return ""


def _folders(root: Path) -> list[Path]:
    """The folders with a run's name; includes the packaged run unless the root has one so named."""
    paths = root.iterdir() if root.is_dir() else iter(())
    found = [path for path in paths if is_name(path.name) and path.is_dir()]
    packaged = folder_of(SHIPPED, root)
    return found if packaged in found or not packaged.is_dir() else [*found, packaged]


def _renamed(name: str, root: Path) -> str:
    """The present name of the run that had this name before; "" if there is none."""
    return next((path.name for path in _folders(root) if name in notes.read(path).formerly), "")


def _open_or_tell(path: Path) -> Run | DamagedRun:
    try:
        return open_run(path.name, path.parent)
    except (RunError, BundleError) as error:
        return DamagedRun(path.name, path, str(error))


def _created(run: Run | DamagedRun) -> str:
    return str(run.config.get("created", "")) if isinstance(run, Run) else ""
