"""Who made which run the active one, and when: a line each, kept beside the runs.

Writes and reads `.activations.jsonl` of a models folder; makes no run active itself.
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
    """A run became the active one; `when` is UTC, ISO 8601; `by` is "" where nobody is known."""

    run: str
    when: str
    by: str = ""


def note(run: str, root: Path, by: str = "") -> None:
    """Add a line; a models folder that cannot be written to is no reason to fail."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    line = json.dumps(asdict(Activation(run, now, by or user())), ensure_ascii=False)
    with suppress(OSError), open(root / ACTIVATIONS_FILE, "a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def history(root: Path) -> list[Activation]:
    """The last activations, the newest first; lines that cannot be read are passed over."""
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
    """The account that runs this process; "" where it has no name."""
    return os.environ.get("USER") or os.environ.get("LOGNAME") or ""
