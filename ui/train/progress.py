"""Pieces of the Train page: starting a job, watching it, what an interrupted one left.

Draws and asks. The training is a child process that `dga.jobs.job` starts and finds again, so a
closed tab or a restarted server loses nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress

import pandas as pd
import streamlit as st

from dga.config import FeedSpec, TrainingConfig, TrainingPlan
from dga.errors import DGAError, JobError
from dga.jobs import job as jobs
from dga.jobs import machine_load, resuming, throughput
from dga.jobs.job import Job
from dga.jobs.machine_load import Load
from dga.progress import Progress
from dga.runs import store, trash
from dga.runs.store import Run
from ui import charts
from ui.common import queueing, session, visitor, widgets
from ui.common.text import code, duration, escape, percent
from ui.server.access import AccessError

STARTED = "train_started"  # session: the name of the training that was started or seen running
MINE = "started_trainings"  # session: the names of all trainings that it started or let wait
NAME = "train_name"
CURVE_POINTS = 300
LOG_HEIGHT = 300
EARLIER = 3  # runs whose curves stand behind
PHASES = {
    "feeds": "Reading the feeds",
    "dataset": "Building the dataset",
    "training": "Training",
    "evaluation": "Exporting and evaluating",
}
GOES_ON = "It can continue from its last checkpoint."
NOT_RESUMED = (
    "It left no checkpoint to continue from: start it again with the same feeds and settings, or "
    "dismiss it."
)


def name_and_start(
    specs: Sequence[FeedSpec],
    config: TrainingConfig | None,
    problem: str,
    base: Run | None = None,
    queued: bool = False,
) -> None:
    """Ask for the run's name and start; disabled, with the reason, while something is missing.

    `queued`: others run or wait, so that it waits for its turn.
    """
    fresh = store.fresh_name(config.architecture if config else "run")
    given = st.text_input(
        "Run name",
        key=NAME,
        placeholder=fresh,
        persist_state="session",
        max_chars=64,
        help="Letters, digits, '-', '_' and '.'. If empty, it is made from architecture and time.",
    )
    ready = config is not None and not problem
    if problem:
        st.info(problem, icon=":material/info:")
    label, icon = ("Add to the queue", "queue") if queued else ("Start training", "play_arrow")
    if st.button(
        label, type="primary", icon=f":material/{icon}:", disabled=not ready, key="train_start"
    ):
        with widgets.errors_shown():
            plan = TrainingPlan(
                name=store.check_name(given.strip() or fresh),
                config=config or TrainingConfig(),
                feeds=tuple(specs),
                base=base.name if base else "",
            )
            start(plan, queued)


def start(plan: TrainingPlan, queued: bool = False) -> None:
    """Start a training and show it, or let it wait; JobError or RunError says why not."""
    if queued:
        queueing.add(plan)
        remember(plan.name)
    else:
        with visitor.acting("train"):
            st.session_state[STARTED] = jobs.start(plan).name
        remember(plan.name)
    st.session_state.pop(NAME, None)
    st.rerun()


def remember(name: str) -> None:
    """Remember that this session started or watched a training, so that its result is shown."""
    known: list[str] = st.session_state.setdefault(MINE, [])
    if name not in known:
        known.append(name)


@st.fragment(run_every=1.0)
def live(job: Job) -> None:
    """The running job, drawn again each second until it has ended."""
    st.session_state[STARTED] = job.name
    remember(job.name)
    now = job.state()
    if now not in (jobs.RUNNING, jobs.CANCELLING):
        st.rerun()
    snapshots = job.progress()
    last = snapshots[-1] if snapshots else None
    trained = next((one for one in reversed(snapshots) if one.loss is not None), None)
    st.subheader(f"Training {code(job.name)}", anchor=False)
    st.progress(last.share if last and last.batches else _share(trained), _doing(now, last))
    _cancel(job, now)
    widgets.metric_row(_figures(job, last, trained))
    _meter(job.pid())
    if trained:
        figure = charts.training_curves(_thinned(snapshots), _earlier(job))
        st.plotly_chart(figure, key="train_curves", alt="Loss, accuracy and speed so far")
    _log(job)


def _earlier(job: Job) -> dict[str, pd.DataFrame]:
    """The histories of the newest runs of the job's architecture."""
    try:
        architecture = job.plan().config.architecture
        runs = [r for r in session.good_runs() if r.settings.get("architecture") == architecture]
        return {run.name: session.history(run) for run in runs[:EARLIER]}
    except DGAError:
        return {}


def unfinished(job: Job, queued: bool = False) -> None:
    """Interrupted and failed trainings, with what can be done about each."""
    last = job.latest()
    with st.container(border=True):
        if job.state() == jobs.FAILED and last:
            st.error(
                f"The training {code(job.name)} failed: {escape(last.message)}",
                icon=":material/error:",
            )
        else:
            kept = (job.work / store.CHECKPOINT_FILE).is_file()
            st.warning(
                f"The training {code(job.name)} was interrupted: its process ended without a "
                "result, for example because it was killed, memory ran out or the machine was "
                f"restarted. {GOES_ON if kept else NOT_RESUMED}",
                icon=":material/power_off:",
            )
        with st.container(horizontal=True):
            go_on(job.name, queued)
            again = st.button("Start again", key=f"again_{job.name}", icon=":material/replay:")
            dismiss = st.button("Dismiss", key=f"dismiss_{job.name}", icon=":material/delete:")
        _log(job)
        with widgets.errors_shown():
            if again:
                start(job.plan(), queued)
            if dismiss:
                with visitor.acting("delete"):
                    trash.delete(job.name)
                st.rerun()


