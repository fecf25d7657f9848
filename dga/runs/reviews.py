"""Analysts' reviews of a run's names: corrected labels and notes.

A run's own files never change. Its reviews are in `.reviews/<run>.jsonl` of the models folder, one
JSON object per name; the corrected labels are also written as a feed for trainings,
`reviews/<run>.csv` of the data folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pandas as pd

from dga.datasets import feeds
from dga.errors import RunError
from dga.runs import audit, store
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, LABEL
from dga.storage import locked, write_atomically
from dga.storage.plain_json import odd_text, without_odd
from dga.tables import writers

FOLDER = ".reviews"  # of the models folder
LABELS = ("", BENIGN, DGA)
MAX_NOTE = 2000


@dataclass(frozen=True, kw_only=True)
class Review:
    """A review of one name.

    `label`: the corrected class, "" if unchanged; `given`: the class in the run's feeds. `written`:
    UTC, ISO 8601; `by`: the reviewer's account, "" if unknown.
    """

    domain: str
    label: str = ""
    note: str = ""
    given: str = ""
    family: str = ""
    score: float | None = None
    written: str = ""
    by: str = ""

    def __post_init__(self) -> None:
        if self.label not in LABELS:
            raise RunError(f"a corrected label is {BENIGN} or {DGA}, got {self.label!r}")
        for value in (self.domain, self.note, self.family):
            if found := odd_text(value):
                raise RunError(f"a note or name holds {found}; give it as plain text")
        if len(self.note) > MAX_NOTE:
            raise RunError(f"a note has at most {MAX_NOTE:,} characters, got {len(self.note):,}")

    @property
    def said(self) -> bool:
        """Whether the review has any content."""
        return bool(self.label or self.note)


COLUMNS = tuple(field.name for field in fields(Review))


def path_of(run: str, root: Path | None = None) -> Path:
    """The path of a run's reviews, whether or not it exists."""
    return (root or store.models_folder()) / FOLDER / f"{store.check_name(run)}.jsonl"


def feed_of(run: str) -> Path:
    """The path of the feed of a run's corrected labels; it exists after the first correction."""
    return feeds.corrections_folder() / f"{store.check_name(run)}.csv"


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
            f"the reviews of run {run} cannot be read ({error}); repair or move {path.name} in the "
            f"folder {FOLDER} of the models folder"
        ) from None
    return {review.domain: review for review in found}


def save(run: str, said: Iterable[Review], root: Path | None = None) -> dict[str, Review]:
    """Add reviews, replacing those of the same domains; an empty review removes one.

    Returns all reviews of the run. Safe against sessions that save at the same time.
    """
    path = path_of(run, root)
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path.with_name(f".{path.name}.lock")):
        merged = load(run, root) | {review.domain: review for review in said}
        kept = {domain: review for domain, review in merged.items() if review.said}
        lines = [json.dumps(asdict(review), ensure_ascii=False) for review in kept.values()]
        write_atomically(path, "".join(f"{line}\n" for line in lines))
        _write_feed(feed_of(run), kept)
    audit.record("label", run, f"{len(kept)} names labelled or noted", root)
    return kept


def frame(reviews: Mapping[str, Review]) -> pd.DataFrame:
    """Reviews as a table with the columns of `Review`, newest first."""
    rows = [asdict(review) for review in reviews.values()]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values("written", ascending=False, kind="stable", ignore_index=True)


def corrected(reviews: Mapping[str, Review]) -> pd.DataFrame:
    """The names with a corrected label as a labelled feed: columns domain, label, family."""
    rows = [
        (review.domain, review.label, review.family if review.label == DGA else "")
        for review in reviews.values()
        if review.label
    ]
    return pd.DataFrame(rows, columns=[DOMAIN, LABEL, FAMILY])


def _review(values: object) -> Review:
    """Parse a line of the file; unknown fields are ignored."""
    if not isinstance(values, dict):
        raise RunError("a line that is not a JSON object")
    score = values.get("score")
    texts = {name: without_odd(str(values.get(name, ""))) for name in COLUMNS if name != "score"}
    if not texts[DOMAIN]:
        raise RunError("a line without a domain")
    return Review(**texts, score=_score(score))


def _score(value: object) -> float | None:
    """A score from 0 to 1, else None."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if plain and 0 <= value <= 1 else None  # type: ignore[arg-type,operator]


def _write_feed(path: Path, reviews: Mapping[str, Review]) -> None:
    rows = corrected(reviews)
    if rows.empty:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, writers.to_csv(rows))
