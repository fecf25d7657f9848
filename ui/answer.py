"""The answer of a look-up: badge, sentence, and where the score stands. Draws only."""

from __future__ import annotations

import math

import streamlit as st

from dga import charts
from dga.columns import BENIGN, DGA
from dga.scorer import EVEN, Verdict
from dga.standing import Share, Standing
from ui import parsed
from ui.state import Measure
from ui.text import TERMS, code, escape, percent

UNKNOWN = "How rare such a score is, the files of this run do not tell."
PER = 1000  # the sentence speaks of so many names


def told(
    text: str, verdict: Verdict, measure: Measure, standing: Standing | None, whose: str
) -> None:
    """The verdict as a sentence, and where its score stands.

    `standing`: the scores of known names, None where there are none; `whose`: which names these
    are, as in "names of the trial set".
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        verdict_badge(verdict.verdict)
        st.markdown(code(verdict.domain or text))
    rare = "" if standing is None else rarity(verdict, standing)
    st.subheader(escape(f"{sentence(verdict)} {rare}"), anchor=False)
    parsed.deceptive(verdict.domain or "")
    if verdict.score is None:
        return
    about = f"{TERMS['score']} {TERMS['threshold']} The known names are the {whose}."
    cut = f"Threshold {percent(measure.threshold)}: {measure.about}."
    st.caption(escape(f"{cut} {'' if rare else UNKNOWN}"), help=about)
    if is_close(verdict.score, measure.threshold):
        st.warning(
            "A close call: the score is near the threshold. Look at what else is known of "
            "this domain before you act.",
            icon=":material/balance:",
        )
    if standing is not None:
        scores = {BENIGN: standing.benign, DGA: standing.dga}
        st.plotly_chart(
            charts.standing(scores, verdict.score, measure.threshold),
            key="standing",
            config={"displayModeBar": False},
            alt=f"Score {percent(verdict.score)} among the {whose}; the threshold is "
            f"{percent(measure.threshold)}. {rare}",
        )


def sentence(verdict: Verdict) -> str:
    """A verdict as one sentence."""
    if verdict.score is None:
        return f"Not scored: {verdict.problem}."
    looks = verdict.looks[0].upper() + verdict.looks[1:]
    score = percent(verdict.score)
    return f"{looks}: {score}." if verdict.score >= EVEN else f"{looks}: {score} for generated."


def rarity(verdict: Verdict, standing: Standing) -> str:
    """How rare a score is: among benign names a high one, among generated names a low one.

    "" without a score, or a name to compare with.
    """
    score = verdict.score
    if score is None:
        return ""
    if score >= EVEN or verdict.verdict == DGA:
        return counted(standing.benign_as_high(score), "benign", "high")
    return counted(standing.generated_as_low(score), "generated", "low")


def counted(share: Share, kind: str, side: str) -> str:
    """A share of names as a sentence, per thousand where there are a thousand.

    >>> counted(Share(3, 33_607), "benign", "high")
    'Of 1,000 benign names, fewer than one scores this high.'
    >>> counted(Share(0, 200), "benign", "high")
    'Of 200 benign names, none scores this high.'
    """
    if not share.of:
        return ""
    among = min(share.of, PER)
    expected = share.names * among / share.of
    if among < PER and not share.names:
        number = "none scores"
    elif expected < 1:
        number = "fewer than one scores"
    else:
        rounded = round(expected)
        number = "one scores" if rounded == 1 else f"{rounded:,} score"
        number = f"about {number}" if share.of > PER else number
    return f"Of {among:,} {kind} names, {number} this {side}."


def verdict_icon(verdict: str | None) -> str:
    """The icon of a verdict; None and "" are those of a text that was not scored."""
    icons = {DGA: ":material/warning:", BENIGN: ":material/check_circle:"}
    return icons.get(verdict or "", ":material/help:")


def verdict_badge(verdict: str | None) -> None:
    """The verdict as a badge: colour, icon and word each tell it."""
    icon = verdict_icon(verdict)
    if verdict == DGA:
        st.badge("Generated", icon=icon, color="orange")
    elif verdict == BENIGN:
        st.badge("Chosen by people", icon=icon, color="blue")
    else:
        st.badge("Not scored", icon=icon, color="gray")


def is_close(score: float, threshold: float) -> bool:
    """Whether a score is so near the threshold that the verdict is a close call.

    Near is: the odds are within a factor of three of each other.

    >>> is_close(0.95, 0.93), is_close(0.999, 0.93)
    (True, False)
    """
    return abs(_log_odds(score) - _log_odds(threshold)) < math.log(3)


def _log_odds(share: float) -> float:
    share = min(max(share, 1e-7), 1 - 1e-7)
    return math.log(share / (1 - share))
