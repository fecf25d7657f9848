"""Giving a file to a page: an upload, or one of the data folder. Draws only.

A page is handed what was chosen by `take(name, source)`; None as the source says that the choice
was taken back. `refuse(error)` tells why a file cannot be taken.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from dga.datasets.download import data_folder
from dga.errors import DGAError
from ui.common import library
from ui.common.text import code

Upload = bytes | Path
Take = Callable[[str, Upload | None], None]
Refuse = Callable[[DGAError], None]


def upload(label: str, key: str, take: Take, about: str) -> None:
    """The upload widget. `about`: the readable formats, for its help text."""

    def taken() -> None:
        given = st.session_state[key]
        take(given.name if given else "", given.getvalue() if given else None)

    st.file_uploader(label, key=key, on_change=taken, help=about)


def data_file(key: str, take: Take, refuse: Refuse, kind: str) -> None:
    """The selection of a file in the data folder. `kind`: the files' content, such as "lists"."""
    files = library.files()
    if not files:
        st.caption(
            f"No file there yet. Put {kind} that are too large to upload into "
            f"{code(str(data_folder()))} on the server; they are read where they lie."
        )
        return

    st.selectbox(
        "File of the data folder",
        files,
        index=None,
        key=key,
        format_func=library.shown_name,
        on_change=hand_over,
        args=(key, take, refuse),
        placeholder="Choose a file",
        help="Read where it lies, whatever its size.",
    )


def hand_over(key: str, take: Take, refuse: Refuse) -> None:
    """Pass the chosen file to the page, or show the error: a browser may send a name that was not
    offered."""
    name = st.session_state[key]
    try:
        path = library.path_of(name) if name is not None else None
    except DGAError as error:
        refuse(error)
    else:
        take(library.shown_name(name) if name is not None else "", path)
