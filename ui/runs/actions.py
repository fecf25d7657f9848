"""What can be done with runs on their page: activate, rename, note, export, delete, import.

Draws buttons and asks `dga`; an error of a button is kept for the page, which shows it.
"""

from __future__ import annotations

from functools import partial
from io import BytesIO

import streamlit as st

from dga.runs import archive, notes, renaming, store, trash
from dga.runs.archive import MAX_ARCHIVE_BYTES, MIB
from dga.runs.store import DamagedRun, Run
from dga.runs.trash import KEPT_DAYS, Deleted
from ui.common import activation, session, visitor, widgets
from ui.common.queueing import with_problem
from ui.common.text import code
from ui.server.access import Visitor

OPENED = "runs_opened"  # session: the run that is open on the page
UNDO = "runs_undo"  # session: the name of the run that was deleted last
ROUND = "runs_import_round"  # session: counts up to empty the uploader
HOUR = 3600


def rename(name: str, key: str) -> None:
    """Rename a run to the content of a text field."""
    new = str(st.session_state[key]).strip()
    if new == name:
        return
    with visitor.acting("rename"):
        renaming.rename(name, new)
    st.session_state[OPENED] = new
    st.toast(f"{code(name)} is now called {code(new)}.", icon=":material/edit:")


def annotate(name: str, key: str) -> None:
    """Save the content of a text field as a run's note."""
    with visitor.acting("note"):
        renaming.annotate(name, str(st.session_state[key]))
    st.toast("Note saved.", icon=":material/sticky_note_2:")


def delete(name: str) -> None:
    """Move a run to the trash; if it was active, another run becomes active."""
    heir = store.heir_of(name) if session.active_name() == name else ""
    with visitor.acting("delete"):
        trash.delete(name)
        if heir:
            store.set_active(heir)
    st.session_state[UNDO] = name
    if heir:
        st.toast(f"{code(heir)} is now the active run.", icon=":material/check:")


def restore(one: Deleted) -> None:
    """Restore a deleted run and open it."""
    with visitor.acting("restore"):
        trash.bring_back(one)
    st.session_state.pop(UNDO, None)
    st.session_state[OPENED] = one.name


def empty() -> None:
    """Remove all deleted runs permanently."""
    with visitor.acting("delete"):
        count = trash.empty()
    st.session_state.pop(UNDO, None)
    st.toast(f"{count} removed for good.", icon=":material/delete_forever:")


def row(run: Run | DamagedRun, active: str | None) -> None:
    """The buttons of the run that is open."""
    sound = run if isinstance(run, Run) else None
    with st.container(horizontal=True, key="run_actions"):
        activation.button(sound)
        if sound:
            _rename(sound)
            st.download_button(
                "Export",
                partial(packed, sound.name, visitor.visitor()),
                file_name=f"{sound.name}{archive.ENDING}",
                mime="application/zip",
                icon=":material/download:",
                on_click="ignore",
                help="The run in one file, for import elsewhere: model, figures, test names and "
                "note, without the log.",
            )
        with st.popover("Delete", icon=":material/delete:"):
            st.markdown(
                f"Delete {code(run.name)}? It can be restored on this page for {KEPT_DAYS} "
                f"days.{_successor(run.name, active)}"
            )
            st.button(
                "Delete the run",
                type="primary",
                on_click=with_problem,
                args=(delete, run.name),
                key="delete_run",
            )


def note(run: Run) -> None:
    """An editor for the run's note."""
    key = f"note_{run.name}"
    st.text_area(
        "Note",
        value=run.about().note,
        key=key,
        max_chars=notes.LONGEST_NOTE,
        height=80,
        placeholder="What this run is for, what you tried, what you found",
        help="Saved and exported with the run, and shown in the table of runs.",
        on_change=with_problem,
        args=(annotate, run.name, key),
    )
    former = run.about().formerly
    if former:
        names = ", ".join(code(one) for one in former)
        st.caption(f"Called {names} before; it is still found by that name.")


def undo() -> None:
    """Offer to undo the deletion of a run."""
    name = st.session_state.get(UNDO)
    last = next((one for one in trash.deleted() if one.name == name), None)
    if last is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/delete: {code(last.name)} is deleted.", width="content")
        st.button(
            "Undo", key="undo", icon=":material/undo:", on_click=with_problem, args=(restore, last)
        )


def take_in() -> None:
    """Import a run from an archive."""
    st.session_state.setdefault(ROUND, 0)
    with st.expander("Import a run", icon=":material/upload:"):
        st.caption(
            "A file that was exported here or elsewhere. Its files, checksums and contents are "
            "checked first; nothing in it is executed."
        )
        upload = st.file_uploader(
            "Exported run", type="zip", key=f"runs_import_{st.session_state[ROUND]}",
            help=f"At most {MAX_ARCHIVE_BYTES // MIB:,} MiB, or the server's upload limit.",
        )  # fmt: skip
        if st.button("Import", icon=":material/upload:", disabled=upload is None) and upload:
            with widgets.errors_shown():
                with visitor.acting("import"):
                    run = archive.take(upload)
                st.session_state[OPENED] = run.name
                st.session_state[ROUND] += 1
                st.toast(f"Imported as {code(run.name)}.", icon=":material/check:")
                st.rerun()


def deleted() -> None:
    """The deleted runs: restore one, or remove all permanently."""
    _empty_old(str(store.models_folder()))
    found = trash.deleted()
    if not found:
        return
    st.subheader("Deleted runs", anchor=False)
    st.caption(f"Kept for {KEPT_DAYS} days, then removed for good.")
    for one in found:
        _deleted(one)
    with st.popover("Empty", icon=":material/delete_forever:"):
        st.markdown("Remove all deleted runs now? **They cannot be restored.**")
        st.button(
            "Remove for good",
            type="primary",
            on_click=with_problem,
            args=(empty,),
            key="empty_trash",
        )


def _deleted(one: Deleted) -> None:
    days = "1 day" if one.days_left == 1 else f"{one.days_left} days"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Bring back {code(one.name)}",
            key=f"restore_{one.path.name}",
            icon=":material/undo:",
            on_click=with_problem,
            args=(restore, one),
        )
        st.caption(f"kept for {days} more", width="content")


def _successor(name: str, active: str | None) -> str:
    """The run that becomes active when the active one is deleted, in Markdown; "" for others."""
    if name != active:
        return ""
    heir = store.heir_of(name)
    if not heir:
        return " **It is the active run and there is no other: nothing can be scored without it.**"
    return f" **It is the active run: {code(heir)} will score instead.**"


def _rename(run: Run) -> None:
    with st.popover("Rename", icon=":material/edit:", disabled=run.name == store.SHIPPED):
        key = f"rename_{run.name}"
        st.text_input(
            "New name",
            value=run.name,
            key=key,
            max_chars=64,
            help="Letters, digits, '-', '_' and '.'. Whatever refers to the old name still finds "
            "the run.",
        )
        st.button(
            "Rename the run",
            type="primary",
            key="rename_run",
            on_click=with_problem,
            args=(rename, run.name, key),
        )


def packed(name: str, who: Visitor) -> bytes:
    """A run's archive for a visitor; called outside of any page, when it is downloaded."""
    who.require("export")
    file = BytesIO()
    archive.export(name, file)
    return file.getvalue()


@st.cache_resource(ttl=HOUR, show_spinner=False)
def _empty_old(root: str) -> int:
    """Remove runs that were deleted long ago; runs once an hour for all sessions."""
    return trash.empty(days=KEPT_DAYS)
