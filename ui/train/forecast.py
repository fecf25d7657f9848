"""Counts of the split that the chosen feeds give, computed before the training.

Draws, and keeps the counts by feeds and settings. A child process reads and splits as a training
does (`dga train --dry-run`), so that the page stays responsive.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pandas as pd
import streamlit as st

from dga.config import FeedSpec, ResolvedConfig, TrainingConfig, TrainingPlan
from dga.errors import DatasetError
from dga.jobs import forecast, throughput
from dga.jobs.child import spawn
from dga.jobs.forecast import Estimate, Forecast
from dga.runs import files as run_contents
from dga.schema import BENIGN, DGA, FAMILY, LABEL
from dga.storage import Scratch
from dga.tables.writers import disarm_frame
from ui import charts
from ui.common import widgets
from ui.common.text import escape, percent
from ui.train import settings

COUNTING = "train_counting"  # session: the child that counts
REMEMBERED = 32
POLL_SECONDS = 0.5
LOPSIDED = 20  # times as many of one class as of the other
TABLE_HEIGHT = 330
DECISIVE = (  # settings that change the split
    "scope",
    "split",
    "seed",
    "test_size",
    "validation_size",
    "cap_per_family",
    "min_family",
    "invented_share",
    "generated_share",
    "hosted_share",
    "composed_share",
    "replay_share",
)
FIGURES = {
    "Rows": "Domains in the chosen feeds, before cleaning.",
    "To learn from": "Names of the training part; the network learns only from these.",
    "To calibrate": "Names of the validation part: scores are calibrated and thresholds chosen on "
    "them.",
    "To test": "Names of the test part, never trained on; all figures of the run come from them.",
    "Duplicates": "Rows whose name is already in the feeds with the same class.",
    "In both classes": "Rows of names that are benign in one feed and generated in another; left "
    "out.",
    "Corrected": "Rows whose class is overridden by one of your corrected labels.",
    "Over the cap": "Names left out because their family has more than the cap allows.",
    "Families": "Families with enough names for a class of their own.",
}


@dataclass
class Counting:
    """A child process that counts; `key` is what it counts."""

    key: str
    folder: Scratch
    output: IO[bytes]
    child: subprocess.Popen[bytes]

    def done(self) -> bool:
        """Whether the process has ended."""
        return self.child.poll() is not None

    def result(self) -> Forecast | str:
        """The counts, or the reason why there are none."""
        folder = self.folder.path
        try:
            return Forecast(**json.loads((folder / "told").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            told = (folder / "errors").read_text(encoding="utf-8", errors="replace").splitlines()
            reasons = [line.removeprefix("error: ") for line in told if line.startswith("error: ")]
            return reasons[-1] if reasons else "the feeds could not be counted; look at each"

    def stop(self) -> None:
        """Kill the process and remove its files."""
        self.child.kill()
        self.child.wait()
        self.output.close()
        self.folder.cleanup()


def show(
    specs: Sequence[FeedSpec], config: TrainingConfig, base: str = ""
) -> Forecast | str | None:
    """Draw what the split will hold; the counts, why there are none, or None while counting.

    `base`: the run that the training continues from.
    """
    st.markdown("**What will be learnt from**", help="The feeds, cleaned and split as trained.")
    told = counted(specs, config, base)
    _figures(told if isinstance(told, Forecast) else None)
    if told is None:
        _await()
    elif isinstance(told, str):
        widgets.error_box(DatasetError(told))
    else:
        _about(told, config)
        _details(told)
    return told


def counted(
    specs: Sequence[FeedSpec], config: TrainingConfig, base: str = ""
) -> Forecast | str | None:
    """The counts of these feeds and settings, begun where nobody has asked for them yet."""
    key = _key(specs, config, base)
    known = _known()
    if key in known:
        return known[key]
    running: Counting | None = st.session_state.get(COUNTING)
    if running is None or running.key != key:
        if running:
            running.stop()
        running = st.session_state[COUNTING] = begin(key, specs, config, base)
    if not running.done():
        return None
    known[key] = running.result()
    running.stop()
    del st.session_state[COUNTING]
    while len(known) > REMEMBERED:
        known.pop(next(iter(known)))
    return known[key]


def begin(key: str, specs: Sequence[FeedSpec], config: TrainingConfig, base: str = "") -> Counting:
    """Start a child that counts."""
    folder = Scratch("forecast")
    plan = folder.path / "plan.json"
    counted = TrainingPlan(name="forecast", config=config, feeds=tuple(specs), base=base)
    run_contents.write_json(plan, counted.to_json())
    output = open(folder.path / "told", "wb")  # noqa: SIM115 - closed when it is stopped
    with open(folder.path / "errors", "wb") as errors:
        child = spawn(
            *("train", "--plan", str(plan), "--dry-run", "--json"), output=output, errors=errors
        )
    return Counting(key, folder, output, child)


def time_needed(told: Forecast, config: ResolvedConfig) -> None:
    """Show the training's estimated duration, from earlier trainings here or a rough guess."""
    device = settings.chosen_device(config.device)
    expected = _estimate(json.dumps(told.to_json()), config, device)
    where = "this CPU" if device == "cpu" else device
    names = forecast.learning(told, config)
    if expected is None:
        st.caption(
            f":material/timer: {names:,} names over all epochs. No training of this kind has run "
            f"on {escape(where)} yet; the remaining time is shown once it runs."
        )
        return
    basis = (
        "from earlier trainings here" if expected.measured else "a rough guess: none ran here yet"
    )
    st.caption(
        f":material/timer: Takes **{expected.about}** on {escape(where)} ({basis}): {names:,} "
        "names over all epochs."
    )


