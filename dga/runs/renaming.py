"""Rename a finished run so that references by its old name still work.

The old name is written into the run's folder before the folder is renamed. `store.open_run` and the
choice of the active run look there, so a kill at any moment breaks no reference.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dga import storage
from dga.errors import RunError
from dga.runs import audit, notes, store
from dga.runs.store import Run


def rename(name: str, new: str, root: Path | None = None) -> Run:
    """Rename a run; RunError if the new name is taken or invalid."""
    root = root or store.models_folder()
    store.check_name(new)
    run = store.open_run(name, root)
    if run.name == store.SHIPPED:
        raise RunError("the shipped run cannot be renamed: it is the fallback")
    about = run.about()
    if new not in about.formerly:
        store.refuse_taken(new, root)
    elif (root / new).exists():
        raise RunError(f"a run {new!r} exists already; choose another name or delete it")
    active = _is_active(run, root)
    names = tuple(one for one in about.formerly if one not in (new, run.name))
    notes.write(run.path, replace(about, formerly=(*names, run.name)))
    try:
        storage.move(run.path, root / new)
    except OSError as error:
        raise RunError(f"the run {name!r} cannot be renamed ({error})") from None
    if active:
        store.write_json(root / store.ACTIVE_FILE, {"run": new})
    audit.record("rename", name, f"to {new}", root)
    return store.open_run(new, root)


def annotate(name: str, note: str, root: Path | None = None) -> None:
    """Replace a run's note; "" removes it."""
    run = store.open_run(name, root)
    notes.write(run.path, replace(run.about(), note=note.strip()))
    audit.record("note", run.name, root=run.path.parent)


def _is_active(run: Run, root: Path) -> bool:
    return (root / store.ACTIVE_FILE).exists() and store.active_name(root) == run.name
