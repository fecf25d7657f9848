"""Continue from a finished run: whether it fits, what it has learnt, which classes it grows to.

Trains nothing and writes nothing; `dga.networks.grown` builds the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dga.config import ResolvedConfig
from dga.datasets.dataset import Former
from dga.errors import ConfigError
from dga.networks.grown import Base
from dga.progress import OnProgress, Progress
from dga.runs import cleaned_names, learnt_names, store
from dga.runs.store import BUNDLE_FOLDER, Run
from dga.schema import BENIGN
from dga.scoring.bundle import KERAS_FILE, ONNX_FILE

FIXED = ("architecture", "task", "scope", "max_length")


@dataclass(frozen=True)
class Start:
    """What a training starts from: the base run, its stored network, and what it has learnt from.

    All None for a training that starts anew; `former` also for a run without a record of its names.
    """

    run: Run | None = None
    network: Base | None = None
    former: Former | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that the network knows already."""
        return self.network.classes if self.network else ()


def start(base: str, root: Path, config: ResolvedConfig, on_progress: OnProgress) -> Start:
    """Open the run of this name, "" for none, in the folder of runs, to continue from it.

    ConfigError for settings that would give another network; says so if it is unknown what the run
    has learnt from.
    """
    if not base:
        return Start()
    run = store.open_run(base, root)
    former, network = learnt_names.former(run), network_of(run)
    check(run, config)
    if former is None:
        told = f"run {base} has no record of the names that it learnt from; some may be tested"
        on_progress(Progress(phase="dataset", message=told))
    else:
        former = replace(former, cleaning=cleaned_names.former_cleaning(run))
    return Start(run, network, former)


def check(run: Run, config: ResolvedConfig) -> None:
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
    bundle, folder = run.bundle(), run.path / BUNDLE_FOLDER
    graph = None if bundle.imported else folder / ONNX_FILE
    return Base(run.name, folder / KERAS_FILE, tuple(bundle.classes), graph)


def merged_classes(known: Sequence[str], found: Sequence[str]) -> list[str]:
    """The run's classes in their order, then the new ones; benign, if present, stays first.

    >>> merged_classes(["benign", "b"], ["benign", "a", "b"]), merged_classes([], ["benign", "a"])
    (['benign', 'b', 'a'], ['benign', 'a'])
    """
    if not known:
        return list(found)
    return [*known, *(name for name in found if name not in known and name != BENIGN)]
