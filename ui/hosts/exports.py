"""An incident to what machines read: STIX, MISP and block lists, as files to download."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dga.reports import blocklist, incident, results

File = tuple[Callable[[], bytes], str, str]  # what makes it, its name, its media type
FORMATS = tuple(blocklist.FORMATS)


def exchange(record: Mapping[str, Any], stem: str) -> dict[str, File]:
    """STIX and MISP files of an incident, by label."""
    return {
        "STIX 2.1": (lambda: _stix(record), f"{stem}.stix.json", "application/json"),
        "MISP event": (lambda: _misp(record), f"{stem}.misp.json", "application/json"),
    }


def _stix(record: Mapping[str, Any]) -> bytes:
    from dga.reports import stix

    return stix.render([incident.from_json(record)]).encode()


def _misp(record: Mapping[str, Any]) -> bytes:
    from dga.reports import misp

    return misp.render([incident.from_json(record)]).encode()


def block_lists(record: Mapping[str, Any], stem: str, key: str) -> None:
    """A choice of format, and the block list of an infected host's names."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        form = st.selectbox("Format of the block list", FORMATS, key=f"{key}_format", width=180)
        st.download_button(
            "Block list",
            lambda: _block_list(record, form),
            file_name=f"{stem}.{form}.txt",
            mime="text/plain",
            key=key,
            icon=":material/block:",
            on_click="ignore",
            disabled=record["verdict"] != results.INFECTED,
            help="Of an infected host: its evidence, and what resolved beside it.",
        )


def _block_list(record: Mapping[str, Any], form: str) -> bytes:
    listed = blocklist.make(
        results.incident_names([record]),
        about=f"names of host {record['client']} ({record['family'] or 'unknown family'})",
        chosen_by=f"host verdict, p = {record['p_value']:.2g}",
        allowed=blocklist.allowed_by(None),
        popular=blocklist.in_toplists(),
    )
    return listed.render(form).encode()
