"""Progress: the immutable snapshot of a job, and how it is written down and read back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where a job stands. Times in seconds, `rate` in names a second.

    `phase` is one of feeds, dataset, training, evaluation, done, partial, failed.
    """

    phase: str
    message: str = ""
    epoch: int = 0
    epochs: int = 0
    batch: int = 0
    batches: int = 0
    loss: float | None = None
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

    @property
    def ended(self) -> bool:
        """True when nothing will follow."""
        return self.phase in ("done", "partial", "failed")


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
    """Read the snapshots of a progress file; a line cut short by a kill is passed over."""
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    known = {field.name for field in fields(Progress)}
    result = []
    for line in lines if last is None else lines[-last:]:
        try:
            values = json.loads(line)
            result.append(Progress(**{k: v for k, v in values.items() if k in known}))
        except (ValueError, TypeError, AttributeError):
            continue
    return result
