"""Merge labelled frames into one clean dataset, split into training, validation and test parts.

Deduplicates, removes names labelled both ways, caps families, splits. Reads no file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dga.config import Balance, ResolvedConfig
from dga.datasets import cleaning
from dga.datasets.cleaning import LISTS, WEIGHT, Cleaning, FormerCleaning
from dga.errors import DatasetError
from dga.names import parse
from dga.schema import (
    BENIGN,
    DGA,
    DOMAIN,
    FAMILY,
    FEED,
    LABEL,
    LABELLED_COLUMNS,
    REGISTERED_NAME,
    SOURCE,
)

NAME = "name"  # what the model reads: the registered name or the whole domain
SPLIT = "split"
TRAIN, VALIDATION, TEST = "train", "validation", "test"
SMALLEST_CLASS = 20
CURATED_TEST = 1 / 3  # share of the curated names in the test part; the others set thresholds
RESUFFIXED = "resuffixed"  # feed name of added rows: labels of the feeds under another suffix
GENERATED = "generated"  # feed name of added rows: from the built-in generator of their family
BEFORE = "before"  # the part that held a name in the base run, "" for none

Parts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Former:
    """What a base run has learnt from.

    `parts`: registered names to the part of the base run that held each (names,): training,
    validation or "". `apart`: whether it tells validation names; if not, they count as training.
    `cleaning`: what its label cleaning found, None without a record.
    """

    parts: Callable[[Sequence[str]], Parts]
    apart: bool = True
    cleaning: FormerCleaning | None = None


@dataclass(frozen=True)
class Dataset:
    """One clean frame with its parts, and counts of what was left out.

    `frame` has columns name, label, family, feed, source, registered_name, lists, weight, split,
    and for a training that continues from a run `before`, the part that held the name there.
    `conflicts`: the names labelled both ways, once each with both feeds. `corrected`: rows whose
    label a correction contradicts. `curated`: hand-picked benign names that are never trained on,
    with the same columns; their split is validation or test. `cleaning`: what was dropped as
    doubtful, None if labels were not cleaned.
    """

    frame: pd.DataFrame
    conflicts: pd.DataFrame
    rows: int
    duplicates: int
    excluded: int
    unregistered: int
    capped: int
    corrected: int = 0
    curated: pd.DataFrame = field(default_factory=pd.DataFrame)
    cleaning: Cleaning | None = None

    @property
    def doubtful(self) -> int:
        """The number of benign names that cleaning dropped."""
        return len(self.cleaning.left_out) if self.cleaning else 0

    def part(self, split: str) -> pd.DataFrame:
        """The rows of one part, in a fixed order."""
        return self.frame[self.frame[SPLIT] == split].reset_index(drop=True)

    def curated_part(self, split: str) -> pd.DataFrame:
        """The curated benign names of one part; empty if none were given."""
        if self.curated.empty:
            return self.frame.iloc[:0]
        return self.curated[self.curated[SPLIT] == split].reset_index(drop=True)

    def learnt_from(self) -> pd.DataFrame:
        """The rows that a run learns from or chooses thresholds on, in the frame's columns."""
        learnt = self.frame[self.frame[SPLIT] != TEST]
        return pd.concat([learnt, self.curated_part(VALIDATION)])

    def facts(self) -> dict[str, Any]:
        """What a run's metrics keep of the dataset, JSON-ready: its counts, what was cleaned."""
        cleaned = {"cleaning": self.cleaning.to_json()} if self.cleaning else {}
        return {**cleaned, "dataset": self.counts()}

    def counts(self) -> dict[str, int]:
        """Counts of rows read, left out and kept, JSON-ready; they add up to `rows`."""
        sizes = self.frame[SPLIT].value_counts()
        return {
            "rows": self.rows,
            "unregistered": self.unregistered,
            "excluded": self.excluded,
            "duplicates": self.duplicates,
            "conflicting": self.rows
            - self.unregistered
            - self.excluded
            - self.duplicates
            - self.capped
            - self.corrected
            - self.doubtful
            - len(self.frame),
            "capped": self.capped,
            "corrected": self.corrected,
            "doubtful": self.doubtful,
            "curated": len(self.curated),
            **{split: int(sizes.get(split, 0)) for split in (TRAIN, VALIDATION, TEST)},
        }


