"""Look up: what the parser made of the text, warnings of letters that deceive, forms to copy."""

from __future__ import annotations

from urllib.parse import quote

import streamlit as st

from dga import reading
from dga.reading import Reading
from ui import state
from ui.text import TERMS, code, defang, table

LONGEST = 300  # characters of a text that are shown
LISTS = {
    "public": "Public Suffix List",
    "private": "Public Suffix List, private section",
    "zones": "this program's list of dynamic-DNS and free zones",
    "none": "no list: a top-level domain that none knows",
}


def parsed_table(text: str) -> None:
    """What the parser made of the text, step by step; a step that changed nothing is left out."""
    read = reading.read(text)
    st.markdown("#### How the text was read", help=TERMS["registered"], anchors=False)
    rows = [(part, code(value[:LONGEST])) for part, value in steps(read).items() if value]
    if read.suffix:
        rows.append(("Suffix from", LISTS[read.suffix_list]))
    st.markdown(table(("Step", "Text"), rows))


def steps(read: Reading) -> dict[str, str]:
    """The steps of a reading by their titles."""
    return {
        "Given": read.given,
        "Refanged": read.refanged,
        "Host": read.host if read.host != read.domain else "",
        "Domain": read.domain,
        "Shown as": read.decoded,
        "Registered name": read.registered_name,
        "Public suffix": read.suffix,
    }


def deceptive(domain: str) -> None:
    """Warn of letters that look like others."""
    shown = reading.decode(domain)
    looks_like, mixed = reading.looks_like(shown), reading.mixed_scripts(shown)
    if looks_like:
        st.warning(
            f"To the eye this is {code(looks_like)}, but it holds other letters: "
            f"{', '.join(reading.strange_letters(shown)[:3])}. The score knows nothing of that.",
            icon=":material/visibility:",
        )
    elif mixed:
        st.warning(
            f"{code(shown)} mixes {' and '.join(mixed)} letters in one label: hardly anybody does "
            "so in good faith.",
            icon=":material/visibility:",
        )


def copies(text: str, domain: str) -> None:
    """Forms of the answer to paste elsewhere; each has its button to copy it."""
    if domain:
        st.markdown("#### Defanged, to paste into a ticket", anchors=False)
        st.code(defang(domain), language=None, wrap_lines=True)
    st.markdown("#### Link that opens this look-up", anchors=False)
    address = (st.context.url or "").partition("?")[0].rstrip("/")
    st.code(f"{address}/?{state.DOMAIN}={quote(text, safe='')}", language=None, wrap_lines=True)
