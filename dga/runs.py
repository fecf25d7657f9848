"""Run = one folder under the models folder: create, finish, list, open, choose the active one.

The only room that knows a run's file names. Work in progress lies in `.work-<name>` and is
renamed when complete, so that a folder with a run's name is always a finished run.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from dga import bundle as bundles
from dga.bundle import ModelBundle
from dga.columns import PREDICTION_COLUMNS
from dga.errors import BundleError, RunError

CONFIG_FILE = "config.json"
HISTORY_FILE = "history.csv"
METRICS_FILE = "metrics.json"
PREDICTIONS_FILE = "test_predictions.parquet"
PROGRESS_FILE = "progress.jsonl"
LOG_FILE = "train.log"
PLAN_FILE = "plan.json"
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
        return _read_frame(self.path / HISTORY_FILE, pd.read_csv)

    def predictions(self) -> pd.DataFrame:
        """The scored test domains: domain, trueClass, predClass, predProb, family."""
        frame = _read_frame(self.path / PREDICTIONS_FILE, pd.read_parquet)
        missing = set(PREDICTION_COLUMNS) - set(frame.columns)
        if missing:
            lacks = f"{PREDICTIONS_FILE} lacks {', '.join(sorted(missing))}"
            raise RunError(f"run {self.name}: {lacks}")
        return frame

    def bundle(self, threads: int | None = None) -> ModelBundle:
        """Load what scoring needs."""
        return bundles.load(self.path / BUNDLE_FOLDER, threads)


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
    final, work = root / check_name(name), root / f"{WORK_PREFIX}{name}"
    if final.exists():
        raise RunError(f"there is a run {name!r} already; choose another name or delete it")
    root.mkdir(parents=True, exist_ok=True)
    if work.exists():  # an interrupted training of the same name
        shutil.rmtree(work)
    (work / BUNDLE_FOLDER).mkdir(parents=True)
    return work


def finish(work: Path) -> Run:
    """Turn a complete work folder into a run: written through to disk, then renamed."""
    name = work.name.removeprefix(WORK_PREFIX)
    final = work.parent / name
    for passing in (PID_FILE, CANCEL_FILE, PLAN_FILE):
        (work / passing).unlink(missing_ok=True)
    for path in work.rglob("*"):
        if path.is_file():
            with open(path, "rb") as file:
                os.fsync(file.fileno())
    try:
        work.rename(final)
    except OSError as error:
        raise RunError(f"the run {name!r} cannot be stored ({error}); it lies in {work}") from None
    return open_run(name, work.parent)


def open_run(name: str, root: Path | None = None) -> Run:
    """Open a finished run by its name."""
    root = root or models_folder()
    path = root / check_name(name)
    if not path.is_dir():
        names = ", ".join(run.name for run in list_runs(root)) or "none"
        raise RunError(f"no run {name!r}; there are: {names}")
    config, metrics = _read_json(path / CONFIG_FILE), _read_json(path / METRICS_FILE)
    if config.get("format_version") != FORMAT_VERSION:
        raise RunError(f"run {name}: unknown format version {config.get('format_version')!r}")
    for file, values, key in ((CONFIG_FILE, config, "config"), (METRICS_FILE, metrics, "test")):
        if not isinstance(values.get(key), dict):
            raise RunError(f"run {name}: {file} holds no {key!r}; train it again or delete it")
    if not _are_figures(metrics["test"]):
        raise RunError(f"run {name}: {METRICS_FILE} is damaged; train it again or delete it")
    return Run(name, path, config, metrics)


def list_runs(root: Path | None = None) -> list[Run | DamagedRun]:
    """Every run, newest first; a folder that cannot be read is listed with its problem."""
    root = root or models_folder()
    if not root.is_dir():
        return []
    folders = [p for p in root.iterdir() if p.is_dir() and _NAME.fullmatch(p.name)]
    found = [_open_or_tell(path) for path in folders]
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


def delete(name: str, root: Path | None = None) -> Path:
    """Put a run or an interrupted training aside; `restore` brings a run back."""
    root = root or models_folder()
    run, work = root / check_name(name), root / f"{WORK_PREFIX}{name}"
    if not run.is_dir() and holder(root) == name:
        raise RunError(f"the training {name!r} is running; cancel it first")
    for path in (run, work):
        if path.is_dir():
            aside = root / f"{TRASH_PREFIX}{path.name}"
            shutil.rmtree(aside, ignore_errors=True)
            path.rename(aside)
            return aside
    raise RunError(f"no run {name!r} to delete")


def restore(name: str, root: Path | None = None) -> Run:
    """Bring a deleted run back."""
    root = root or models_folder()
    aside, final = root / f"{TRASH_PREFIX}{check_name(name)}", root / name
    if not aside.is_dir():
        raise RunError(f"no deleted run {name!r} to bring back")
    if final.exists():
        raise RunError(f"there is a new run {name!r}; delete it first")
    aside.rename(final)
    return open_run(name, root)


def deleted(root: Path | None = None) -> list[str]:
    """The names of the deleted runs that `restore` can bring back."""
    root = root or models_folder()
    found = root.glob(f"{TRASH_PREFIX}*/{CONFIG_FILE}")
    names = (path.parent.name.removeprefix(TRASH_PREFIX) for path in found)
    return sorted(filter(_NAME.fullmatch, names))


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write a JSON file, whole or not at all."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    part.write_text(json.dumps(values, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    part.replace(path)


def _are_figures(test: Mapping[str, Any]) -> bool:
    """Whether the metrics that every list of runs shows are numbers or not there."""
    at = test.get("macro_recall_at_fpr") or {}
    values = [test.get(name) for name in ("rows", "accuracy", "roc_auc", "calibration_error")]
    values += at.values() if isinstance(at, dict) else ["no figures"]
    return all(value is None or isinstance(value, int | float) for value in values)


def _open_or_tell(path: Path) -> Run | DamagedRun:
    try:
        return open_run(path.name, path.parent)
    except (RunError, BundleError) as error:
        return DamagedRun(path.name, path, str(error))


def _created(run: Run | DamagedRun) -> str:
    return str(run.config.get("created", "")) if isinstance(run, Run) else ""


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"run {path.parent.name}: {path.name} cannot be read ({error})") from None
    if not isinstance(values, dict):
        raise RunError(f"run {path.parent.name}: {path.name} holds no JSON object")
    return values


def _read_frame(path: Path, reader: Callable[[Path], pd.DataFrame]) -> pd.DataFrame:
    try:
        return reader(path)
    except Exception as error:  # pandas and pyarrow raise many classes for a damaged file
        raise RunError(f"run {path.parent.name}: {path.name} cannot be read ({error})") from None
