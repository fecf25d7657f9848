"""The history of active runs: who activated which run, and when.

Reads and writes `.activations.jsonl` in a models folder; activates no run itself.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

ACTIVATIONS_FILE = ".activations.jsonl"
SHOWN = 200


@dataclass(frozen=True)
class Activation:
    """An activation of a run; `when` is UTC, ISO 8601; `by` is "" if unknown."""

    run: str
    when: str
    by: str = ""


def note(run: str, root: Path, by: str = "") -> None:
    """Append an activation; errors of writing are ignored."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    line = json.dumps(asdict(Activation(run, now, by or user())), ensure_ascii=False)
    with suppress(OSError), open(root / ACTIVATIONS_FILE, "a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def history(root: Path) -> list[Activation]:
    """The last activations, newest first; unreadable lines are skipped."""
    try:
        lines = (root / ACTIVATIONS_FILE).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found = []
    for line in lines[-SHOWN:]:
        with suppress(ValueError, TypeError, KeyError):
            values = json.loads(line)
            found.append(
                Activation(str(values["run"]), str(values["when"]), str(values.get("by", "")))
            )
    return found[::-1]


def user() -> str:
    """The account that runs this process; "" if it has no name."""
    return os.environ.get("USER") or os.environ.get("LOGNAME") or ""