@st.cache_data(ttl=30, max_entries=64, show_spinner=False)
def _estimate(told: str, config: ResolvedConfig, device: str) -> Estimate | None:
    known = Forecast(**json.loads(told))
    return forecast.estimate(known, config, throughput.expected(config, device))


@st.fragment(run_every=POLL_SECONDS)
def _await() -> None:
    running: Counting | None = st.session_state.get(COUNTING)
    if running is None or running.done():
        st.rerun()
    st.caption(
        ":material/hourglass_top: Counting: reading the feeds, removing duplicates, splitting. "
        "You can continue meanwhile."
    )


def _figures(told: Forecast | None) -> None:
    counts = told.counts if told else {}
    names = ("rows", "train", "validation", "test", "duplicates", "conflicting", "corrected",
             "capped")  # fmt: skip
    values = [f"{counts[name]:,}" if told else "–" for name in names]
    values.append(f"{told.known:,}" if told else "–")
    shown = dict(zip(FIGURES, values, strict=True))
    widgets.metric_row({label: (value, FIGURES[label]) for label, value in shown.items()})


def _about(told: Forecast, config: TrainingConfig) -> None:
    """The balance of the classes in a sentence, with advice where one drowns the other."""
    table = pd.DataFrame(told.families)
    sums = table.groupby(LABEL)["train"].sum()
    benign, dga = int(sums.get(BENIGN, 0)), int(sums.get(DGA, 0))
    whole = max(benign + dga, 1)
    parts = [f"{benign:,} benign ({percent(benign / whole)})", f"{dga:,} generated"]
    more = told.learnt - benign - dga
    if more < 0:
        parts.append(
            f"{told.learnt:,} of them in each pass: all new ones, and some that the base has learnt"
        )
    if more > 0:
        parts.append(f"up to {more:,} synthetic names added by the settings")
    st.caption(f"To learn from: {', '.join(parts)}.")
    if config.resolved().balance == "none" and max(benign, dga) > LOPSIDED * min(benign, dga):
        st.warning(
            "One class has over 20 times as many names as the other, and every name weighs the "
            "same: choose a balance by class, or add names of the smaller class.",
            icon=":material/balance:",
        )


def _details(told: Forecast) -> None:
    with st.expander("Classes, families and conflicts", icon=":material/balance:"):
        table = pd.DataFrame(told.families)
        figure = charts.balance(table.rename(columns={"train": "names"}))
        left, right = st.columns(2)
        left.plotly_chart(figure, key="train_balance_chart", alt="Names to learn from by family")
        column = st.column_config
        kinds: dict[str, Any] = {
            LABEL: column.TextColumn("Class", width="small"),
            FAMILY: column.TextColumn("Family"),
            "train": column.NumberColumn("Learn", format="localized", width="small"),
            "validation": column.NumberColumn("Calibrate", format="localized", width="small"),
            "test": column.NumberColumn("Test", format="localized", width="small"),
        }
        right.dataframe(
            disarm_frame(table),
            hide_index=True,
            column_config=kinds,
            height=TABLE_HEIGHT,
            alt="Names by class, family and part",
        )
        if told.conflicts:
            right.markdown(f"**Names in both classes** (the first {len(told.conflicts):,})")
            right.dataframe(
                disarm_frame(pd.DataFrame(told.conflicts)),
                hide_index=True,
                alt="Names in both classes, with the feeds that hold them",
            )


def _key(specs: Sequence[FeedSpec], config: TrainingConfig, base: str) -> str:
    files = [(one.path, *_stamp(Path(one.path)), one.label, one.format) for one in specs]
    values = config.resolved(continued=bool(base)).to_json()
    return json.dumps([base, files, [values[name] for name in DECISIVE]])


def _stamp(path: Path) -> tuple[int, int]:
    """Time of change and size of a file; (0, 0) where it has gone."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


@st.cache_resource(show_spinner=False)
def _known() -> dict[str, Forecast | str]:
    """The counts of all sessions, by feeds and settings."""
    return {}
