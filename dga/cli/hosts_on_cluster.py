"""`dga hosts --cluster`: read logs where they lie, on several processes or machines."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dga.cli import console
from dga.cli.interrupt import StopRequest
from dga.cli.options import day_first
from dga.errors import ClusterError

if TYPE_CHECKING:
    from dga.cluster.hosts import CountedLogs

MOST_SENTENCES = 20  # on how files were read


def count(options: argparse.Namespace, roles: Mapping[str, str]) -> CountedLogs:
    """Count the logs on the cluster, and say how they were read and which could not be."""
    try:
        from dga.cluster import clients, hosts
    except ModuleNotFoundError as error:
        raise ClusterError(
            f"a cluster needs the package {error.name}; pip install 'dga-workbench[cluster]'"
        ) from None
    with clients.connected(options.cluster) as client, StopRequest() as stop:
        counted = hosts.count_logs(
            client, options.file, roles=roles, day_first=day_first(options), on_file=_tell,
            should_stop=stop,
        )  # fmt: skip
    print(file=sys.stderr)
    told = dict.fromkeys(sentence for file in counted.files for sentence in file.read_as)
    for sentence in list(told)[:MOST_SENTENCES]:
        print(console.harmless(sentence), file=sys.stderr)
    for file in counted.failed:
        text = f"error: {console.harmless(file.source)}: {console.harmless(file.problem)}"
        print(text, file=sys.stderr)
    return counted


def _tell(done: int, total: int) -> None:
    print(f"\r{done:,} of {total:,} files", end="", file=sys.stderr, flush=True)
