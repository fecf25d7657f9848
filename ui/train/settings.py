"""The form of a training's settings, each with what it means; and the device that computes.

Draws and checks. What TensorFlow can compute on is asked of `dga devices`, in a process
of its own: the web process never imports TensorFlow.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from dga import devices
from dga.config import ARCHITECTURES, BASE_HELP, SETTINGS, Architecture, TrainingConfig
from dga.devices import Device
from dga.errors import ConfigError
from dga.jobs import child
from dga.runs import store
from dga.runs.store import Run
from dga.scoring import bundle
from ui.common import session, widgets
from ui.common.text import escape

CHOSEN_NETWORK = "train_architecture"  # session: the network of the form
PROBE_SECONDS = 120
FIELD_WIDTH, CHOICE_WIDTH = 170, 250  # pixels
BASE, ANEW = "train_base", ""
PRESET, FULL = "train_preset", "full"


@dataclass(frozen=True)
class Preset:
    """A preset: what it is for, and its settings."""

    name: str
    title: str
    about: str
    values: Mapping[str, Any]
    continues: bool = False


PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            "quick",
            "Quick try",
            "The smallest network, three passes: a minute or two, to see that feeds and settings "
            "fit. Its verdicts are poor.",
            {"architecture": "bigram", "task": "both", "epochs": 3, "cap_per_family": 500},
        ),
        Preset(
            FULL,
            "Full training",
            "The most accurate network with its own settings, on all names: for verdicts to rely "
            "on.",
            {"architecture": TrainingConfig.architecture, "task": "both", "cap_per_family": 0},
        ),
        Preset(
            "continue",
            "Continue with new names",
            "Trains a finished run's network further with new feeds and families, in a fraction of "
            "the time. Choose the run's own feeds too: a part of their names is learnt again, so "
            "that no family is forgotten. By default it continues from the active run; Customise "
            "has the others.",
            {},
            continues=True,
        ),
    )
}


def pick_preset() -> str:
    """Choose a preset."""
    st.session_state.setdefault(PRESET, FULL)  # no default: a draft may have set it
    chosen = st.segmented_control(
        "Kind of training",
        list(PRESETS),
        key=PRESET,
        format_func=lambda name: PRESETS[name].title,
        on_change=_apply,
        required=True,
        persist_state="session",
    )
    preset = PRESETS.get(str(chosen), PRESETS[FULL])
    st.caption(preset.about)
    return preset.name


def _apply() -> None:
    """Set the form's fields to a preset's values; the others keep theirs."""
    preset = PRESETS.get(str(st.session_state.get(PRESET)), PRESETS[FULL])
    for name, value in preset.values.items():
        st.session_state[f"train_{name}"] = value
    st.session_state[BASE] = ANEW
    if preset.continues and (base := continued_base()):
        st.session_state[BASE] = base


def continued_base() -> str:
    """The run that new names are added to: the active one, else the newest, of those that keep
    their weights; "" where none does."""
    names = list(_with_weights())
    active = session.active_name()
    return active if active in names else next(iter(names), "")


def pick_base() -> Run | None:
    """Choose the run to continue from, of those that keep their weights; None to start anew."""
    kept = _with_weights()
    if st.session_state.get(BASE) not in kept:
        st.session_state[BASE] = ANEW
    name = st.selectbox(
        "Start from",
        [ANEW, *kept],
        key=BASE,
        format_func=lambda one: f"Continue from {one}" if one else "Start anew",
        help=BASE_HELP,
        persist_state="session",
    )
    return kept.get(name)


def _with_weights() -> dict[str, Run]:
    weights = Path(store.BUNDLE_FOLDER, bundle.KERAS_FILE)
    return {run.name: run for run in session.good_runs() if (run.path / weights).is_file()}


def form(base: Run | None = None) -> TrainingConfig | None:
    """Ask for the settings; None, with the broken rule shown, when they are out of range.

    What makes the network is the base's where there is one.
    """
    if base:
        given = {name: base.settings.get(name) for name in _group("network")}
        told = ", ".join(f"{name} {value}" for name, value in given.items())
        st.caption(f"As in the run: {escape(told)}")
    else:
        given = _network()
    own = ARCHITECTURES[str(given["architecture"])]
    own = own.continuing() if base else own
    with st.container(horizontal=True):
        given |= {name: _field(name, own) for name in _group("basic")}
    given["device"] = _device()
    with st.container(horizontal=True):
        given |= {name: _field(name, own) for name in _group("advanced")}
        if not base:
            given["max_length"] = _field("max_length", own)
    for name, setting in SETTINGS.items():
        if setting.empty:
            given[name] = given[name] or None
    try:
        return TrainingConfig(**{name: value for name, value in given.items() if value is not None})
    except ConfigError as error:
        widgets.error_box(error)
        return None


def _group(group: str) -> list[str]:
    """The settings of a part of the form."""
    return [name for name, setting in SETTINGS.items() if setting.group == group]


def _network() -> dict[str, Any]:
    # Kept as state, not as the widget's default: a preset may have set it before.
    st.session_state.setdefault(CHOSEN_NETWORK, TrainingConfig.architecture)
    architecture = st.radio(
        SETTINGS["architecture"].label,
        list(ARCHITECTURES),
        captions=[known.about for known in ARCHITECTURES.values()],
        key=CHOSEN_NETWORK,
        help=SETTINGS["architecture"].help,
        persist_state="session",
    )
    left, right = st.columns(2)
    return {
        "architecture": architecture,
        "task": _explained(left, "task"),
        "scope": _explained(right, "scope"),
    }


def _field(name: str, own: Architecture) -> Any:
    """A setting's field, which holds its default at first; a number 0 may stand for no limit."""
    setting = SETTINGS[name]
    default = getattr(own if setting.own else TrainingConfig, name)
    common: dict[str, Any] = {"help": setting.help, "persist_state": "session"}
    if isinstance(default, bool):
        return st.checkbox(setting.label, key=_defaulted(name, default), **common)
    common["width"] = FIELD_WIDTH
    if choices := setting.choices:
        key = _defaulted(name, default) if default else f"train_{name}"
        common["width"] = CHOICE_WIDTH
        return st.selectbox(
            setting.label, list(choices), key=key, format_func=lambda one: choices[one], **common
        )
    if setting.empty:
        common["help"] += f" 0 means {setting.empty}."
    if setting.whole:
        return int(
            st.number_input(setting.label, step=1, key=_defaulted(name, default or 0), **common)
        )
    key = _defaulted(name, float(default or 0))
    return float(st.number_input(setting.label, step=0.01, format="%g", key=key, **common))


