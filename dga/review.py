"""What an analyst says of a run's names: corrected labels and notes, kept beside the run.

A run's own files never change: its reviews lie in `.reviews/<run>.jsonl` of the models folder, one
JSON object a name, and its corrected labels once more as a feed, `reviews/<run>.csv` of the data
folder, which a training reads. Judges no name and draws nothing.
"""

from __future__ import annotations

import fcntl
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pandas as pd

from dga import runs, writers
from dga.columns import BENIGN, DGA, DOMAIN, FAMILY, LABEL
from dga.errors import RunError
from dga.fetch import data_folder

FOLDER = ".reviews"  # of the models folder
FEEDS = "reviews"  # of the data folder
LABELS = ("", BENIGN, DGA)
MAX_NOTE = 2000


@dataclass(frozen=True, kw_only=True)
class Review:
    """What is said of one name.

    `label`: the class that it has in truth, "" where nobody said; `given`: the class that the
    run's lists gave it. `written`: UTC, ISO 8601.
    """

    domain: str
    label: str = ""
    note: str = ""
    given: str = ""
    family: str = ""
    score: float | None = None
    written: str = ""

    def __post_init__(self) -> None:
        if self.label not in LABELS:
            raise RunError(f"a corrected label is {BENIGN} or {DGA}, got {self.label!r}")
        if len(self.note) > MAX_NOTE:
            raise RunError(f"a note has at most {MAX_NOTE:,} characters, got {len(self.note):,}")

    @property
    def said(self) -> bool:
        """Whether there is anything to keep."""
        return bool(self.label or self.note)


COLUMNS = tuple(field.name for field in fields(Review))


def path_of(run: str, root: Path | None = None) -> Path:
    """The file of a run's reviews, whether it is there or not."""
    return (root or runs.models_folder()) / FOLDER / f"{runs.check_name(run)}.jsonl"


def feed_of(run: str) -> Path:
    """The feed of a run's corrected labels; there is none before the first of them."""
    return data_folder() / FEEDS / f"{runs.check_name(run)}.csv"


def is_feed(path: Path) -> bool:
    """Whether a file is a feed of corrected labels: these win over the labels of other feeds."""
    return path.resolve().parent == (data_folder() / FEEDS).resolve()


def load(run: str, root: Path | None = None) -> dict[str, Review]:
    """The reviews of a run by domain, in the order in which they were first written."""
    path = path_of(run, root)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        found = [_review(json.loads(line)) for line in lines if line.strip()]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, RecursionError, RunError) as error:
        raise RunError(
            f"the notes on run {run} cannot be read ({error}); mend or move {path.name} in the "
            f"folder {FOLDER} of the models folder"
        ) from None
    return {review.domain: review for review in found}


def save(run: str, said: Iterable[Review], root: Path | None = None) -> dict[str, Review]:
    """Add reviews, or replace those of the same domains; one that says nothing is taken away.

    Returns all reviews of the run. Two sessions that save at once lose nothing.
    """
    path = path_of(run, root)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path):
        merged = load(run, root) | {review.domain: review for review in said}
        kept = {domain: review for domain, review in merged.items() if review.said}
        lines = [json.dumps(asdict(review), ensure_ascii=False) for review in kept.values()]
        _write(path, "".join(f"{line}\n" for line in lines))
        _write_feed(feed_of(run), kept)
    return kept


def frame(reviews: Mapping[str, Review]) -> pd.DataFrame:
    """Reviews as a table with the columns of `Review`, the newest first."""
    rows = [asdict(review) for review in reviews.values()]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values("written", ascending=False, kind="stable", ignore_index=True)


def corrected(reviews: Mapping[str, Review]) -> pd.DataFrame:
    """The names whose class somebody told, as a labelled feed: columns domain, label, family."""
    rows = [
        (review.domain, review.label, review.family if review.label == DGA else "")
        for review in reviews.values()
        if review.label
    ]
    return pd.DataFrame(rows, columns=[DOMAIN, LABEL, FAMILY])


def _review(values: object) -> Review:
    """One line of the file; a field that is not known is passed over."""
    if not isinstance(values, dict):
        raise RunError("a line that is no JSON object")
    score = values.get("score")
    texts = {name: str(values.get(name, "")) for name in COLUMNS if name != "score"}
    if not texts[DOMAIN]:
        raise RunError("a line without a domain")
    return Review(**texts, score=float(score) if isinstance(score, int | float) else None)


def _write_feed(path: Path, reviews: Mapping[str, Review]) -> None:
    rows = corrected(reviews)
    if rows.empty:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, writers.to_csv(rows))


def _write(path: Path, text: str) -> None:
    """Write a file, whole or not at all."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one writer at a time change a file."""
    with open(path.with_name(f".{path.name}.lock"), "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
