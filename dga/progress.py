"""Progress: the immutable snapshot of a job, and the file that records snapshots."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from itertools import islice
from pathlib import Path

from dga.storage.plain_json import read_plain


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a job is. Times in seconds, `rate` in names per second.

    `phase` of a training is one of feeds, dataset, training, evaluation, done, partial, failed;
    elsewhere scoring (`batch` counts rows) or fetch (bytes). `loss` is what a training minimises,
    `log_loss` that of P(dga) alone, as `validation_loss` is.
    """

    phase: str
    message: str = ""
    epoch: int = 0
    epochs: int = 0
    batch: int = 0
    batches: int = 0
    loss: float | None = None
    log_loss: float | None = None
    accuracy: float | None = None
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    rate: float = 0.0
    elapsed: float = 0.0
    remaining: float | None = None
    device: str = ""

    @property
    def share(self) -> float:
        """How much of the training is done, from 0 to 1."""
        return min(1.0, self.batch / self.batches) if self.batches else 0.0


OnProgress = Callable[[Progress], None]
ShouldStop = Callable[[], bool]


def ignore(progress: Progress) -> None:
    """An `on_progress` that does nothing."""


def never() -> bool:
    """A `should_stop` that never stops."""
    return False


def append(path: Path, progress: Progress) -> None:
    """Add a snapshot to a progress file, one JSON object a line."""
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(progress)) + "\n")


def read(path: Path, last: int | None = None) -> list[Progress]:
    """Read the snapshots of a progress file, or the last few; damaged lines are skipped.

    A kill can cut a line short, and a reader may see one that is only half written.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # no snapshot yet, or the work folder was renamed a moment ago
        return []
    found = (_snapshot(line) for line in reversed(lines))
    newest_first = islice((progress for progress in found if progress), last)
    return list(newest_first)[::-1]


def _snapshot(line: str) -> Progress | None:
    known = {field.name for field in fields(Progress)}
    try:
        values = read_plain(line)
        told = {k: v for k, v in values.items() if k in known}
    except (ValueError, AttributeError):
        return None
    return Progress(**told) if _sound(told) else None


def _sound(values: dict[str, object]) -> bool:
    """Whether the values have the types of a snapshot's fields."""
    for field in fields(Progress):
        value = values.get(field.name, field.default)
        text = field.name in ("phase", "message", "device")
        missing = value is None and field.default is None
        if not missing and not isinstance(value, str if text else int | float):
            return False
    return True
