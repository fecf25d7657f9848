"""Continue from a finished run: whether it fits, and the classes that its network grows to.

Trains nothing and writes nothing; `dga.networks.grown` builds the network.
"""

from __future__ import annotations

from collections.abc import Sequence

from dga.config import TrainingConfig
from dga.errors import ConfigError
from dga.networks.grown import Base
from dga.runs.store import BUNDLE_FOLDER, Run
from dga.schema import BENIGN
from dga.scoring.bundle import KERAS_FILE

FIXED = ("architecture", "task", "scope", "max_length")


def check(run: Run, config: TrainingConfig) -> None:
    """ConfigError for settings that would give another network than the run's."""
    wanted = config.to_json()
    for name in FIXED:
        if run.settings.get(name) != wanted[name]:
            raise ConfigError(
                f"run {run.name} was trained with {name} {run.settings.get(name)!r}, not "
                f"{wanted[name]!r}; to continue from it, choose the same"
            )


def network_of(run: Run) -> Base:
    """The run's stored network, to continue from."""
    return Base(run.name, run.path / BUNDLE_FOLDER / KERAS_FILE, tuple(run.bundle().classes))


def merged_classes(known: Sequence[str], found: Sequence[str]) -> list[str]:
    """The run's classes in their order, then the new ones; benign, if present, stays first.

    >>> merged_classes(["benign", "b"], ["benign", "a", "b"]), merged_classes([], ["benign", "a"])
    (['benign', 'b', 'a'], ['benign', 'a'])
    """
    if not known:
        return list(found)
    return [*known, *(name for name in found if name not in known and name != BENIGN)]