def build(
    frames: Sequence[pd.DataFrame],
    config: ResolvedConfig,
    exclude: Collection[str] = (),
    corrections: Sequence[pd.DataFrame] = (),
    curated: Sequence[pd.DataFrame] = (),
    former: Former | None = None,
) -> Dataset:
    """Merge labelled frames into a dataset with its parts.

    `exclude`: registered names to leave out of all parts. `corrections`: further frames, whose
    labels override those of the others. `curated`: benign names to choose and test thresholds on,
    never trained on. `former`: what the base run has learnt from; none of it gets into the test
    part, and nothing that it was trained on into the validation part. DatasetError when a class is
    too small to be split.
    """
    kept_aside = _curated(curated, config, exclude, former)
    exclude = {*exclude, *kept_aside.get(REGISTERED_NAME, ())}
    frame, unregistered = named(_merged([*corrections, *frames]), config.scope)
    allowed = frame[~frame[REGISTERED_NAME].isin(exclude)]
    corrected_rows = sum(map(len, corrections))  # they come first
    kept = allowed[~_contradicted(allowed, allowed.index < corrected_rows)]
    kept = kept.assign(**{LISTS: cleaning.listed(kept[SOURCE], kept[NAME])})
    unique = kept.drop_duplicates([NAME, LABEL])
    both = unique.duplicated(NAME, keep=False)
    clean = unique[~both]
    capped = cap_families(clean, config.cap_per_family, config.seed)
    certain, cleaned = _without_doubtful(capped, config, corrected_rows, former)
    return Dataset(
        frame=_with_parts(certain, config, former),
        conflicts=_conflicts(unique[both]),
        rows=len(frame) + unregistered,
        duplicates=len(kept) - len(unique),
        excluded=len(frame) - len(allowed),
        unregistered=unregistered,
        capped=len(clean) - len(capped),
        curated=kept_aside,
        cleaning=cleaned,
        corrected=len(allowed) - len(kept),
    )


def cap_families(frame: pd.DataFrame, cap: int | None, seed: int) -> pd.DataFrame:
    """Keep at most `cap` random names of each DGA family, in their order, and all benign names."""
    if cap is None:
        return frame
    shuffled = frame.sample(frac=1, random_state=seed)
    rank = shuffled.groupby([LABEL, FAMILY]).cumcount()
    keep = rank.index[(rank < cap) | (shuffled[LABEL] == BENIGN)]
    return frame.loc[frame.index.isin(keep)]


def balance(frame: pd.DataFrame) -> pd.DataFrame:
    """Names by class and family: columns label, family, names, share; largest first."""
    counts = frame.groupby([LABEL, FAMILY]).size().rename("names").reset_index()
    counts["share"] = counts["names"] / max(len(frame), 1)
    return counts.sort_values("names", ascending=False, ignore_index=True)


def weights(frame: pd.DataFrame, how: Balance) -> npt.NDArray[np.float32]:
    """A weight for each row (rows,), mean 1.

    `class`: both classes have the same total weight. `family`: the same, and within DGA a family's
    weight is the square root of its size, so that huge families do not dominate rare ones.
    Augmented names share the weight of their family's other names. Doubtful benign names weigh
    less, by the column weight if there is one.
    """
    result = np.ones(len(frame))
    if how == "family":
        listed = (~frame[FEED].isin([GENERATED, RESUFFIXED])).groupby(frame[FAMILY])
        size, own = listed.transform("size").to_numpy(), listed.transform("sum").to_numpy()
        result = np.where(frame[LABEL] == DGA, np.maximum(own, 1) ** 0.5 / size, 1.0)
    if WEIGHT in frame:
        result = result * frame[WEIGHT].fillna(1.0).to_numpy()
    if how != "none":
        for label in (BENIGN, DGA):
            rows = (frame[LABEL] == label).to_numpy()
            if rows.any():
                result[rows] /= result[rows].sum()
    return np.asarray(result / result.mean(), dtype=np.float32)