def _defaulted(name: str, own: Any) -> str:
    """The key of a field that holds `own` at first, and whenever another architecture brings
    another value of its own and nobody has changed the field."""
    key, former = f"train_{name}", f"train_own_{name}"
    if key not in st.session_state or st.session_state[key] == st.session_state.get(former, own):
        st.session_state[key] = own
    st.session_state[former] = own
    return key


def _explained(place: Any, name: str) -> str:
    """A choice of few values, each with its explanation."""
    setting = SETTINGS[name]
    texts = {value: text.partition(": ") for value, text in (setting.choices or {}).items()}
    chosen: str = place.radio(
        setting.label,
        list(texts),
        key=f"train_{name}",
        format_func=lambda value: texts[value][0],
        captions=[about.capitalize() for _, _, about in texts.values()],
        help=setting.help,
        persist_state="session",
    )
    return chosen


def _device() -> str:
    """Choose a device. GPUs can be chosen as soon as TensorFlow has told of them."""
    asked = _asked()
    found = asked.result() if asked.done() else [devices.cpu()]
    texts = {"auto": "Automatic"} | {device.name: describe(device) for device in found}
    name: str = st.selectbox(
        SETTINGS["device"].label,
        list(texts),
        key="train_device",
        format_func=lambda value: texts.get(value, value),
        help=SETTINGS["device"].help,
        persist_state="session",
    )
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
    st.caption(":material/hourglass_top: Looking for GPUs; the CPU is available at once.")


@st.cache_resource(show_spinner=False)
def _asked() -> Future[list[Device]]:
    """The devices, asked for once a server in a thread that waits for the child process."""
    return ThreadPoolExecutor(1).submit(ask_devices)


def ask_devices() -> list[Device]:
    """The devices that TensorFlow tells in a child process; the CPU alone when it fails."""
    try:
        told = child.printed("devices", "--json", seconds=PROBE_SECONDS)
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
