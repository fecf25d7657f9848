"""Look up: which characters made the score, which families come near. Draws only."""

from __future__ import annotations

import streamlit as st

from dga import generators
from dga.errors import DGAError
from dga.explain.contributions import Explanation, NearFamily
from dga.runs.store import Run
from dga.scoring.bundle import ModelBundle
from ui import charts
from ui.common import session
from ui.common.text import TERMS, code, escape, percent, table

EXAMPLES = 3
SOURCE = "Names of a family are its nearest among the run's test names, else our generator's."
TOLD = 3  # characters that the words under the strip name


def characters(found: Explanation, key: str) -> None:
    """The name as a strip, and in words which characters speak for what."""
    summary = in_words(found)
    st.plotly_chart(
        charts.characters(found.name, found.contributions),
        key=key,
        config={"displayModeBar": False},
        alt=f"What each character of {found.name} adds to the score. {summary}",
    )
    st.caption(escape(summary))


def in_words(found: Explanation) -> str:
    """Which characters speak most for generated and which for benign, as sentences."""
    ranked = sorted(enumerate(found.contributions), key=lambda pair: -pair[1])
    up = [at for at, share in ranked if share > 0][:TOLD]
    down = [at for at, share in reversed(ranked) if share < 0][:TOLD]
    said = [
        f"Most for {side}: {', '.join(f'{found.name[at]} ({at + 1})' for at in places)}."
        for side, places in (("generated", up), ("benign", down))
        if places
    ]
    return " ".join(said) or "No character changes the score."


def families(run: Run, bundle: ModelBundle, found: Explanation) -> None:
    """The nearest families, or groups of them, with names of theirs."""
    if not found.families:
        return
    st.markdown("#### Nearest families", help=f"{TERMS['family']} {SOURCE}", anchors=False)
    if found.families[0].share < bundle.groups.floor:
        st.caption("None is similar enough to be named; these are the nearest.")
    known = _known_examples(run, found)
    rows = [
        (
            escape(near.name),
            percent(near.share).replace(" ", "\N{NO-BREAK SPACE}"),
            " ".join(map(code, _examples(near, known))) or "–",
        )
        for near in found.families
    ]
    st.markdown(table(("Family", "Share", "Names of theirs, nearest first"), rows, numbers=1))
    if any(len(near.members) > 1 for near in found.families):
        st.caption("Families joined by a slash generate similar names and cannot be told apart.")


def _known_examples(run: Run, found: Explanation) -> dict[str, list[str]]:
    """Names of each family among the run's predictions; none where these cannot be read."""
    wanted = [member for near in found.families for member in near.members]
    try:
        return session.known_names(run).of_families(found.name, wanted, EXAMPLES)
    except DGAError:
        return {}


def _examples(near: NearFamily, known: dict[str, list[str]]) -> list[str]:
    """Up to EXAMPLES names, one of each family of a group in turn."""
    lists = [known.get(member) or generated(member) for member in near.members]
    names = [names[at] for at in range(EXAMPLES) for names in lists if at < len(names)]
    return names[:EXAMPLES]


@st.cache_data(max_entries=256, show_spinner=False)
def generated(family: str) -> list[str]:
    """Names of a family from our generator; [] where there is none."""
    return generators.generate(family, EXAMPLES) if family in generators.FAMILIES else []
