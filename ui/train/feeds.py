"""The feed picker of the Train page: the trial set, files of the data folder, uploads; previews.

Draws only: `ui.common.library` keeps the files, `dga.datasets.feeds` reads them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dga.config import FeedSpec
from dga.datasets import feeds
from dga.datasets.download import data_folder
from dga.datasets.feeds import FORMATS, UNLABELLED, Preview
from dga.errors import FeedError
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, LABEL
from dga.tables.writers import disarm_frame
from ui.common import library, session, visitor, widgets
from ui.common.queueing import with_problem
from ui.common.text import code, counted, escape
from ui.server import access

FILES, TRIAL_CHOSEN, ROUND = "train_files", "train_trial", "train_upload_round"
TRANSIENT = (  # keys of the form that are not part of what was filled in
    "train_upload", "train_counting", "train_start", "train_preselected", "train_curves",
    "train_balance_chart",
)  # fmt: skip
HEAD_ROWS = 8
HEAD = [DOMAIN, LABEL, FAMILY]
BY_FILE = ""  # for a class or a format: what the file itself tells
LABELS = {BENIGN: "benign", DGA: "generated (dga)"}
CLASSES = {BENIGN: "benign", DGA: "generated"}


@dataclass(frozen=True)
class Picked:
    """One choice of feeds: its name, the files to train on, what they hold.

    A file that cannot be read leaves `specs` empty.
    """

    name: str
    specs: tuple[FeedSpec, ...]
    preview: Preview

    @property
    def unlabelled(self) -> int:
        """Rows without a class."""
        return self.preview.classes.get(UNLABELLED, 0)


def pick() -> list[Picked]:
    """Choose feeds; each is drawn with its preview."""
    picked: list[Picked] = []
    st.session_state.setdefault(TRIAL_CHOSEN, True)  # no default: a draft may have set it
    if st.checkbox(
        "Bundled trial set",
        key=TRIAL_CHOSEN,
        persist_state="session",
        help="A small labelled set that comes with the program: enough to try a training in a "
        "minute, too small for good verdicts.",
    ):
        picked += _trial()
    for name in _pick_files():
        with st.container(border=True):
            picked.append(_feed(name))
    return picked


def problem(picked: Sequence[Picked]) -> str:
    """Why a training on these feeds is impossible; "" if it is possible."""
    classes = _merged([one.preview for one in picked]).classes
    if not picked:
        return "Choose at least one feed."
    if not all(one.specs for one in picked):
        return "Remove the feed that cannot be read, or choose its format."
    if any(one.unlabelled for one in picked):
        return "Say for each feed whether its names are benign or generated."
    missing = [LABELS[label] for label in (BENIGN, DGA) if label not in classes]
    return f"Add a feed of {missing[0]} names: a training needs both classes." if missing else ""


def _pick_files() -> list[str]:
    options = library.files()
    asked = st.session_state.pop(session.PRESELECTED, [])
    chosen = list(dict.fromkeys([*st.session_state.get(FILES, []), *asked]))
    st.session_state[FILES] = [name for name in chosen if name in options]
    names = st.multiselect(
        "Files in the data folder",
        options,
        key=FILES,
        persist_state="session",
        format_func=library.shown_name,
        placeholder="Choose files" if options else "No files yet: upload some, or copy them there",
        disabled=not options,
        help="Feeds in the project's data folder, uploads among them. "
        "`dga fetch` downloads public lists to it.",
    )
    st.file_uploader(
        "Upload feeds",
        accept_multiple_files=True,
        key=f"train_upload_{st.session_state.setdefault(ROUND, 0)}",
        on_change=_keep_uploads,
        help="Lists, CSV, JSON lines, Parquet or DNS logs, also compressed; the format is "
        "recognised from the content. Files are kept in the data folder.",
    )
    _list_uploads()
    return names


def _keep_uploads() -> None:
    """Store what was uploaded, choose it, and empty the uploader."""
    uploads = st.session_state[f"train_upload_{st.session_state[ROUND]}"]
    with_problem(_store, uploads)
    st.session_state[ROUND] += 1


def _store(uploads: Sequence[Any]) -> None:
    quota = access.load().upload_quota_mb * library.MIB
    with visitor.acting("upload"):
        stored = [library.store(upload, upload.name, quota) for upload in uploads]
    st.session_state[FILES] = list(dict.fromkeys([*st.session_state[FILES], *stored]))


def _list_uploads() -> None:
    """The stored uploads, each with a button that removes it."""
    found = library.uploads()
    if not found:
        return
    size = sum(one.size for one in found) / library.MIB
    with st.expander(f"Kept uploads: {len(found)}, {size:,.1f} MiB", icon=":material/folder:"):
        quota = access.load().upload_quota_mb
        st.caption(f"All uploads together may take {quota:,} MiB. A deleted one is gone for good.")
        for one in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    "Delete",
                    key=f"delete_{one.path}",
                    icon=":material/delete:",
                    on_click=with_problem,
                    args=(visitor.guarded("upload", library.delete_upload), one.path),
                    disabled=not visitor.may("upload"),
                )
                when = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.when))
                text = f"{escape(one.name)}, {one.size / library.MIB:,.2f} MiB, {when}"
                st.markdown(text, width="content")


def _trial() -> list[Picked]:
    paths = sorted(library.trial_folder().glob("*.csv"))
    if not paths:
        st.info("The trial set is not there: data/trial holds no CSV file.")
        return []
    preview = _merged([_previewed(path, None, None) for path in paths])
    with st.container(border=True):
        _about("Bundled trial set", preview)
    return [Picked("Bundled trial set", tuple(FeedSpec(path=str(path)) for path in paths), preview)]


def _feed(name: str) -> Picked:
    """Draw one file of the data folder with its class and format."""
    path, shown = data_folder() / name, library.shown_name(name)
    place = st.container()
    label, format = _label_and_format(name, shown)
    try:
        preview = _previewed(path, label, format)
    except FeedError as error:
        with place:
            st.markdown(f"**{escape(shown)}**")
            widgets.error_box(error)
        return Picked(shown, (), _merged([]))
    with place:
        _about(shown, preview)
    _warn(preview, label)
    return Picked(shown, (FeedSpec(path=str(path), label=label, format=format),), preview)


def _label_and_format(name: str, shown: str) -> tuple[str | None, str | None]:
    left, right = st.columns(2)
    label = left.selectbox(
        f"Class of {escape(shown)}",
        [BY_FILE, *LABELS],
        key=f"train_label_{name}",
        persist_state="session",
        format_func=lambda one: f"All {LABELS[one]}" if one else "As the file says",
        help="Rows that have a class of their own keep it.",
    )
    format = right.selectbox(
        f"Format of {escape(shown)}",
        [BY_FILE, *FORMATS],
        key=f"train_format_{name}",
        persist_state="session",
        format_func=lambda one: f"{one}: {FORMATS[one].about}" if one else "Recognise",
        help="How the file is read: which column holds the domains, which class and family.",
    )
    return label or None, format or None


def _warn(preview: Preview, label: str | None) -> None:
    if UNLABELLED in preview.classes:
        st.warning(
            "The file does not say whether its names are benign or generated. Choose its class.",
            icon=":material/label:",
        )
    elif label and label not in preview.classes:
        st.warning(
            f"No row of it is {LABELS[label]}: the rows have classes of their own.",
            icon=":material/label:",
        )


def _about(name: str, preview: Preview) -> None:
    """Name, counts, and an expander with first rows, families and problems."""
    more = "" if preview.complete else "first "
    counts = [
        f"{more}{counted(preview.rows, 'row', 'rows')}",
        *(f"{n:,} {CLASSES.get(label, label)}" for label, n in preview.classes.items()),
    ]
    if preview.families:
        counts.append(counted(len(preview.families), "family", "families"))
    if preview.problems:
        problems = sum(preview.problems.values())
        counts.append(counted(problems, "that is no domain", "that are no domains"))
    st.markdown(f"**{escape(name)}** — {code(preview.format)}")
    st.caption(", ".join(counts))
    with st.expander("First rows, families and problems"):
        head, families = st.columns([3, 2])
        head.dataframe(disarm_frame(preview.head), hide_index=True, alt="First rows")
        if preview.families:
            table = _counted(preview.families, "family")
            families.dataframe(table, hide_index=True, height=318, alt="Families")
        if preview.problems:
            st.dataframe(
                _counted(preview.problems, "problem"),
                hide_index=True,
                alt="Rows that are not domains",
            )


def _counted(counts: dict[str, int], name: str) -> pd.DataFrame:
    return disarm_frame(pd.DataFrame({name: list(counts), "rows": list(counts.values())}))


def _merged(previews: Sequence[Preview]) -> Preview:
    """Several previews as one, with two rows of each as its first rows."""
    heads = [one.head.head(2) for one in previews]
    return Preview(
        format=f"{len(previews)} files",
        rows=sum(one.rows for one in previews),
        complete=all(one.complete for one in previews),
        classes=_sum([one.classes for one in previews]),
        families=_sum([one.families for one in previews]),
        problems=_sum([one.problems for one in previews]),
        head=pd.concat(heads, ignore_index=True) if heads else pd.DataFrame(columns=HEAD),
    )


def _sum(counts: Sequence[dict[str, int]]) -> dict[str, int]:
    whole = sum((Counter(one) for one in counts), Counter[str]())
    return dict(whole.most_common())


def _previewed(path: Path, label: str | None, format: str | None) -> Preview:
    found = path.stat()
    return _preview(str(path), (found.st_mtime_ns, found.st_size), label, format)


@st.cache_data(max_entries=64, show_spinner="Reading the feed")
def _preview(path: str, stamp: session.Stamp, label: str | None, format: str | None) -> Preview:
    return feeds.preview(Path(path), HEAD_ROWS, label=label, format=format)
