"""The form of a training's settings, each with what it means; and the device that computes.

Draws and checks. What TensorFlow can compute on is asked of `python -m dga devices`, in a process
of its own: the web process never imports TensorFlow.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

import streamlit as st

from dga import bundle, config, devices, runs
from dga.config import ARCHITECTURES, Architecture, TrainingConfig
from dga.devices import Device
from dga.errors import ConfigError
from dga.runs import Run
from dga.setting_texts import BALANCES, HELP, SCOPES, TASKS
from ui import panels, state
from ui.text import escape

REPOSITORY = Path(__file__).resolve().parent.parent
PROBE_SECONDS = 120
FIELD_WIDTH = 170
DEFAULT = "hybrid"
BASE, ANEW = "train_base", ""
NETWORK = ("architecture", "task", "scope", "max_length")  # going on from a run changes none


def pick_base() -> Run | None:
    """Choose the run to go on from, of those that keep their weights; None to start anew."""
    weights = Path(runs.BUNDLE_FOLDER, bundle.KERAS_FILE)
    kept = {run.name: run for run in state.good_runs() if (run.path / weights).is_file()}
    if st.session_state.get(BASE) not in kept:
        st.session_state[BASE] = ANEW
    name = st.selectbox(
        "Start from",
        [ANEW, *kept],
        key=BASE,
        format_func=lambda one: f"Go on from {one}" if one else "Start anew",
        help=HELP["base"],
        persist_state="session",
    )
    return kept.get(name)


def form(base: Run | None = None) -> TrainingConfig | None:
    """Ask for the settings; None, with the broken rule shown, when they are out of range.

    What makes the network is the base's where there is one.
    """
    if base:
        given = {name: base.settings.get(name) for name in NETWORK}
        told = ", ".join(f"{name} {value}" for name, value in given.items())
        st.caption(f"As in the run: {escape(told)}")
    else:
        given = _network()
    own = ARCHITECTURES[str(given["architecture"])]
    given |= _basic(own)
    with st.expander("Advanced settings", icon=":material/tune:"):
        given |= _advanced(own)
        if not base:
            given["max_length"] = _number("max_length", "Longest name", TrainingConfig.max_length)
    try:
        return TrainingConfig(**{name: value for name, value in given.items() if value is not None})
    except ConfigError as error:
        panels.error_box(error)
        return None


def _network() -> dict[str, Any]:
    architecture = st.radio(
        "Architecture",
        list(ARCHITECTURES),
        index=list(ARCHITECTURES).index(DEFAULT),
        captions=[known.about for known in ARCHITECTURES.values()],
        key="train_architecture",
        help=HELP["architecture"],
        persist_state="session",
    )
    left, right = st.columns(2)
    return {
        "architecture": architecture,
        "task": _explained(left, "task", "Task", TASKS),
        "scope": _explained(right, "scope", "Scope", SCOPES),
    }


def _basic(own: Architecture) -> dict[str, Any]:
    with st.container(horizontal=True):
        given: dict[str, Any] = {
            "epochs": _number("epochs", "Epochs", own.epochs),
            "batch_size": _number("batch_size", "Batch size", own.batch_size),
            "cap_per_family": _number("cap_per_family", "Cap per family", "all"),
            "test_size": _share("test_size", "Test share", TrainingConfig.test_size),
            "seed": _number("seed", "Seed", TrainingConfig.seed),
        }
    left, right = st.columns(2)
    with left:
        given["balance"] = _choice("balance", "Balance", list(BALANCES), BALANCES)
    with right:
        given["device"] = _device()
    return given


def _advanced(own: Architecture) -> dict[str, Any]:
    default = TrainingConfig
    with st.container(horizontal=True):
        given: dict[str, Any] = {
            "split": _choice("split", "Split", list(get_args(config.Split))),
            "validation_size": _share(
                "validation_size", "Validation share", default.validation_size
            ),
            "min_family": _number("min_family", "Smallest family", default.min_family),
            "max_batches": _number("max_batches", "Most batches", "no limit"),
        }
    with st.container(horizontal=True):
        given |= {
            "optimizer": _own_choice("optimizer", "Optimizer", config.Optimizer, own.optimizer),
            "learning_rate": _share("learning_rate", "Learning rate", own.learning_rate),
            "schedule": _own_choice("schedule", "Schedule", config.Schedule, own.schedule),
            "suffix_dropout": _share("suffix_dropout", "Suffix dropout", own.suffix_dropout),
            "invented_share": _share("invented_share", "Invented names", own.invented_share),
            "generated_share": _share("generated_share", "Generated names", own.generated_share),
            "hosted_share": _share("hosted_share", "Hosted names", own.hosted_share),
            "benign_weight": _share("benign_weight", "Benign weight", own.benign_weight),
            "averaging": _share("averaging", "Averaging", own.averaging),
        }
    return given


def _number(name: str, label: str, own: object) -> int | None:
    """A whole number; left empty it is None, and `own` stands in the field in grey."""
    return st.number_input(
        label,
        value=None,
        step=1,
        placeholder=str(own),
        key=f"train_{name}",
        help=HELP[name],
        persist_state="session",
        width=FIELD_WIDTH,
    )


def _share(name: str, label: str, own: float) -> float | None:
    """A number with a fraction; left empty it is None."""
    return st.number_input(
        label,
        value=None,
        step=0.01,
        format="%g",
        placeholder=f"{own:g}",
        key=f"train_{name}",
        help=HELP[name],
        persist_state="session",
        width=FIELD_WIDTH,
    )


def _choice(
    name: str, label: str, options: list[str], texts: Mapping[str, str] | None = None
) -> str:
    return st.selectbox(
        label,
        options,
        key=f"train_{name}",
        format_func=lambda one: (texts or {}).get(one, one),
        help=HELP[name],
        persist_state="session",
    )


def _own_choice(name: str, label: str, kind: Any, own: str) -> str | None:
    chosen: str | None = st.selectbox(
        label,
        get_args(kind),
        index=None,
        placeholder=own,
        key=f"train_{name}",
        help=HELP[name],
        persist_state="session",
        width=FIELD_WIDTH,
    )
    return chosen


def _explained(place: Any, name: str, label: str, texts: Mapping[str, tuple[str, str]]) -> str:
    chosen: str = place.radio(
        label,
        list(texts),
        key=f"train_{name}",
        format_func=lambda one: texts[one][0],
        captions=[about for _, about in texts.values()],
        help=HELP[name],
        persist_state="session",
    )
    return chosen


def _device() -> str:
    """Choose a device. GPUs can be chosen as soon as TensorFlow has told of them."""
    asked = _asked()
    found = asked.result() if asked.done() else [devices.cpu()]
    texts = {"auto": "Automatic"} | {device.name: describe(device) for device in found}
    name = _choice("device", "Device", list(texts), texts)
    if not asked.done():
        _await_devices()
    return name


def chosen_device(name: str) -> str:
    """The device that a choice stands for, as far as TensorFlow has told: `cpu` or a GPU's name."""
    if name != "auto":
        return name
    found = _asked().result() if _asked().done() else []
    return next((device.name for device in found if device.name.startswith("gpu")), "cpu")


