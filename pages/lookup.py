"""Look up one domain: the verdict, why, what comes near, and what an edit would change."""

from __future__ import annotations

import streamlit as st

from dga.bundle import ModelBundle
from dga.columns import DGA
from dga.errors import DGAError
from dga.runs import Run
from dga.standing import Standing
from ui import answer, history, nearby, openers, panels, parsed, reasons, rescoring, shell, state
from ui.state import Measure

STRIP = (
    "How much the score (in log-odds) falls, on average, when the character is another. A bar "
    "above the character speaks for generated, one below it for chosen by people."
)


def look_up(text: str, run: Run, bundle: ModelBundle, measure: Measure) -> None:
    """Score one text and show everything there is to say of it; the verdict first."""
    verdict = state.scorer(run, measure.threshold).verdicts([text])[0]
    whose = "names of the trial set" if state.shown_metrics(run)[1] else "run's own test names"
    with st.container(border=True, key="answer"):
        answer.told(text, verdict, measure, standing(run), whose)
        rank = st.empty()  # its place is kept: a list is read at its first use
        rank.caption("Rank in top lists …" if verdict.score is not None else "")
    history.remember(text, verdict)
    why, what = st.columns([3, 2], gap="medium")
    with what:
        parsed.parsed_table(text)
        parsed.copies(text, verdict.domain or "")
    if verdict.score is None:
        return
    name = rescoring.scored_name(bundle, verdict)
    with why:
        found = state.explanation(run, name)
        st.markdown("#### What each character adds", help=STRIP, anchors=False)
        reasons.characters(found, key="characters")
        reasons.families(run, bundle, found, verdict.verdict == DGA)
    with st.container(key="near"), panels.errors_shown():
        nearby.nearest(run, name, whose)
    with st.container(key="edits"):
        rescoring.edit_and_rescore(run, bundle, verdict, measure)
    with rank.container(), panels.errors_shown():
        nearby.ranks(verdict)


def standing(run: Run) -> Standing | None:
    """The scores of the run's known names; None where they cannot be read."""
    try:
        return state.standing(run)
    except DGAError:
        return None


shell.begin("Look up a domain")
text = st.text_input(
    "Domain",
    key=state.DOMAIN,
    type="search",
    bind="query-params",
    placeholder="example.com, https://example.com/path, hxxp://example[.]com, user@example.com",
    help="Any form will do: a URL, a defanged or upper-case name, an e-mail address. Press Enter.",
)
left, right = st.columns(2)
with left:
    run = panels.pick_run(label="Run that scores")
with panels.errors_shown():
    if run is not None:
        bundle = state.load_bundle(run)
        with right:
            measure = panels.pick_measure(bundle)
        if text and text.strip():
            look_up(text.strip(), run, bundle, measure)
        else:
            openers.examples()
        openers.looked_up()
