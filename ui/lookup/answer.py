"""The answer of a look-up: badge, sentence, and where the score stands. Draws only."""

from __future__ import annotations

import math

import streamlit as st

from dga.explain.score_rank import BenignReference, Share, Standing
from dga.schema import BENIGN, DGA, UNKNOWN_FAMILY
from dga.scoring.calibration import log_odds
from dga.scoring.scorer import Verdict
from ui import charts
from ui.common import verdicts
from ui.common.session import Measure
from ui.common.text import TERMS, boundary, code, escape, family, percent, score
from ui.lookup import parsed

UNKNOWN = "This run has no saved scores of benign names, so the score's rarity is unknown."
PER = 1000  # the sentence speaks of so many names
ALIKE = 1.3  # bounds of a rate that are nearer than this factor are told as one number


def show(
    text: str,
    verdict: Verdict,
    measure: Measure,
    reference: BenignReference | None,
    standing: Standing | None,
    whose: str,
) -> None:
    """The verdict as a sentence, and where its score stands.

    `reference`: the benign names on which the threshold was chosen. `standing`: the scores of
    known names; either is None where the run has none. `whose`: which names the known ones are, as
    in "names of the trial set".
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        verdicts.badge(verdict.verdict)
        st.markdown(code(verdict.domain or text))
        if verdict.family and verdict.verdict != BENIGN:
            st.markdown(escape(nearest(verdict)), help=TERMS["family"])
    rare = rarity(verdict, reference, standing, whose)
    st.subheader(escape(f"{sentence(verdict, measure.threshold)} {rare}"), anchor=False)
    parsed.deceptive(verdict.domain or "")
    if verdict.score is None:
        return
    _explain_threshold(verdict, measure, reference, rare, whose)
    if is_close(verdict.score, measure.threshold):
        st.warning(
            "A close call: the score is near the threshold. Look at what else is known of "
            "this domain before you act.",
            icon=":material/balance:",
        )


def _explain_threshold(
    verdict: Verdict, measure: Measure, reference: BenignReference | None, rare: str, whose: str
) -> None:
    """Where the threshold comes from, and on which names the rarity was counted."""
    about = (
        f"{TERMS['score']} {TERMS['verdict']} The chart shows the {whose}. Names in doubt are "
        "scored again by a second model; peaks and gaps at its ends come from that."
    )
    cut = f"Threshold {boundary(measure.threshold)}: {measure.about}."
    told = f"{cut}{fitted(measure, reference)}{counted_on(verdict, reference, rare)}"
    st.caption(escape(f"{told} {'' if rare else UNKNOWN}"), help=about)


def fitted(measure: Measure, reference: BenignReference | None) -> str:
    """That a threshold's rate is an estimate, and how many names in fact score above."""
    if reference is None or measure.threshold not in reference.fitted:
        return ""
    return (
        " So rare a rate is fitted to the tail of the scores, not counted: "
        f"{reference.fitted[measure.threshold]:,} of the names score above."
    )


def counted_on(verdict: Verdict, reference: BenignReference | None, rare: str) -> str:
    """On which names the threshold was chosen, and the rarity counted where it is of the same.

    A benign verdict's rarity is among generated names, which its own sentence tells.
    """
    if reference is None:
        return ""
    both = bool(rare) and verdict.verdict != BENIGN
    what = "Rarity and threshold are both of" if both else "Counted on"
    return f" {what} {population(reference)}."


def chart(value: float, measure: Measure, standing: Standing, whose: str) -> None:
    """Where a score stands among those of known names."""
    scores = {BENIGN: standing.benign, DGA: standing.dga}
    st.plotly_chart(
        charts.standing(scores, value, measure.threshold),
        key="standing",
        config={"displayModeBar": False},
        alt=f"Score {score(value)} among the {whose}; "
        f"the threshold is {boundary(measure.threshold)}.",
    )


def nearest(verdict: Verdict) -> str:
    """The family whose names come nearest, in few words, with its share."""
    if verdict.family == UNKNOWN_FAMILY:
        return "No known family comes near"
    return f"Nearest family: {family(verdict.family or '')}, {percent(verdict.family_score or 0.0)}"


def sentence(verdict: Verdict, threshold: float | None = None) -> str:
    """A verdict as one sentence."""
    if verdict.score is None:
        return f"Not scored: {verdict.problem}."
    looks = verdict.looks[0].upper() + verdict.looks[1:]
    return f"{looks}. Score {score(verdict.score, threshold)}."


def population(reference: BenignReference) -> str:
    """Which benign names a run's thresholds were chosen on."""
    count = f"{reference.names:,} " if reference.names else ""
    return f"the {count}benign names kept aside to choose thresholds on"


def rarity(
    verdict: Verdict,
    reference: BenignReference | None,
    standing: Standing | None,
    whose: str,
) -> str:
    """How rare a score is: among benign names a high one, among generated names a low one.

    "" without a score, or a name to compare with.
    """
    value = verdict.score
    if value is None:
        return ""
    if verdict.verdict == BENIGN:
        return generated_rarity(standing.generated_as_low(value), whose) if standing else ""
    return benign_rarity(*reference.as_high(value)) if reference else ""


def benign_rarity(low: float, high: float) -> str:
    """A share of benign names, known to lie between two, as a sentence.

    >>> benign_rarity(0.001, 0.01)
    'Of 1,000 benign names, 1 to 10 score this high.'
    >>> benign_rarity(0.01, 1.0)
    'Of 1,000 benign names, more than 10 score this high.'
    >>> benign_rarity(0.0, 0.0001)
    'Of 10,000 benign names, at most 1 scores this high.'
    >>> benign_rarity(0.0098, 0.0101)
    'Of 1,000 benign names, about 10 score this high.'
    """
    among = PER
    while 0 < high * among < 0.95 and among < 1_000_000:
        among *= 10
    most = max(1, round(high * among))
    if low <= 0:
        number = f"at most {most:,}"
    elif high >= 1:
        number = f"more than {low * among:,.0f}"
    elif high / low < ALIKE:
        number = f"about {most:,}"
    else:
        number = (
            f"{low * among:,.2g} to {most:,}"
            if low * among < 10
            else f"{low * among:,.0f} to {most:,}"
        )
    verb = "scores" if most == 1 and high < 1 else "score"
    return f"Of {among:,} benign names, {number} {verb} this high."


def generated_rarity(share: Share, whose: str) -> str:
    """The share of generated names that score as low, as a sentence, per thousand where there are
    a thousand.

    >>> generated_rarity(Share(3, 33_607), "names of the trial set")
    'Of 1,000 generated names of the trial set, fewer than one scores this low.'
    >>> generated_rarity(Share(0, 200), "names of the trial set")
    'Of 200 generated names of the trial set, none scores this low.'
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
    return f"Of {among:,} generated {whose}, {number} this low."


def is_close(value: float, threshold: float) -> bool:
    """Whether a score is so near the threshold that the verdict is a close call.

    Near is: the odds are within a factor of three of each other.

    >>> is_close(0.95, 0.93), is_close(0.999, 0.93)
    (True, False)
    """
    return abs(float(log_odds(value) - log_odds(threshold))) < math.log(3)
