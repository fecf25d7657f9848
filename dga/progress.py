"""Progress: the immutable snapshot of a job, and how it is written down and read back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from itertools import islice
from pathlib import Path

from dga.storage.plain_json import read_plain


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where a job stands. Times in seconds, `rate` in names a second.

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
    """An `on_progress` for callers that want none."""


def never() -> bool:
    """A `should_stop` for callers that don't cancel."""
    return False


def append(path: Path, progress: Progress) -> None:
    """Add a snapshot to a progress file, one JSON object a line."""
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(progress)) + "\n")


def read(path: Path, last: int | None = None) -> list[Progress]:
    """Read the snapshots of a progress file, or the last few; a damaged line is passed over.

    A kill cuts a line short, and a reader may see one half written.
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
    """Whether the values are of a snapshot's kinds: texts, numbers, null where that may be."""
    for field in fields(Progress):
        value = values.get(field.name, field.default)
        text = field.name in ("phase", "message", "device")
        missing = value is None and field.default is None
        if not missing and not isinstance(value, str if text else int | float):
            return False
    return True