def go_on(name: str, busy: bool) -> None:
    """A button that continues a training from its checkpoint, where it left one."""
    root = store.models_folder()
    folders = (root / name, root / f"{store.WORK_PREFIX}{name}")
    if not any((folder / store.CHECKPOINT_FILE).is_file() for folder in folders):
        return
    pressed = st.button(
        "Continue",
        key=f"continue_{name}",
        type="primary",
        icon=":material/resume:",
        disabled=busy or not resuming.can_resume(name),
        help="Continues from the last checkpoint with the same feeds and settings. Possible while "
        "no other training is running or queued.",
    )
    if pressed:
        with widgets.errors_shown():
            with visitor.acting("train"):
                st.session_state[STARTED] = resuming.resume(name).name
            st.rerun()


def _meter(pid: int) -> None:
    """How busy the machine is: a bar each for processor, memory and GPUs."""
    found = _load(pid)
    bars = [
        (found.cpu, f"Processor {percent(found.cpu)}"),
        (
            found.memory / max(found.memory_total, 1),
            f"Memory {_gib(found.memory)} of {_gib(found.memory_total)} GiB, "
            f"{_gib(found.process_memory)} of it the training's",
        ),
    ]
    for number, gpu in enumerate(found.gpus):
        used = f"{_gib(gpu.memory)} of {_gib(gpu.memory_total)} GiB"
        bars.append((gpu.use, f"GPU {number} {percent(gpu.use)}, {used}"))
    for place, (share, text) in zip(st.columns(len(bars)), bars, strict=True):
        place.progress(min(max(share, 0.0), 1.0), text)


@st.cache_data(ttl=1.0, max_entries=4, show_spinner=False)
def _load(pid: int) -> Load:
    """The machine's load, measured once a second for all sessions."""
    return machine_load.load(pid)


def _gib(size: int) -> str:
    return f"{size / 2**30:.1f}"


def _doing(now: str, last: Progress | None) -> str:
    if now == jobs.CANCELLING:
        return "Cancelling: saving what was learnt so far as a partial run"
    if last is None:
        return "Starting: TensorFlow takes some seconds to load"
    return PHASES.get(last.phase, "Ending")


def _share(trained: Progress | None) -> float:
    return trained.share if trained else 0.0


def _figures(
    job: Job, last: Progress | None, trained: Progress | None
) -> dict[str, tuple[str, str]]:
    shown = trained or last or Progress(phase="")
    left = "" if shown.remaining is None else duration(_left(job, last, shown))
    return {
        "Epoch": (f"{shown.epoch} of {shown.epochs}" if trained else "–", ""),
        "Batch": (f"{shown.batch:,}" if trained else "–", f"Of {shown.batches:,} in all."),
        "Log loss": (
            _text(shown.log_loss, ".4f"),
            "Of P(dga), mean over this epoch so far; smaller is better.",
        ),
        "Accuracy": (
            "–" if shown.accuracy is None else percent(shown.accuracy),
            "On the training names of this epoch so far.",
        ),
        "Names/s": (f"{shown.rate:,.0f}" if trained else "–", "Names trained on per second."),
        "Elapsed": (duration(_elapsed(job)), ""),
        "Time left": (
            left or "–",
            "Training, then exporting and evaluating, estimated from earlier runs.",
        ),
        "Device": (escape(last.device) if last and last.device else "–", ""),
    }


def _left(job: Job, last: Progress | None, trained: Progress) -> float:
    """Seconds until the run is finished: the rest of the training, and what follows it."""
    closing = _closing(str(store.models_folder()), _names_of_epoch(job, trained))
    if last is not None and last.phase not in ("feeds", "dataset", "training"):
        return max(1.0, closing - (time.time() - _last_told(job)))
    return (trained.remaining or 0.0) + closing


def _last_told(job: Job) -> float:
    """The time of the job's last progress report, in seconds since 1970."""
    try:
        return (job.work / store.PROGRESS_FILE).stat().st_mtime
    except OSError:
        return time.time()


@st.cache_data(ttl=60, max_entries=4, show_spinner=False)
def _closing(root: str, names: float | None) -> float:
    return throughput.closing_seconds(names)


def _names_of_epoch(job: Job, trained: Progress) -> float | None:
    """How many names the job learns from in an epoch; None if it is unknown."""
    try:
        batch_size = job.plan().config.resolved().batch_size
    except DGAError:
        return None
    return trained.batches * batch_size / trained.epochs if batch_size and trained.epochs else None


def _text(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def _elapsed(job: Job) -> float:
    try:
        return time.time() - (job.work / store.PLAN_FILE).stat().st_mtime
    except OSError:
        return 0.0


def _thinned(snapshots: Sequence[Progress]) -> list[Progress]:
    """At most so many snapshots as a curve shows, those with validation figures among them."""
    step = -(-len(snapshots) // CURVE_POINTS)
    return [
        one
        for place, one in enumerate(snapshots)
        if one.loss is not None and (place % step == 0 or one.validation_loss is not None)
    ]


def _cancel(job: Job, now: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if now == jobs.RUNNING:
            st.button("Cancel", icon=":material/stop:", on_click=_ask_to_stop, args=(job,))
            st.caption("Saves what was learnt so far as a partial run.")
        else:
            st.button("End at once", icon=":material/cancel:", on_click=_end, args=(job,))
            st.caption("Keeps nothing. Only needed when cancelling takes too long.")


def _ask_to_stop(job: Job) -> None:
    """Cancel the job; if it has already ended, the page shows that."""
    with suppress(JobError, AccessError), visitor.acting("cancel"):
        job.cancel()


def _end(job: Job) -> None:
    with suppress(AccessError), visitor.acting("cancel"):
        job.kill()


def _log(job: Job) -> None:
    with st.expander("Log", icon=":material/terminal:"):
        st.code(job.log() or "The log is empty so far.", language=None, height=LOG_HEIGHT)
