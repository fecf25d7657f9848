"""Correct a wrong verdict wherever one is shown, and train with the corrections.

Corrections are stored with their author and time (`dga.runs.reviews`), and as a feed for the Train
page.
"""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from dga.runs import activations, reviews
from dga.runs.reviews import Review
from dga.schema import BENIGN, DGA
from dga.storage.folders import data_folder
from ui.common import session, verdicts, visitor
from ui.common.queueing import with_problem
from ui.common.text import code

LABELS = {BENIGN: "Benign", DGA: "DGA"}
LABEL, NOTE = "wrong_label", "wrong_note"  # session: the form's fields


def button(run: str, domain: str, verdict: str, score: float, key: str) -> None:
    """A button that opens the form for one name's verdict."""
    if st.button("This verdict is wrong", icon=":material/flag:", key=f"wrong_{key}"):
        form(run, domain, verdict, score)


@st.dialog("What is this name?")
def form(run: str, domain: str, verdict: str, score: float) -> None:
    """The form for a name's true label."""
    st.markdown(
        f"{code(domain)} got the verdict **{verdicts.title(verdict)}** from run {code(run)}."
    )
    st.segmented_control(
        "In truth",
        list(LABELS),
        default=DGA if verdict == BENIGN else BENIGN,
        format_func=LABELS.__getitem__,
        required=True,
        key=LABEL,
    )
    st.text_area("Note", key=NOTE, max_chars=reviews.MAX_NOTE, placeholder="Why, by whom, a ticket")
    if st.button(
        "Keep", type="primary", icon=":material/save:", key="wrong_keep", on_click=with_problem,
        args=(_keep_form, run, domain, verdict, score),
    ):  # fmt: skip
        st.rerun()


def _keep_form(run: str, domain: str, verdict: str, score: float) -> None:
    """Store what the form holds now: a note may have been typed since it was drawn."""
    label, note = str(st.session_state[LABEL]), str(st.session_state[NOTE])
    keep(run, correction(domain, label, note, verdict, score))


def correction(domain: str, label: str, note: str, verdict: str, score: float) -> Review:
    """What this session's visitor says now of a name and of the verdict that it got."""
    return Review(
        domain=domain,
        label=label,
        note=note.strip(),
        given=verdict,
        score=round(score, 6),
        written=now(),
        by=visitor.visitor().name or activations.user(),
    )


def keep(run: str, said: Review) -> None:
    """Store the correction, and say where."""
    with visitor.acting("label"):
        reviews.save(run, [said])
    session.say(
        f"{code(said.domain)} is kept as {LABELS[said.label]}. Train with it on the Train page.",
        ":material/flag:",
    )


def train_with(run: str, key: str) -> None:
    """A button that opens Train with a run's corrections chosen, if there are any."""
    feed = reviews.feed_of(run)
    if not feed.is_file():
        return
    if st.button("Train with the corrections", icon=":material/model_training:", key=key):
        preselect(run)
        st.switch_page(session.TRAIN_PAGE)


def preselect(run: str) -> None:
    """Choose a run's corrections on the Train page when it opens."""
    feed = reviews.feed_of(run).relative_to(data_folder()).as_posix()
    st.session_state[session.PRESELECTED] = [feed]


def now() -> str:
    """The time, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