@st.fragment(run_every=1.0)
def _await_devices() -> None:
    if _asked().done():
        st.rerun()
    st.caption(":material/hourglass_top: Looking for GPUs; the CPU can be chosen at once.")


@st.cache_resource(show_spinner=False)
def _asked() -> Future[list[Device]]:
    """The devices, asked for once a server in a thread that waits for the child process."""
    return ThreadPoolExecutor(1).submit(ask_devices)


def ask_devices() -> list[Device]:
    """The devices that TensorFlow tells in a child process; the CPU alone when it fails."""
    command = [sys.executable, "-m", "dga", "devices", "--json"]
    try:
        told = subprocess.run(
            command, cwd=REPOSITORY, capture_output=True, text=True, timeout=PROBE_SECONDS
        ).stdout
        return [Device(**json.loads(line)) for line in told.splitlines()] or [devices.cpu()]
    except (OSError, subprocess.SubprocessError, ValueError, TypeError):
        return [devices.cpu()]


def describe(device: Device) -> str:
    """A device in words.

    >>> describe(Device("cpu", "Some CPU", 4, 8 * 2**30))
    'cpu: Some CPU, 4 threads, 8.0 GiB'
    """
    parts = [f"{device.name}: {device.about}"]
    parts += [f"{device.threads} threads"] if device.threads else []
    parts += [f"{device.memory / 2**30:.1f} GiB"] if device.memory else []
    return ", ".join(parts)
