"""Score files on a cluster: one result per file, and a manifest of what is complete.

Workers write results under a temporary name and rename them, so a task that runs twice changes
nothing. Completed files are recorded beside the results; an interrupted run continues with the
rest.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from distributed import Client, as_completed
from fsspec.core import url_to_fs

from dga.cluster import partitions, workers
from dga.cluster.partitions import Partition
from dga.cluster.sources import opened
from dga.errors import ClusterError, DGAError, told
from dga.progress import ShouldStop, never
from dga.scoring.score_file import score_table

DONE_FOLDER = "_done"
MANIFEST = "_SUCCESS.json"
FAILED = "_FAILED.json"
ENDINGS = (".parquet", ".csv", ".jsonl")
RETRIES = 3  # of a task whose worker died


@dataclass(frozen=True)
class Settings:
    """How partitions are scored; a result with other settings does not count as complete."""

    run: str
    bundle: str  # changes with the run's bundle
    threshold: float
    column: str | None = None


@dataclass(frozen=True)
class Outcome:
    """The outcome of one partition; `problem` is "" if it is complete."""

    source: str
    output: str
    rows: int = 0
    dga: int = 0
    suspicious: int = 0
    benign: int = 0
    problems: int = 0
    seconds: float = 0.0
    problem: str = ""


@dataclass(frozen=True)
class Manifest:
    """The outcomes of all partitions, in their order."""

    settings: Settings
    outcomes: tuple[Outcome, ...]
    seconds: float
    reused: int

    @property
    def failed(self) -> list[Outcome]:
        """The partitions that could not be scored."""
        return [outcome for outcome in self.outcomes if outcome.problem]

    def to_json(self) -> dict[str, Any]:
        """The outcome as written to the manifest."""
        counts = ("rows", "dga", "suspicious", "benign", "problems")
        totals = {name: sum(getattr(o, name) for o in self.outcomes) for name in counts}
        return {
            **asdict(self.settings),
            **totals,
            "seconds": round(self.seconds, 1),
            "partitions": [asdict(outcome) for outcome in self.outcomes],
        }


def score_files(
    client: Client,
    sources: Iterable[str],
    target: str,
    settings: Settings,
    *,
    ending: str = ".parquet",
    on_partition: Callable[[int, int, Outcome], None] = lambda done, total, outcome: None,
    should_stop: ShouldStop = never,
) -> Manifest:
    """Score files on a cluster into the folder `target`, which every worker must be able to reach.

    `sources`: paths, folders, patterns and URLs (`s3://` and what else fsspec knows). A partition
    that fails is told in the manifest and fails nobody else. `on_partition`: partitions that are
    complete, all of them, and the one that ended. FeedError, ClusterError where nothing can begin.
    """
    if ending not in ENDINGS:
        raise ClusterError(f"no results ending in {ending!r}; there are {', '.join(ENDINGS)}")
    started, found = time.perf_counter(), partitions.find(sources, ending)
    outcomes = _complete(found, target, settings)
    reused = len(outcomes)
    waiting = [part for part in found if part.source not in outcomes]
    futures = client.map(
        score_partition, waiting, target=target, settings=settings, pure=False, retries=RETRIES
    )
    places = dict(zip((future.key for future in futures), waiting, strict=True))
    for future in as_completed(futures):
        outcome = _outcome(future, places[future.key])
        outcomes[outcome.source] = outcome
        on_partition(len(outcomes), len(found), outcome)
        if should_stop():
            client.cancel(futures)
            raise KeyboardInterrupt
    ordered = tuple(outcomes[part.source] for part in found)
    manifest = Manifest(settings, ordered, time.perf_counter() - started, reused)
    _write_manifest(target, manifest)
    return manifest


def score_partition(part: Partition, *, target: str, settings: Settings) -> Outcome:
    """Score one file, in a worker; a problem with the file becomes its outcome, not an error."""
    try:
        with tempfile.TemporaryDirectory(prefix="dga-part-") as folder:
            local = Path(folder) / part.output
            summary = _scored(part.source, local, settings)
            _put(local, target, part.output)
    except DGAError as error:
        return Outcome(part.source, part.output, problem=str(error))
    except OSError as error:
        return Outcome(part.source, part.output, problem=told(error))
    outcome = Outcome(part.source, part.output, **summary)
    _put_text(target, f"{DONE_FOLDER}/{part.output}.json", _record(part, settings, outcome))
    return outcome


def _scored(source: str, local: Path, settings: Settings) -> dict[str, Any]:
    scorer = workers.scorer(settings.run, threshold=settings.threshold)
    with opened(source) as found:
        summary = score_table(found, local, scorer, name=source, column=settings.column)
    counted = ("rows", "dga", "suspicious", "benign", "problems", "seconds")
    return {name: getattr(summary, name) for name in counted}


def _outcome(future: Any, part: Partition) -> Outcome:
    error = future.exception()
    if error is None:
        return future.result()  # type: ignore[no-any-return]
    problem = f"{type(error).__name__}: {error}"
    return Outcome(part.source, part.output, problem=problem.splitlines()[0][:500])


def _record(part: Partition, settings: Settings, outcome: Outcome) -> str:
    return json.dumps(
        {"stamp": part.stamp, "settings": asdict(settings), "outcome": asdict(outcome)}
    )


def _complete(found: Sequence[Partition], target: str, settings: Settings) -> dict[str, Outcome]:
    """The partitions that already have a result from the same file and settings."""
    files, folder = url_to_fs(target)
    complete = {}
    for part in found:
        record = f"{folder}/{DONE_FOLDER}/{part.output}.json"
        if not (files.exists(record) and files.exists(f"{folder}/{part.output}")):
            continue
        try:
            told = json.loads(files.cat_file(record))
            if told["stamp"] == part.stamp and told["settings"] == asdict(settings):
                complete[part.source] = Outcome(**told["outcome"])
        except (ValueError, KeyError, TypeError):
            continue  # scored again
    return complete


def _put(local: Path, target: str, name: str) -> None:
    """Move a file into the target folder atomically."""
    files, folder = url_to_fs(target)
    files.makedirs(folder, exist_ok=True)
    if "file" in files.protocol:
        part = Path(folder) / f".{name}.part-{time.time_ns()}"
        shutil.copyfile(local, part)
        part.replace(Path(folder) / name)
    else:  # object stores show an object once it is complete
        files.put_file(str(local), f"{folder}/{name}")


def _put_text(target: str, name: str, text: str) -> None:
    with tempfile.TemporaryDirectory(prefix="dga-part-") as folder:
        local = Path(folder) / "text"
        local.write_text(text, encoding="utf-8")
        parent, _, leaf = name.rpartition("/")
        _put(local, f"{target.rstrip('/')}/{parent}".rstrip("/"), leaf)


def _write_manifest(target: str, manifest: Manifest) -> None:
    """Write the manifest under the name that tells whether all partitions are complete."""
    files, folder = url_to_fs(target)
    name, other = (FAILED, MANIFEST) if manifest.failed else (MANIFEST, FAILED)
    _put_text(target, name, json.dumps(manifest.to_json(), indent=1))
    if files.exists(f"{folder}/{other}"):
        files.rm_file(f"{folder}/{other}")
