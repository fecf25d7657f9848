"""Look up one domain: the verdict, why, and which families come near."""

from __future__ import annotations

from urllib.parse import quote

import pandas as pd
import streamlit as st

from dga import charts, domains, generators
from dga.bundle import ModelBundle
from dga.columns import FAMILY, FAMILY_SCORE
from dga.runs import Run
from dga.scoring import Verdict
from ui import panels, state
from ui.state import Measure
from ui.text import TERMS, code, defang, escape, is_close, sentence

KNOWN = ("wikipedia.org", "deutschebahn.com", "d111111abcdef8.cloudfront.net", "booking.com")
GENERATED = ("ramnit", "tinba", "suppobox", "conficker")


def answer(text: str, verdict: Verdict, measure: Measure) -> None:
    """The verdict as a sentence, with its bar and a warning where it is a close call."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            panels.verdict_badge(verdict.verdict)
            st.markdown(code(verdict.domain or text))
        st.subheader(escape(sentence(verdict, measure.threshold, measure.about)), anchor=False)
        if verdict.score is None:
            return
        panels.score_bar(verdict.score, measure.threshold)
        if is_close(verdict.score, measure.threshold):
            st.warning(
                "A close call: the score is near the threshold. Look at what else is known of "
                "this domain before you act.",
                icon=":material/balance:",
            )


def parsed_table(text: str) -> None:
    """What the parser made of the text."""
    parsed = domains.parse(text)
    rows = {
        "Given": text,
        "Domain": parsed.domain or "",
        "Registered name": parsed.registered_name or "",
        "Public suffix": parsed.suffix or "",
    }
    st.markdown("**How the text was read**", help=TERMS["registered"])
    frame = pd.DataFrame({"part": list(rows), "value": list(rows.values())}, dtype="str")
    columns = {"part": st.column_config.TextColumn("Part", width=130), "value": "Value"}
    st.dataframe(frame, hide_index=True, column_config=columns)


def explanation(run: Run, bundle: ModelBundle, verdict: Verdict) -> None:
    """Which characters made the score, and the nearest families."""
    name = verdict.domain if bundle.scope == "fqdn" else verdict.registered_name
    found = state.explanation(run, name or "")
    st.markdown(
        "**What each character adds**",
        help="How much the score (in log-odds) falls, on average, when the character is another: "
        "above 0 it speaks for generated, below 0 for chosen by people.",
    )
    st.plotly_chart(charts.characters(found.name, found.contributions), key="characters")
    if found.families:
        st.markdown("**Nearest families**", help=TERMS["family"])
        frame = pd.DataFrame(found.families, columns=[FAMILY, FAMILY_SCORE])
        st.dataframe(frame, hide_index=True, column_config=panels.verdict_columns())


def copies(text: str, verdict: Verdict) -> None:
    """Forms of the answer to paste elsewhere."""
    left, right = st.columns(2)
    with left:
        st.caption("Defanged, to paste into a ticket")
        st.code(defang(verdict.domain or ""), language=None)
    with right:
        st.caption("Link that opens this look-up")
        address = (st.context.url or "").partition("?")[0]
        st.code(f"{address}?{state.DOMAIN}={quote(text, safe='')}", language=None, wrap_lines=True)


def look_up(text: str, run: Run, bundle: ModelBundle, measure: Measure) -> None:
    """Score one text and show everything there is to say of it."""
    verdict = state.scorer(run, measure.threshold).verdicts([text])[0]
    state.remember_lookup(text, verdict, measure.threshold)
    answer(text, verdict, measure)
    if verdict.score is None:
        parsed_table(text)
        return
    why, what = st.columns([3, 2], gap="medium")
    with why:
        explanation(run, bundle, verdict)
    with what:
        parsed_table(text)
        copies(text, verdict)


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
        for place, entry in enumerate(entries):
            st.button(
                code(entry.text[:60]),
                key=f"history_{place}",
                icon=panels.verdict_icon(entry.verdict.verdict),
                on_click=open_again,
                args=(entry.text,),
            )


st.title("Look up a domain", anchor=False)
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
