"""Pieces of the Train page: settings, devices, the running job, what it left behind.

Draws and asks; the training itself is a child process that `dga.jobs` starts. Nothing here
imports TensorFlow: what it can compute on is asked of `python -m dga devices`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

import streamlit as st

from dga import charts, config, devices, jobs, runs
from dga.config import ARCHITECTURES, TrainingConfig, TrainingPlan
from dga.devices import Device
from dga.errors import ConfigError, DGAError
from dga.jobs import Job
from dga.progress import Progress
from dga.runs import Run
from ui import panels, state
from ui.text import code, escape

REPOSITORY = Path(__file__).resolve().parent.parent
PROBE_SECONDS = 120
CURVE_POINTS = 400
STARTED = "train_started"  # session: the name of the job that this session watches

TASKS = {
    "binary": ("Generated or not", "One score a name; what the notebook does."),
    "both": ("Generated or not, and the family", "A score, and which family's names come near."),
    "family": ("The family alone", "Benign is one of the families; the score follows from it."),
}
SCOPES = {
    "registered": ("Registered name", "What someone registered: without host and subdomains."),
    "fqdn": ("Whole domain", "With subdomains: needs feeds that hold them."),
}
BALANCES = {
    "none": "None: each name counts the same",
    "class": "By class: benign and generated weigh the same",
    "family": "By family: rare families are heard too",
}
PHASES = {
    "feeds": "Reading the feeds",
    "dataset": "Making the dataset",
    "training": "Training",
    "evaluation": "Exporting and evaluating",
}
HELP = {
    "architecture": "The kind of network. Each has settings of its own that suit it; they are "
    "taken wherever a field below is left empty.",
    "task": "What is learnt.",
    "scope": "Which part of a domain the network reads.",
    "epochs": "How often the network sees every training name.",
    "batch_size": "Names between two corrections of the network: larger is faster, smaller learns "
    "more from each name.",
    "balance": "How much a name weighs while learning.",
    "cap_per_family": "At most so many names of a family are used, so that huge ones don't drown "
    "the others. Empty: all.",
    "test_size": "The share of the names that is kept for the test and never learnt from.",
    "seed": "The same seed, feeds and settings give the same split and the same start.",
    "device": "What computes. Automatic takes the first GPU, or the CPU where there is none.",
    "split": "registered: all names under one registered name fall into the same part, so that the "
    "test is fair. rows: each row by itself.",
    "validation_size": "The share that is kept to calibrate scores and to choose thresholds.",
    "min_family": "Families with fewer names are not learnt as families of their own.",
    "max_length": "Characters of a name that the network reads.",
    "max_batches": "Stop after so many batches. Empty: after the epochs.",
    "optimizer": "How the network is corrected.",
    "learning_rate": "How large a correction is.",
    "schedule": "constant: corrections stay as large; cosine: they shrink towards the end.",
    "suffix_dropout": "The share of names shown without their suffix, so that it cannot carry the "
    "verdict alone.",
}


def settings() -> TrainingConfig | None:
    """The form; None, and the rule that is broken, when the settings are no TrainingConfig."""
    architecture = st.radio(
        "Architecture",
        list(ARCHITECTURES),
        captions=[known.about for known in ARCHITECTURES.values()],
        key="train_architecture",
        help=HELP["architecture"],
        persist_state="session",
    )
    values: dict[str, Any] = {"architecture": architecture}
    left, right = st.columns(2)
    with left:
        values["task"] = _explained("task", "Task", TASKS)
    with right:
        values["scope"] = _explained("scope", "Scope", SCOPES)
    own = ARCHITECTURES[architecture]
    with st.container(horizontal=True):
        values["epochs"] = _number("epochs", "Epochs", own.epochs)
        values["batch_size"] = _number("batch_size", "Batch size", own.batch_size)
        values["cap_per_family"] = _number("cap_per_family", "Cap per family", "all")
        values["test_size"] = _share("test_size", "Test share")
        values["seed"] = _number("seed", "Seed", TrainingConfig.seed)
    left, right = st.columns(2)
    with left:
        values["balance"] = _choice("balance", "Balance", list(BALANCES), BALANCES)
    with right:
        values["device"] = _pick_device()
    with st.expander("Advanced settings"):
        values |= _advanced(own)
    return _checked({name: value for name, value in values.items() if value is not None})


def name_and_start(plan_feeds: tuple[config.FeedSpec, ...], settings: TrainingConfig | None, problem: str) -> None:
    """The run's name and the start button, disabled with the reason while something is missing."""
    ...
