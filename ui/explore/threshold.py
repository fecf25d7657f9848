"""The threshold board of the Explore page: controls, figures and charts that move in the browser.

Counts once for every position of its slider, so that a move needs no answer from here; told of a
move when it rests. The drawing is done by the files of `board/`, a component of Streamlit's own
kind. Keeps the choice in the session, so that it outlives page and run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from dga.evaluation.curves import Float64s
from dga.evaluation.threshold_sweep import HIGH_ODDS, LOW_ODDS, Sweep, score_at
from dga.runs import store
from dga.runs.store import Run
from dga.schema import BENIGN, DGA
from dga.scoring import bundle
from ui.charts.style import COLOURS
from ui.common import threshold_choice
from ui.common.text import TERMS, boundary
from ui.common.threshold_choice import CHOSEN, HALF, RATES, Chosen
from ui.explore import selection
from ui.explore.run_frames import Explored
from ui.explore.selection import Part

BOARD = "explore_board"  # the component's key
POSITIONS = 1000  # of the slider
PLACE_KEY = "explore_place"  # its height is kept by ui/server/first_frame.css
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
    "Accuracy": "Share of the test names with the correct verdict.",
    "Scores by truth": f"{TERMS['score']} Solid bars are on the wrong side of the threshold. Click "
    "a bar to list its names.",
    "Outcomes": "Benign and generated names by verdict. Click a square to list its names.",
    "ROC": TERMS["auc"],
    "Precision in traffic": "Share of the alerts that are right, over the share of the generated "
    "names that are found, where they are as rare as chosen above. At 100 % no benign test name "
    "raises an alert, so the test part is too small for an estimate.",
}

_board = st.components.v2.component(
    "threshold_board",
    html=(FILES / "board.html").read_text(encoding="utf-8"),
    css=(FILES / "board.css").read_text(encoding="utf-8"),
    js="\n".join((FILES / name).read_text(encoding="utf-8") for name in SCRIPTS),
)


def pick(explored: Explored) -> float:
    """Draw the board; returns the threshold that is chosen on it."""
    presets = threshold_choice.presets(explored.run)
    chosen = threshold_choice.settled(presets)
    with st.container(key=PLACE_KEY):
        _board(
            key=BOARD,
            data={**_facts(explored, presets), "chosen": _counted(explored.sweep, chosen)},
            on_chosen_change=_moved,
            on_outcome_change=_outcome_chosen,
            on_bar_change=_bar_chosen,
        )
    return chosen.threshold


def _moved() -> None:
    """Keep what the browser tells; what is no number between 0 and 1 is not kept."""
    told = st.session_state[BOARD].get("chosen")
    if not isinstance(told, Mapping):
        return
    threshold, traffic = told.get("threshold"), told.get("traffic")
    if not isinstance(threshold, int | float) or not isinstance(traffic, int | float):
        return
    if not 0 <= threshold <= 1 or traffic not in RATES:
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
    if isinstance(kind, str) and kind in selection.NAMED:
        selection.choose_outcome(kind)


def _bar_chosen() -> None:
    bar = st.session_state[BOARD].get("bar")
    if not isinstance(bar, Mapping) or bar.get("label") not in (BENIGN, DGA):
        return
    low, high = bar.get("low"), bar.get("high")
    if isinstance(low, int | float) and isinstance(high, int | float) and low <= high:
        selection.choose(Part("score", str(bar["label"]), float(low), float(high)))


def _facts(explored: Explored, presets: Mapping[str, float]) -> dict[str, Any]:
    """What the board draws that no move changes."""
    sweep = explored.sweep
    positions = positions_of_slider()
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
        "edges": [0.0, *sweep.bins["upto"].tolist()],
        "odds": [LOW_ODDS, HIGH_ODDS],
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
        "steps": steps(explored.run),
        "colours": {label: COLOURS[label] for label in (BENIGN, DGA)},
        "help": HELP,
    }


def steps(run: Run) -> str:
    """Why the counts may step at two scores: there a second look begins and ends. "" without one.

    Read from the bundle's file: a move of the threshold loads no model.
    """
    again = bundle.looked_at_again(run.path / store.BUNDLE_FOLDER)
    if again is None:
        return ""
    low, high = map(boundary, again)
    return (
        f"Scores by truth: names whose first score lies between {low} and {high} are scored again "
        "by a second model. Peaks and gaps next to these two scores come from it, not from the "
        "names."
    )


def positions_of_slider() -> Float64s:
    """The score at each position of the slider (POSITIONS + 1,): equal steps of log-odds, so that
    the thresholds for 0.1 % and 0.01 % are places as far apart as those for 10 % and 1 %."""
    scores = score_at(np.arange(POSITIONS + 1) / POSITIONS)
    scores[0], scores[-1] = 0.0, 1.0
    return scores


def _counted(sweep: Sweep, chosen: Chosen) -> dict[str, Any]:
    return {**asdict(chosen), **_counts(sweep, chosen.threshold)}


def _counts(sweep: Sweep, threshold: float) -> dict[str, Any]:
    at = sweep.confusion(threshold)
    return {"threshold": threshold, "missed": at.fn, "alarms": at.fp}


def _about(run: Run, name: str) -> str:
    """Where a preset's threshold comes from, and how sure its rate is."""
    measured = run.metrics.get("thresholds", [])
    one = next((one for one in measured if threshold_choice.rate(one) == name), None)
    if one is None:
        return "The middle of the scale, for comparison."
    if "fpr_low" not in one:
        return f"Chosen so that {name} of benign names score above."
    fitted = one.get("method") == "tail"
    how = " The rate is fitted to the tail of their scores, not counted." if fitted else ""
    sure = "" if one["resolvable"] else " Too few names to rely on it."
    return (
        f"Chosen on {one['benign']:,} benign names kept aside for that; "
        f"{one['false_positives']:,} of them score above. On names like these the rate "
        f"lies between {100 * one['fpr_low']:.2g} % and "
        f"{100 * one['fpr_high']:.2g} % (95 % confidence).{how}{sure}"
    )
