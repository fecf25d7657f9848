"""`dga score --cluster`: score files in place on several processes or machines."""

from __future__ import annotations

import argparse
import sys

from dga.cli.interrupt import StopRequest
from dga.cli.options import open_bundle, threshold
from dga.errors import ClusterError, ConfigError
from dga.runs import store


def run(options: argparse.Namespace) -> int:
    """Score the files into a folder; status 1 if a file could not be scored."""
    try:
        from dga.cluster import clients, files, workers
    except ModuleNotFoundError as error:
        raise ClusterError(
            f"a cluster needs the package {error.name}; pip install 'dga-workbench[cluster]'"
        ) from None
    if options.output == "-":
        raise ConfigError("a cluster writes one file per input; name a folder with -o")
    found = store.open_run(options.run) if options.run else store.active_run()
    level = threshold(options, open_bundle(found.name))
    settings = files.Settings(found.name, workers.mark(found), level, options.column)
    with clients.connected(options.cluster) as client, StopRequest() as stop:
        manifest = files.score_files(
            client,
            options.file,
            options.output,
            settings,
            ending=options.ending,
            on_partition=_tell,
            should_stop=stop,
        )
    return _summarise(manifest)


def _tell(done: int, total: int, outcome: object) -> None:
    print(f"\r{done:,} of {total:,} files", end="", file=sys.stderr, flush=True)


def _summarise(manifest: object) -> int:
    from dga.cli.console import harmless
    from dga.cluster.files import Manifest

    assert isinstance(manifest, Manifest)
    facts = manifest.to_json()
    print(
        f"\n{len(manifest.outcomes):,} files ({manifest.reused:,} were complete): "
        f"{facts['rows']:,} rows, {facts['dga']:,} dga, {facts['suspicious']:,} suspicious, "
        f"{facts['benign']:,} benign, {facts['problems']:,} with a problem; "
        f"{manifest.seconds:.1f} s",
        file=sys.stderr,
    )
    for outcome in manifest.failed:
        print(f"error: {harmless(outcome.source)}: {harmless(outcome.problem)}", file=sys.stderr)
    return 1 if manifest.failed else 0
