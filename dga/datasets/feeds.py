"""Feed files to one labelled frame: which column holds the domains, which class and family.

`dga.tables` reads the rows and `dga.names.parse` the names. A feed's own labels always stand: what
the caller says holds for feeds that don't label themselves, and is refused where every row
contradicts it. Writes nothing and removes no duplicates (`dga.datasets.dataset` does).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from dga import tables
from dga.datasets.feed_formats import CLASS_WORDS, FORMATS, USED_BY, Layout, recognise
from dga.errors import FeedError
from dga.names.parse import parse_many
from dga.progress import OnProgress, Progress, ignore
from dga.schema import BENIGN, DOMAIN, FAMILY, FEED, GIVEN, LABEL, LABELLED_COLUMNS, SOURCE
from dga.storage import data_folder
from dga.storage.plain_json import odd_text, without_odd

__all__ = ["FORMATS", "Feed", "Preview", "preview", "read_feed"]

CORRECTIONS = "reviews"  # folder of the data folder
ROW = "row"
REASON = "reason"
UNLABELLED = "unlabelled"
PREVIEW_ROWS = 200_000
NO_CLASS = "its label is neither a benign nor a dga word"


@dataclass(frozen=True)
class Feed:
    """A feed that was read: `rows` is the length of `frame` and `problems` together.

    `frame`: columns domain, label, family, feed, source; also domains without a registered name.
    `problems`: columns row (1-based, of the rows of data), given, reason.
    """

    name: str
    format: str
    rows: int
    frame: pd.DataFrame
    problems: pd.DataFrame


@dataclass(frozen=True)
class Preview:
    """What the first rows of a feed hold; `complete` says that they are all of its rows.

    `classes`, `families` and `problems` count rows, the most frequent first; `head` has columns
    domain, label, family.
    """

    format: str
    rows: int
    complete: bool
    classes: dict[str, int]
    families: dict[str, int]
    problems: dict[str, int]
    head: pd.DataFrame


def read_feed(
    source: Path | BinaryIO,
    *,
    label: str | None = None,
    format: str | None = None,
    feed: str = "",
    on_progress: OnProgress = ignore,
) -> Feed:
    """Read a feed to a labelled frame.

    `label` is the class of its rows where they don't tell it themselves; `format` a name of
    FORMATS, recognised when None; `feed` the name it goes by, the file's own when "". Raises
    FeedError for what is no feed, has no class, or was given as a class that none of its rows has.
    """
    frames, problems = [_empty()], [_empty()]
    rows = 0
    with _opened(source, label, format, feed) as opened:
        if not (label or opened.layout.labels_itself):
            raise FeedError(
                f"{opened.name}: its rows have no label; say whether its names are benign or dga"
            )
        for chunk in opened.chunks:
            whole = chunk[REASON] == ""
            frames.append(chunk[whole])
            problems.append(chunk[~whole])
            rows += len(chunk)
            on_progress(Progress(phase="feeds", message=opened.name, batch=rows))
    frame = pd.concat(frames, ignore_index=True).assign(**{FEED: opened.name})
    _refuse_contradiction(frame[LABEL], label, opened.name)
    return Feed(
        name=opened.name,
        format=opened.format,
        rows=rows,
        frame=frame[[*LABELLED_COLUMNS, SOURCE]].assign(
            **{SOURCE: frame[SOURCE].mask(frame[SOURCE] == "", opened.name)}
        ),
        problems=pd.concat(problems, ignore_index=True)[[ROW, GIVEN, REASON]],
    )


def corrections_folder() -> Path:
    """The folder of the feeds that hold labels corrected by analysts, one file a run."""
    return data_folder() / CORRECTIONS


def is_corrections(path: Path) -> bool:
    """Whether a file is a feed of corrected labels, which override the labels of other feeds."""
    return path.resolve().parent == corrections_folder().resolve()


def preview(
    source: Path | BinaryIO,
    rows: int = 10,
    *,
    label: str | None = None,
    format: str | None = None,
    feed: str = "",
    column: str | None = None,
    sheet: str = "",
) -> Preview:
    """Tell what a feed holds from at most PREVIEW_ROWS of its rows; the class may stay untold.

    `column`: the one of domains, guessed by default; `sheet`: which one of a workbook.
    """
    with _opened(source, label, format, feed, column, sheet) as opened:
        read, complete = [_empty()], True
        for chunk in opened.chunks:
            if sum(map(len, read)) >= PREVIEW_ROWS:
                complete = False
                break
            read.append(chunk)
    frame = pd.concat(read, ignore_index=True)
    whole = frame[frame[REASON] == ""]
    return Preview(
        format=opened.format,
        rows=len(frame),
        complete=complete,
        classes=_counts(whole[LABEL].replace("", UNLABELLED)),
        families=_counts(whole.loc[whole[FAMILY] != "", FAMILY]),
        problems=_counts(frame.loc[frame[REASON] != "", REASON]),
        head=whole[[DOMAIN, LABEL, FAMILY]].head(rows).reset_index(drop=True),
    )


@dataclass(frozen=True)
class _Opened:
    """A feed that is being read; its chunks have columns row, given, domain, label, family,
    reason ("" for a row with a domain)."""

    name: str
    format: str
    layout: Layout
    chunks: Iterator[pd.DataFrame]


@contextmanager
def _opened(
    source: Path | BinaryIO,
    label: str | None,
    format: str | None,
    feed: str,
    column: str | None = None,
    sheet: str = "",
) -> Iterator[_Opened]:
    name = feed or tables.source_name(source)
    with tables.open_table(source, name=feed, sheet=sheet) as (info, chunks):
        first = next(chunks)
        if column:
            tables.require_column(info.columns, column)
        try:
            found, layout = recognise(info, first, format)
        except FeedError as error:
            raise FeedError(f"{name}: {error}") from None
        layout = replace(layout, domain=column) if column else layout
        labelled = _labelled(chain([first], chunks), layout, label or layout.suggests)
        yield _Opened(name, found, layout, labelled)


def _labelled(chunks: Iterable[pd.DataFrame], layout: Layout, label: str) -> Iterator[pd.DataFrame]:
    start = 1
    for chunk in chunks:
        parsed = parse_many(chunk[layout.domain].tolist())
        classes = _classes(chunk, layout, label)
        frame = pd.DataFrame(
            {
                ROW: range(start, start + len(chunk)),
                GIVEN: chunk[layout.domain],
                DOMAIN: pd.Series([p.domain or "" for p in parsed], dtype="str"),
                LABEL: classes,
                FAMILY: _families(chunk, layout).where(classes != BENIGN, ""),
                SOURCE: chunk[layout.source].str.strip() if layout.source else "",
                REASON: pd.Series(["" if p.domain else p.problem for p in parsed], dtype="str"),
            }
        )
        unlabelled = (classes == "") & (frame[REASON] == "") & bool(label or layout.label)
        yield frame.assign(**{REASON: frame[REASON].mask(unlabelled, NO_CLASS)})
        start += len(chunk)


def _classes(chunk: pd.DataFrame, layout: Layout, label: str) -> pd.Series[str]:
    """The class of each row, "" where neither the row nor the caller tells it."""
    if not layout.label:
        return pd.Series(layout.says or label, index=chunk.index, dtype="str")
    words = chunk[layout.label].str.strip().str.lower()
    told = words.map(CLASS_WORDS).fillna(layout.says)
    return told.where(words != "", label).astype("str")


def _families(chunk: pd.DataFrame, layout: Layout) -> pd.Series[str]:
    if not layout.family:
        return pd.Series("", index=chunk.index, dtype="str")
    families = chunk[layout.family]
    described = families.str.extract(USED_BY, flags=re.IGNORECASE, expand=False)
    families = described.fillna(families).str.strip().str.lower()
    families = families.mask(families.isin(CLASS_WORDS), "")
    return families.map(without_odd) if families.map(odd_text).any() else families


def _refuse_contradiction(labels: pd.Series[str], label: str | None, name: str) -> None:
    if label and len(labels) and not (labels == label).any():
        told = labels.iloc[0]
        raise FeedError(
            f"{name}: given as {label}, but all its rows say {told}; give it as --{told}"
        )


def _counts(values: pd.Series[str]) -> dict[str, int]:
    return {str(value): int(count) for value, count in values.value_counts().items()}


def _empty() -> pd.DataFrame:
    texts = dict.fromkeys((GIVEN, DOMAIN, LABEL, FAMILY, SOURCE, REASON), "str")
    return pd.DataFrame(columns=[ROW, *texts]).astype({ROW: "int64", **texts})
