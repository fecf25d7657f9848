"""Find the infected hosts of a DNS log with a run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dga.runs import store

if TYPE_CHECKING:
    from dga.hosts.score_hosts import HostsResult

Source = str | os.PathLike[str] | BinaryIO


def score_hosts(
    source: Source | Sequence[str | os.PathLike[str]],
    *,
    fpr: float = 0.001,
    run: str | None = None,
    attribute: bool = True,
    allow: str | os.PathLike[str] | None = None,
) -> HostsResult:
    """Give a verdict on every client of a DNS log, of several logs or of folders of them.

    `fpr`: the share of clean hosts and days that may be called infected. `run`: the run that
    scores, by default the active one. `attribute`: look names up in known generators too. `allow`:
    a file of names to ignore, in addition to the workbench's allow list. Returns a `HostsResult`:
    `frame` has a row per client, `host(client)` its evidence. FeedError for a file that is no DNS
    log.
    """
    from dga.hosts import attribution
    from dga.hosts import score_hosts as hosts
    from dga.names import allow_list

    bundle = (store.open_run(run) if run else store.active_run()).bundle()
    kept = allow_list.stored()
    return hosts.score_hosts(
        _paths(source),
        bundle,
        fpr=fpr,
        allow=kept.with_others(allow_list.AllowList.load(Path(allow))) if allow else kept,
        attributor=attribution.index_of if attribute else None,
    )


def _paths(
    source: Source | Sequence[str | os.PathLike[str]],
) -> Path | BinaryIO | list[str | Path]:
    if isinstance(source, (str, os.PathLike)):
        return Path(source)
    if isinstance(source, Sequence):
        return [Path(path) for path in source]
    return source
