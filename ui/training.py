"""Pieces of the Train page: starting a job, watching it, what an interrupted one left.

Draws and asks. The training is a child process that `dga.jobs` starts and finds again, so a
closed tab or a restarted server loses nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from dga import charts, jobs, runs
from dga.config import TrainingConfig, TrainingPlan
from dga.errors import ConfigError, JobError, RunError
from dga.jobs import Job
from dga.progress import Progress
from dga.runs import Run
from ui import panels
from ui.feeding import Picked
from ui.text import code, duration, escape

STARTED = "train_started"  # session: the name of the training that was started or seen running
NAME = "train_name"
CURVE_POINTS = 300
LOG_HEIGHT = 300
PHASES = {
    "feeds": "Reading the feeds",
    "dataset": "Making the dataset",
    "training": "Training",
    "evaluation": "Exporting and evaluating",
}
NOT_RESUMED = (
    "Nothing of it can be resumed: start it again with the same feeds and settings, or dismiss it."
)


def name_and_start(
    picked: Sequence[Picked], config: TrainingConfig | None, problem: str, base: Run | None = None
) -> None:
    """Ask for the run's name and start; disabled, with the reason, while something is missing."""
    fresh = runs.fresh_name(config.architecture if config else "run")
    given = st.text_input(
        "Run name",
        key=NAME,
        placeholder=fresh,
        persist_state="session",
        max_chars=64,
        help="Letters, digits, '-', '_' and '.'. Left empty, it is made of architecture and time.",
    )
    ready = config is not None and not problem
    if problem:
        st.info(problem, icon=":material/info:")
    if st.button(
        "Start training", type="primary", icon=":material/play_arrow:", disabled=not ready
    ):
        specs = tuple(spec for one in picked for spec in one.specs)
        with panels.errors_shown():
            name = runs.check_name(given.strip() or fresh)
            start(
                TrainingPlan(
                    name=name,
                    config=config or TrainingConfig(),
                    feeds=specs,
                    base=base.name if base else "",
                )
            )


def start(plan: TrainingPlan) -> None:
    """Start a training and show it; JobError or RunError says why it cannot be."""
    job = jobs.start(plan)
    st.session_state[STARTED] = job.name
    st.session_state.pop(NAME, None)
    st.rerun()


@st.fragment(run_every=1.0)
def live(job: Job) -> None:
    """The running job, drawn again each second until it has ended."""
    st.session_state[STARTED] = job.name
    now = job.state()
    if now not in (jobs.RUNNING, jobs.CANCELLING):
        st.rerun()
    snapshots = job.progress()
    last = snapshots[-1] if snapshots else None
    trained = next((one for one in reversed(snapshots) if one.loss is not None), None)
    st.subheader(f"Training {code(job.name)}", anchor=False)
    st.progress(last.share if last and last.batches else _share(trained), _doing(now, last))
    _cancel(job, now)
    panels.metric_row(_figures(job, last, trained))
    if trained:
        figure = charts.training_curves(_thinned(snapshots))
        st.plotly_chart(figure, key="train_curves", alt="Loss, accuracy and speed so far")
    _log(job)


def unfinished(job: Job) -> None:
    """What an interrupted or failed training left, and what can be done."""
    last = job.latest()
    with st.container(border=True):
        if job.state() == jobs.FAILED and last:
            st.error(
                f"The training {code(job.name)} failed: {escape(last.message)}",
                icon=":material/error:",
            )
        else:
            st.warning(
                f"The training {code(job.name)} was interrupted: its process ended without a "
                "result, for example because it was killed, memory ran out or the machine was "
                f"restarted. {NOT_RESUMED}",
                icon=":material/power_off:",
            )
        with st.container(horizontal=True):
            again = st.button("Start again", key=f"again_{job.name}", icon=":material/replay:")
            dismiss = st.button("Dismiss", key=f"dismiss_{job.name}", icon=":material/delete:")
        _log(job)
        with panels.errors_shown():
            if again:
                start(_plan(job))
            if dismiss:
                runs.delete(job.name)
                st.rerun()


def _doing(now: str, last: Progress | None) -> str:
    if now == jobs.CANCELLING:
        return "Cancelling: what was learnt so far is being kept as a partial run"
    if last is None:
        return "Starting: TensorFlow takes some seconds to load"
    return PHASES.get(last.phase, "Ending")


def _share(trained: Progress | None) -> float:
    return trained.share if trained else 0.0


def _figures(
    job: Job, last: Progress | None, trained: Progress | None
) -> dict[str, tuple[str, str]]:
    shown = trained or last or Progress(phase="")
    left = "" if shown.remaining is None else duration(shown.remaining)
    return {
        "Epoch": (f"{shown.epoch} of {shown.epochs}" if trained else "–", ""),
        "Batch": (f"{shown.batch:,} of {shown.batches:,}" if trained else "–", ""),
        "Loss": (_text(shown.loss, ".4f"), "Mean over this epoch so far; smaller is better."),
        "Accuracy": (_text(shown.accuracy, ".2%"), "On the training names of this epoch so far."),
        "Names/s": (f"{shown.rate:,.0f}" if trained else "–", "Names learnt from each second."),
        "Elapsed": (duration(_elapsed(job)), ""),
        "Time left": (left or "–", "Of the learning; exporting and evaluating follow."),
        "Device": (escape(last.device) if last and last.device else "–", ""),
    }


def _text(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def _elapsed(job: Job) -> float:
    try:
        return time.time() - (job.work / runs.PLAN_FILE).stat().st_mtime
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
            st.caption("Keeps what was learnt so far as a partial run.")
        else:
            st.button("End at once", icon=":material/cancel:", on_click=job.kill)
            st.caption("Keeps nothing. Only needed when cancelling takes too long.")


def _ask_to_stop(job: Job) -> None:
    with suppress(JobError):  # it ended before the button was pressed; the page will show that
        job.cancel()


def _log(job: Job) -> None:
    with st.expander("Log", icon=":material/terminal:"):
        st.code(job.log() or "The log is empty so far.", language=None, height=LOG_HEIGHT)


def _plan(job: Job) -> TrainingPlan:
    try:
        values = json.loads((job.work / runs.PLAN_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"the plan of {job.name} cannot be read ({error}); dismiss it") from None
    if not isinstance(values, dict):
        raise ConfigError(f"the plan of {job.name} is damaged; dismiss it")
    return TrainingPlan.from_json(values)
