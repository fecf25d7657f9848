"""Look up: what the parser made of the text, warnings of letters that deceive, forms to copy."""

from __future__ import annotations

from urllib.parse import quote

import streamlit as st

from dga.names import remarks, trace
from dga.names.trace import Reading
from dga.schema import UNKNOWN_FAMILY
from dga.scoring.scorer import Verdict
from ui.common import session, verdicts
from ui.common.session import Measure
from ui.common.text import TERMS, boundary, code, defang, escape, score, table

LONGEST = 300  # characters of a text that are shown
LISTS = {
    "public": "Public Suffix List",
    "private": "Public Suffix List, private section",
    "zones": "this program's list of dynamic-DNS and free zones",
    "none": "no list: a top-level domain that none knows",
}


def parsed_table(text: str) -> None:
    """What the parser made of the text, step by step; a step that changed nothing is left out."""
    read = trace.read(text)
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
    shown = trace.decode(domain)
    looks_like, mixed = trace.looks_like(shown), trace.mixed_scripts(shown)
    if looks_like:
        st.warning(
            f"This looks like {code(looks_like)}, but contains other letters: "
            f"{', '.join(trace.strange_letters(shown)[:3])}. The score does not consider that.",
            icon=":material/visibility:",
        )
    elif mixed:
        st.warning(
            f"{code(shown)} mixes {' and '.join(mixed)} letters in one label, which legitimate "
            "names rarely do.",
            icon=":material/visibility:",
        )


def judged(verdict: Verdict) -> None:
    """Which part of the domain the score is of, where that is not all of it."""
    for remark in remarks_on(verdict):
        if remark.endswith(remarks.HOMOGRAPH):
            continue  # `deceptive` tells which letters
        st.warning(escape(f"{remark[:1].upper()}{remark[1:]}."), icon=":material/info:")
    left_out = unjudged(verdict.domain or "", verdict.registered_name or "")
    if left_out:
        st.caption(
            f"The score is of the registered name {code(verdict.registered_name or '')} alone; "
            f"{code(left_out)} before it was not scored."
        )


def remarks_on(verdict: Verdict) -> list[str]:
    """What to know of a name beside its score: look-alikes, odd sub-domains, gateways."""
    return [one for one in verdict.remark.split(remarks.SEPARATOR) if one]


def unjudged(domain: str, registered_name: str) -> str:
    """The part of a domain before its registered name; "" where there is none worth a word.

    >>> unjudged("xkqz7.login.example.com", "example.com")
    'xkqz7.login'
    >>> unjudged("www.example.com", "example.com")
    ''
    """
    front = domain.removesuffix(registered_name).rstrip(".") if registered_name else ""
    return "" if front in ("", "www") else front


def ticket(verdict: Verdict, measure: Measure, run: str) -> str:
    """A look-up as a few lines for a ticket; the domain cannot be clicked."""
    lines = [
        f"Domain: {defang(verdict.domain or verdict.given)}",
        f"Registered name: {defang(verdict.registered_name or '')}",
        f"Verdict: {verdicts.title(verdict.verdict)}, "
        f"score {score(verdict.score or 0.0, measure.threshold)} "
        f"(threshold {boundary(measure.threshold)}: {measure.about})",
    ]
    if verdict.family == UNKNOWN_FAMILY:
        lines.append("Nearest family: none comes near enough to be named")
    elif verdict.family:
        lines.append(f"Nearest family: {verdict.family}")
    lines += [f"Remark: {remark}" for remark in remarks_on(verdict)]
    lines.append(f"Scored by: run {run}")
    return "\n".join(lines)


def copies(text: str, domain: str) -> None:
    """Forms of the answer to paste elsewhere; each has its button to copy it."""
    if domain:
        st.markdown("#### Defanged, to paste into a ticket", anchors=False)
        st.code(defang(domain), language=None, wrap_lines=True)
    st.markdown("#### Link that opens this look-up", anchors=False)
    address = (st.context.url or "").partition("?")[0].rstrip("/")
    st.code(f"{address}/?{session.DOMAIN}={quote(text, safe='')}", language=None, wrap_lines=True)
