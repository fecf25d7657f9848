"""The threshold board of the Explore page: controls, figures and charts that move in the browser.

Counts once for every position of its slider, so that a move needs no answer from here; told of a
move when it rests. The drawing is done by the files of `board/`, a component of Streamlit's own
kind. Keeps the choice in the session, so that it outlives page and run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from dga.bundle import DEFAULT_FPR
from dga.charts.style import COLOURS
from dga.columns import BENIGN, DGA
from dga.runs import Run
from dga.sweep import Sweep
from ui import selection
from ui.explored import Explored
from ui.selection import Part
from ui.text import TERMS

CHOSEN = "explore_chosen"  # session: a Chosen
BOARD = "explore_board"  # the component's key
POSITIONS = 1000  # of the slider
HALF = "0.5"
RATES = (2, 10, 100, 1_000, 10_000, 100_000, 1_000_000)  # names of which one is generated
USUAL = 10_000
FILES = Path(__file__).with_name("board")
SCRIPTS = ("board.js", "charts.js", "drawing.js")
HELP = {
    "threshold": f"{TERMS['threshold']} {TERMS['fpr']}",
    "traffic": "How rare generated names are decides what an alert is worth: among 10,000 names "
    "with one generated, a false-positive rate of 1 % raises a hundred false alarms for it.",
    "linear": "Logarithmic axes show small counts and low false-positive rates, the ones that can "
    "be used in practice.",
    "Found": "Share of the generated names that score from the threshold up: the recall.",
    "False alarms": TERMS["fpr"],
    "Right here": "Share of the alerts that are generated names, among these test names: the "
    "precision.",
    "Right in traffic": "Share of the alerts that are generated names, where generated names are "
    "as rare as chosen above.",
    "Accuracy": "Share of the test names with the right verdict.",
    "Scores by truth": f"{TERMS['score']} Solid bars are on the wrong side of the threshold. Click "
    "a bar to list its names.",
    "Outcomes": "Benign and generated names by verdict. Click a square to list its names.",
    "ROC": TERMS["auc"],
    "Precision in traffic": "Share of the alerts that are right, over the share of the generated "
    "names that are found, where they are as rare as chosen above. At 100 % no benign test name "
    "raises an alert: there the test part is too small to tell.",
}

_board = st.components.v2.component(
    "threshold_board",
    html=(FILES / "board.html").read_text(encoding="utf-8"),
    css=(FILES / "board.css").read_text(encoding="utf-8"),
    js="\n".join((FILES / name).read_text(encoding="utf-8") for name in SCRIPTS),
)


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What is set on the board; `choice` is the preset's name, None for a threshold by hand.

    `traffic`: names of which one is generated.
    """

    choice: str | None = f"{100 * DEFAULT_FPR:g} %"
    threshold: float = 0.5
    traffic: int = USUAL
    linear: bool = False


def pick(explored: Explored) -> float:
    """Draw the board; returns the threshold that is chosen on it."""
    presets = _presets(explored.run)
    chosen = _settled(presets)
    _board(
        key=BOARD,
        data={**_facts(explored, presets), "chosen": _counted(explored.sweep, chosen)},
        on_chosen_change=_moved,
        on_outcome_change=_outcome_chosen,
        on_bar_change=_bar_chosen,
    )
    return chosen.threshold


def chosen() -> Chosen:
    """What this session has chosen."""
    found = st.session_state.get(CHOSEN)
    return found if isinstance(found, Chosen) else Chosen()


def _settled(presets: Mapping[str, float]) -> Chosen:
    """The choice with its preset's threshold in this run; 0.5 where the run has no such preset."""
    now = chosen()
    if now.choice is None:
        return now
    choice = now.choice if now.choice in presets else HALF
    settled = Chosen(**{**asdict(now), "choice": choice, "threshold": presets[choice]})
    st.session_state[CHOSEN] = settled
    return settled


def _moved() -> None:
    """Keep what the browser tells; what is no number between 0 and 1 is not kept."""
    told = st.session_state[BOARD].get("chosen") or {}
    threshold, traffic = told.get("threshold"), told.get("traffic")
    if not isinstance(threshold, int | float) or not 0 <= threshold <= 1 or traffic not in RATES:
        return
    choice = told.get("choice")
    st.session_state[CHOSEN] = Chosen(
        choice=None if choice is None else str(choice),
        threshold=float(threshold),
        traffic=int(traffic),
        linear=bool(told.get("linear")),
    )


def _outcome_chosen() -> None:
    kind = st.session_state[BOARD].get("outcome")
    if kind in selection.NAMED:
        selection.choose_outcome(kind)


def _bar_chosen() -> None:
    bar = st.session_state[BOARD].get("bar")
    if bar and bar.get("label") in (BENIGN, DGA):
        selection.choose(Part("score", bar["label"], float(bar["low"]), float(bar["high"])))


def _facts(explored: Explored, presets: Mapping[str, float]) -> dict[str, Any]:
    """What the board draws that no move changes."""
    sweep = explored.sweep
    positions = np.arange(POSITIONS + 1) / POSITIONS
    return {
        "run": f"{explored.run.name}",
        "stamp": str(explored.stamp),
        "benign": len(sweep.whole.benign),
        "dga": len(sweep.whole.dga),
        "missed": np.searchsorted(sweep.whole.dga, positions).tolist(),
        "alarms": (
            len(sweep.whole.benign) - np.searchsorted(sweep.whole.benign, positions)
        ).tolist(),
        "bins": {label: sweep.bins[label].tolist() for label in (BENIGN, DGA)},
        "curve": explored.roc[["fpr", "recall", "threshold"]].round(8).to_numpy().tolist(),
        "presets": [
            {
                "name": name,
                "title": name if name == HALF else f"{name} FPR",
                "about": _about(explored.run, name),
                **_counts(sweep, threshold),
            }
            for name, threshold in presets.items()
        ],
        "rates": RATES,
        "colours": COLOURS,
        "help": HELP,
    }


def _counted(sweep: Sweep, chosen: Chosen) -> dict[str, Any]:
    return {**asdict(chosen), **_counts(sweep, chosen.threshold)}


def _counts(sweep: Sweep, threshold: float) -> dict[str, Any]:
    at = sweep.confusion(threshold)
    return {"threshold": threshold, "missed": at.fn, "alarms": at.fp}


def _presets(run: Run) -> dict[str, float]:
    """The thresholds that the run was measured for, by the text of their rate, and 0.5."""
    measured = {_rate(one): float(one["threshold"]) for one in run.metrics.get("thresholds", [])}
    return {**measured, HALF: 0.5}


def _rate(threshold: Mapping[str, Any]) -> str:
    return f"{100 * threshold['fpr_target']:g} %"


def _about(run: Run, name: str) -> str:
    """Where a preset's threshold comes from, and how sure its rate is."""
    measured = run.metrics.get("thresholds", [])
    one = next((one for one in measured if _rate(one) == name), None)
    if one is None:
        return "The middle of the scale, for comparison."
    if "fpr_low" not in one:
        return f"Chosen so that {name} of benign names score above."
    sure = "" if one["resolvable"] else " Too few names to rely on it."
    return (
        f"Chosen on {one['benign']:,} benign validation names, {one['false_positives']:,} of which "
        f"score above. On names like these the rate lies between {100 * one['fpr_low']:.2g} % and "
        f"{100 * one['fpr_high']:.2g} % (95 % confidence).{sure}"
    )
