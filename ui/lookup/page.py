"""The Look up page from top to bottom: a domain, its verdict, why, what comes near, edits."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dga.errors import DGAError
from dga.explain.score_rank import Standing
from dga.runs.store import Run
from dga.schema import BENIGN, DGA, SUSPICIOUS
from dga.scoring.bundle import ModelBundle
from dga.scoring.scorer import Verdict
from ui.common import corrections, session, widgets
from ui.common.session import Measure
from ui.lookup import (
    answer,
    attribution,
    history,
    nearby,
    openers,
    parsed,
    reasons,
    rescoring,
    several,
    stepping,
)

STRIP = (
    "How much the score (in log-odds) falls, on average, when the character is another. A bar "
    "above the character speaks for generated, one below it for benign."
)


def show() -> None:
    """The whole page below its title."""
    if notice := st.session_state.pop(session.NOTICE, None):
        widgets.error_box(notice)
    stepping.take_linked()
    text = _domain()
    left, right = st.columns(2)
    with left:
        run = widgets.pick_run(label="Run that scores")
    with widgets.errors_shown():
        if run is not None:
            bundle = session.load_bundle(run)
            with right:
                measure = widgets.pick_measure(bundle)
            if names := several.names_in(text):
                several.show(names, run, measure)
            elif text.strip():
                _look_up(text.strip(), run, bundle, measure)
            else:
                openers.examples()
            openers.looked_up()
    stepping.follow(text.strip())


def _domain() -> str:
    """The field for a domain; what it holds, "" for nothing."""
    text = st.text_input(
        "Domain",
        key=session.DOMAIN,
        type="search",
        placeholder="example.com, https://example.com/path, hxxp://example[.]com, user@example.com",
        help="Any form will do: a URL, a defanged or upper-case name, an e-mail address. "
        "Press Enter.",
    )
    return text or ""


def _look_up(text: str, run: Run, bundle: ModelBundle, measure: Measure) -> None:
    """Score one text and show everything there is to say of it; the verdict first."""
    verdict = session.scorer(run, measure.threshold).verdicts([text])[0]
    scored = verdict.score is not None
    whose = session.whose_names(run)
    with st.container(border=True, key="answer"):
        _answer(text, run, bundle, measure, verdict, whose)
        rank = st.empty()  # its place is kept: a list is read at its first use
        rank.caption("Rank in top lists …" if scored else "")
    history.remember(text, verdict)
    why, what = _halves(scored)
    with what:
        _how_it_was_read(text, run, measure, verdict)
    if not scored:
        return
    name = rescoring.scored_name(bundle, verdict)
    with why:
        _reasons(name, run, bundle, verdict)
    with st.container(key="near"), widgets.errors_shown():
        nearby.nearest(run, name, whose)
    with st.container(key="edits"):
        rescoring.edit_and_rescore(run, bundle, verdict, measure)
    with rank.container(), widgets.errors_shown():
        nearby.ranks(verdict)


def _answer(
    text: str, run: Run, bundle: ModelBundle, measure: Measure, verdict: Verdict, whose: str
) -> None:
    """The verdict, where its score stands, and what can be done next."""
    indexed = verdict.score is None or attribution.show(text)
    standing = _standing(run)
    answer.show(text, verdict, measure, session.benign_reference(run), standing, whose)
    if bundle.scope != "fqdn":
        parsed.judged(verdict)
    if verdict.score is None:
        return
    if standing is not None:
        answer.chart(verdict.score, measure, standing, whose)
    with st.container(horizontal=True, vertical_alignment="center"):
        _next_steps(run, verdict, verdict.score, indexed)


def _next_steps(run: Run, verdict: Verdict, score: float, indexed: bool) -> None:
    """Correct the label, train with corrections, build the index of families, go to Hosts."""
    corrections.button(
        run.name, verdict.registered_name or "", verdict.verdict or "", score, "lookup"
    )
    corrections.train_with(run.name, "lookup_train")
    if not indexed:
        attribution.offer()
    if verdict.verdict in (DGA, SUSPICIOUS):
        st.page_link(
            session.HOSTS_PAGE,
            label="Who asks for it? Give a DNS log",
            icon=":material/devices:",
        )


def _standing(run: Run) -> Standing | None:
    """The scores of the run's known names; None where they cannot be read."""
    try:
        return session.standing(run)
    except DGAError:
        return None


def _halves(scored: bool) -> tuple[DeltaGenerator, DeltaGenerator]:
    """The places for why a name has its score and for how it was read; one where it has none."""
    if not scored:
        whole = st.container()
        return whole, whole
    why, what = st.columns([3, 2], gap="medium")
    return why, what


def _how_it_was_read(text: str, run: Run, measure: Measure, verdict: Verdict) -> None:
    """The parts of the name, the names that it imitates, and the verdict as a ticket."""
    parsed.parsed_table(text)
    parsed.copies(text, verdict.domain or "")
    if verdict.score is not None:
        with st.expander("Copy as a ticket", icon=":material/content_paste:"):
            st.code(parsed.ticket(verdict, measure, run.name), language=None, wrap_lines=True)


def _reasons(name: str, run: Run, bundle: ModelBundle, verdict: Verdict) -> None:
    """What each character adds to the score, and the families that come near."""
    found = session.explanation(run, name)
    st.markdown("#### What each character adds", help=STRIP, anchors=False)
    reasons.characters(found, key="characters")
    if verdict.verdict != BENIGN:
        reasons.families(run, bundle, found)
