"""Look up one domain: the verdict, why, and which families come near."""

from __future__ import annotations

import streamlit as st

from dga import generators
from dga.bundle import ModelBundle
from dga.runs import Run
from ui import answer, panels, shell, state
from ui.state import Measure
from ui.text import code, percent

KNOWN = ("wikipedia.org", "deutschebahn.com", "d111111abcdef8.cloudfront.net", "booking.com")
GENERATED = ("ramnit", "tinba", "suppobox", "conficker")


def look_up(text: str, run: Run, bundle: ModelBundle, measure: Measure) -> None:
    """Score one text and show everything there is to say of it."""
    verdict = state.scorer(run, measure.threshold).verdicts([text])[0]
    state.remember_lookup(text, verdict, measure.threshold)
    answer.told(text, verdict, measure)
    if verdict.score is None:
        answer.parsed_table(text)
        return
    why, what = st.columns([3, 2], gap="medium")
    with why:
        answer.explanation(run, bundle, verdict)
    with what:
        answer.parsed_table(text)
        answer.copies(text, verdict)


def open_again(text: str) -> None:
    """Put a text into the box."""
    st.session_state[state.DOMAIN] = text


def examples() -> None:
    """Names to try: well-known ones, and one fresh from each of some generators."""
    st.markdown("**Try a name that people chose**")
    with st.container(horizontal=True):
        for name in KNOWN:
            st.button(code(name), key=f"known_{name}", on_click=open_again, args=(name,))
    st.markdown("**or one that malware would generate**", help="Made by the package's generators.")
    with st.container(horizontal=True):
        for family in GENERATED:
            name = generators.generate(family, 1)[0]
            label = f"{code(name)} {family}"
            st.button(label, key=f"generated_{family}", on_click=open_again, args=(name,))


def history() -> None:
    """This session's look-ups, each a button that opens it again."""
    entries = state.looked_up()
    if not entries:
        return
    st.markdown("**Looked up in this session**")
    with st.container(horizontal=True):
        for entry in entries:
            score = entry.verdict.score
            st.button(
                code(entry.text[:60]) + ("" if score is None else f" {percent(score)}"),
                key=f"history_{entry.text}",  # a click on a list about to change means its text
                icon=answer.verdict_icon(entry.verdict.verdict),
                on_click=open_again,
                args=(entry.text,),
            )


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
            examples()
        history()