def loss_weights(frame: pd.DataFrame, config: ResolvedConfig) -> npt.NDArray[np.float32]:
    """What each row weighs in the loss (rows,), mean 1: balanced `weights`, those of benign names
    times `benign_weight`."""
    balanced = weights(frame, config.balance)
    balanced = np.where(frame[LABEL] == BENIGN, config.benign_weight, 1.0) * balanced
    return np.asarray(balanced / balanced.mean(), dtype=np.float32)


def _merged(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    if not frames:
        raise DatasetError("no feed was given; give at least one benign and one DGA feed")
    sourced = (f if SOURCE in f else f.assign(**{SOURCE: f[FEED]}) for f in frames)
    return pd.concat([f[[*LABELLED_COLUMNS, SOURCE]] for f in sourced], ignore_index=True)


def _curated(
    frames: Sequence[pd.DataFrame],
    config: ResolvedConfig,
    exclude: Collection[str],
    former: Former | None = None,
) -> pd.DataFrame:
    """The distinct curated benign names, a third of them in the test part.

    Those that a base run chose thresholds on are never in the test part, those that it was trained
    on in neither.
    """
    if not frames:
        return pd.DataFrame()
    names, _ = named(_merged(frames), config.scope)
    names = names[(names[LABEL] == BENIGN) & ~names[REGISTERED_NAME].isin(set(exclude))]
    names = names.drop_duplicates(NAME).sample(frac=1, random_state=config.seed)
    if former:
        before = former.parts(names[REGISTERED_NAME].tolist())
        before[(before == TRAIN) & (not former.apart)] = VALIDATION
        names, before = names[before != TRAIN], before[before != TRAIN]
        alike, order = np.zeros(len(names), dtype=int), np.arange(len(names))
        split = _beside(before, alike, order, CURATED_TEST, 1 - CURATED_TEST)
        split[split == TRAIN] = VALIDATION  # by rounding
    else:
        test = pd.factorize(names[REGISTERED_NAME])[0] % round(1 / CURATED_TEST) == 0
        split = np.where(test, TEST, VALIDATION)
    return names.assign(**{SPLIT: split, LISTS: 1, WEIGHT: 1.0}).reset_index(drop=True)


def named(frame: pd.DataFrame, scope: str) -> tuple[pd.DataFrame, int]:
    """Add columns name and registered_name; drop and count rows without a name in this scope."""
    parsed = parse.parse_many(frame[DOMAIN].tolist())
    registered = pd.Series([p.registered_name for p in parsed], index=frame.index, dtype=object)
    frame = frame.assign(**{REGISTERED_NAME: registered.fillna(frame[DOMAIN])})
    if scope == "fqdn":
        return frame.rename(columns={DOMAIN: NAME}), 0
    named = frame[registered.notna()]
    named = named.assign(**{NAME: named[REGISTERED_NAME]}).drop(columns=DOMAIN)
    return named, len(frame) - len(named)


def _contradicted(rows: pd.DataFrame, corrections: npt.NDArray[np.bool_]) -> pd.Series:
    """Which rows have another label than the corrections agree on."""
    said = rows[corrections].drop_duplicates([NAME, LABEL])
    said = said[~said.duplicated(NAME, keep=False)].set_index(NAME)[LABEL]
    right = rows[NAME].map(said)
    return right.notna() & (right != rows[LABEL])


def _conflicts(rows: pd.DataFrame) -> pd.DataFrame:
    joined = rows.groupby(NAME)[[FAMILY, FEED]].agg(lambda values: ", ".join(filter(None, values)))
    return joined.reset_index()


def _without_doubtful(
    frame: pd.DataFrame, config: ResolvedConfig, corrected_rows: int, former: Former | None
) -> tuple[pd.DataFrame, Cleaning | None]:
    """Drop benign names whose label is doubtful, if the config asks for it, and say which.

    Of the rows numbered under `corrected_rows`, which people have labelled, none is dropped.
    DatasetError when a class is too small.
    """
    _refuse_small(frame)
    if not config.cleaning:
        return frame, None
    corrected = np.asarray(frame.index < corrected_rows)
    known = former.cleaning if former else None
    certain, cleaned = cleaning.cleaned(frame, NAME, config.seed, corrected, known)
    _refuse_small(certain)
    return certain, cleaned


def _with_parts(frame: pd.DataFrame, config: ResolvedConfig, former: Former | None) -> pd.DataFrame:
    """Add the column split, and `before` where there is a base run; DatasetError when a part lacks
    a class."""
    if former:
        frame = frame.assign(**{BEFORE: former.parts(frame[REGISTERED_NAME].tolist())})
    frame = frame.assign(**{SPLIT: _splits(frame, config)})
    _refuse_one_sided(frame)
    return frame.reset_index(drop=True)


def _refuse_small(frame: pd.DataFrame) -> None:
    for label in (BENIGN, DGA):
        names = int((frame[LABEL] == label).sum())
        if names < SMALLEST_CLASS:
            raise DatasetError(
                f"only {names} {label} names are left to train on; at least {SMALLEST_CLASS} "
                "distinct names of each class are needed: add a feed of that class"
            )


def _splits(frame: pd.DataFrame, config: ResolvedConfig) -> Parts:
    """The part of each row (rows,): stratified by label and family, disjoint by registered name
    unless split by rows.

    A registered name takes its label and family from its first row. Names are sorted by family,
    shuffled within each, and every n-th goes to a part, so that each family contributes its share
    to within one name. Names that a base run has learnt from stay in their part.
    """
    by_rows = config.split == "rows"
    groups = np.arange(len(frame)) if by_rows else pd.factorize(frame[REGISTERED_NAME])[0]
    first = frame[~pd.Series(groups).duplicated().to_numpy()]  # one row a group, in their order
    stratum = pd.factorize(first[LABEL] + "/" + first[FAMILY], sort=True)[0]
    chance = np.random.default_rng(config.seed).random(len(first))
    if BEFORE in first:
        before = first[BEFORE].to_numpy()
        return _beside(before, stratum, chance, config.test_size, config.validation_size)[groups]
    order = np.lexsort((chance, stratum))
    test = _spread(len(order), config.test_size)
    rest = order[~test]
    validation = _spread(len(rest), config.validation_size / (1 - config.test_size))
    part = np.full(len(order), TRAIN, dtype=object)
    part[order[test]] = TEST
    part[rest[validation]] = VALIDATION
    return part[groups]


def _beside(
    before: Parts,
    stratum: npt.NDArray[np.int64],
    chance: npt.NDArray[Any],
    test_size: float,
    validation_size: float,
) -> Parts:
    """The part of each name (names,) if a base run has learnt from some of them.

    Those stay in the part that held them (`before`). Of each stratum the others fill up the test
    part and the validation part, in proportion where they are too few for both.
    """
    free = before == ""
    sizes = np.bincount(stratum)
    left = np.bincount(stratum, free)
    validated = np.bincount(stratum, before == VALIDATION)
    test = np.round(test_size * sizes)
    validation = np.maximum(np.round(validation_size * sizes) - validated, 0)
    fits = np.minimum(1, left / np.maximum(test + validation, 1))
    test, validation = np.ceil(test * fits), np.floor(validation * fits)
    order = np.lexsort((chance, ~free, stratum))  # the free ones of each stratum come first
    rank = np.empty(len(before))
    rank[order] = np.arange(len(before)) - (np.cumsum(sizes) - sizes)[stratum[order]]
    part = np.where(free, TRAIN, before).astype(object)
    part[free & (rank < (test + validation)[stratum])] = VALIDATION
    part[free & (rank < test[stratum])] = TEST
    return part


def _spread(rows: int, share: float) -> npt.NDArray[np.bool_]:
    """A mask (rows,) that is True for this share of the rows, spread evenly over them."""
    reached = np.floor(np.arange(rows + 1) * share + 0.5)
    return np.asarray(np.diff(reached) > 0)


def _refuse_one_sided(frame: pd.DataFrame) -> None:
    """DatasetError if training or test part lacks a class: there are few registered names."""
    for split in (TRAIN, TEST):
        for label in (BENIGN, DGA):
            if not ((frame[SPLIT] == split) & (frame[LABEL] == label)).any():
                raise DatasetError(
                    f"the {split} part would contain no {label} name; give {label} names with more "
                    "distinct registered names, or another test size"
                )
