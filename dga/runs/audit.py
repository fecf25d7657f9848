"""The audit log: who changed what, when and from where. Contains no looked-up names by default.

One JSON object per line in `audit.jsonl` of the state folder. At a megabyte it is renamed
`audit.1.jsonl` and so on; the oldest is dropped. Functions that change something call `record`;
`acting` sets the user.
"""

from __future__ import annotations

import getpass
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from dga import storage
from dga.storage.plain_json import read_plain, without_odd

FILE, LOCK = "audit.jsonl", ".audit.lock"
MAX_BYTES = 2**20
KEPT = 5  # older files
NAMES_VARIABLE = "DGA_AUDIT_NAMES"
COMMAND_LINE = "command line"
LONGEST = 200  # characters of a text


@dataclass(frozen=True)
class Event:
    """One change. `when`: UTC, ISO 8601. `origin`: an address, or the command line."""

    when: str
    user: str
    origin: str
    action: str
    subject: str
    detail: str = ""


_ACTOR: ContextVar[tuple[str, str] | None] = ContextVar("actor", default=None)


@contextmanager
def acting(user: str, origin: str) -> Iterator[None]:
    """Attribute what is recorded inside the block to this user."""
    token = _ACTOR.set((user, origin))
    try:
        yield
    finally:
        _ACTOR.reset(token)


def record(action: str, subject: str, detail: str = "", root: Path | None = None) -> None:
    """Append a change to the log; a log that cannot be written does not undo the change.

    `root`: the models folder that was changed; one other than the usual has its own log.
    """
    user, origin = _ACTOR.get() or (_system_user(), COMMAND_LINE)
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    texts = (without_odd(text)[:LONGEST] for text in (user, origin, action, subject, detail))
    folder = _folder(root)
    with suppress(OSError, TimeoutError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with storage.locked(folder / LOCK, timeout=5):
            _rotate(folder)
            _append(folder / FILE, Event(when, *texts))


def record_name(action: str, name: str) -> None:
    """Record an action on a looked-up name, only if DGA_AUDIT_NAMES is set."""
    if os.environ.get(NAMES_VARIABLE) == "1":
        record(action, name)


def events(most: int = 200, root: Path | None = None) -> list[Event]:
    """The last changes, newest first; damaged lines are skipped."""
    found: list[Event] = []
    folder = _folder(root)
    for path in (folder / FILE, *(_older(folder, number) for number in range(1, KEPT + 1))):
        lines: list[str] = []
        with suppress(OSError):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        found += [event for line in reversed(lines) if (event := _event(line))]
        if len(found) >= most:
            break
    return found[:most]


def _append(path: Path, event: Event) -> None:
    line = json.dumps(asdict(event), ensure_ascii=False) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with open(descriptor, "a", encoding="utf-8") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def _rotate(folder: Path) -> None:
    path = folder / FILE
    if not path.exists() or path.stat().st_size < MAX_BYTES:
        return
    for number in range(KEPT, 0, -1):
        newer = _older(folder, number - 1) if number > 1 else path
        if newer.exists():
            os.replace(newer, _older(folder, number))


def _older(folder: Path, number: int) -> Path:
    return folder / f"audit.{number}.jsonl"


def _folder(root: Path | None) -> Path:
    usual = storage.models_folder()
    if root is None or root.resolve() == usual.resolve():
        return storage.state_folder()
    return root / ".state"


def _event(line: str) -> Event | None:
    names = [one.name for one in fields(Event)]
    try:
        values = read_plain(line)
        return Event(**{name: str(values.get(name, ""))[:LONGEST] for name in names})
    except (ValueError, AttributeError):
        return None


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
