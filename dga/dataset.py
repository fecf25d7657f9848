"""Labelled frames to one clean frame, and that to training, validation and test parts.

Deduplicates, sets names of both classes aside, caps families, splits. Reads no file.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dga import domains
from dga.columns import BENIGN, DGA, DOMAIN, FAMILY, FEED, LABEL, LABELLED_COLUMNS, REGISTERED_NAME
from dga.config import Balance, TrainingConfig
from dga.errors import DatasetError

NAME = "name"  # what the model reads: the registered name, or the domain as it stands
SPLIT = "split"
TRAIN, VALIDATION, TEST = "train", "validation", "test"
SMALLEST_CLASS = 20
GENERATED = "generated"  # as a feed's name: names that we made for a family of the feeds


@dataclass(frozen=True)
class Dataset:
    """One clean frame with its parts, and what was left out on the way.

    `frame` has columns name, label, family, feed, registered_name, split. `conflicts` holds the
    names that came with both labels, once each with both feeds. `corrected`: rows whose label a
    correction contradicts.
    """

    frame: pd.DataFrame
    conflicts: pd.DataFrame
    rows: int
    duplicates: int
    excluded: int
    unregistered: int
    capped: int
    corrected: int = 0

    def part(self, split: str) -> pd.DataFrame:
        """The rows of one part, in a fixed order."""
        return self.frame[self.frame[SPLIT] == split].reset_index(drop=True)

    def counts(self) -> dict[str, int]:
        """What went in and what became of it, JSON-ready; the parts add up to `rows`."""
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
            - len(self.frame),
            "capped": self.capped,
            "corrected": self.corrected,
            **{split: int(sizes.get(split, 0)) for split in (TRAIN, VALIDATION, TEST)},
        }


def build(
    frames: Sequence[pd.DataFrame],
    config: TrainingConfig,
    exclude: Collection[str] = (),
    corrections: Sequence[pd.DataFrame] = (),
) -> Dataset:
    """Merge labelled frames into a dataset with its parts.

    `exclude`: registered names that no part may hold. `corrections`: further frames, whose labels
    stand where others contradict them. Raises DatasetError when a class is too small to be split.
    """
    frame, unregistered = named(_merged([*corrections, *frames]), config.scope)
    rows = len(frame) + unregistered
    allowed = frame[~frame[REGISTERED_NAME].isin(set(exclude))]
    kept = allowed[~_contradicted(allowed, allowed.index < sum(map(len, corrections)))]
    unique = kept.drop_duplicates([NAME, LABEL])
    both = unique.duplicated(NAME, keep=False)
    clean = unique[~both]
    capped = cap_families(clean, config.cap_per_family, config.seed)
    _refuse_small(capped)
    capped = capped.assign(**{SPLIT: _splits(capped, config)})
    _refuse_one_sided(capped)
    return Dataset(
        frame=capped.reset_index(drop=True),
        conflicts=_conflicts(unique[both]),
        rows=rows,
        duplicates=len(kept) - len(unique),
        excluded=len(frame) - len(allowed),
        unregistered=unregistered,
        capped=len(clean) - len(capped),
        corrected=len(allowed) - len(kept),
    )


def cap_families(frame: pd.DataFrame, cap: int | None, seed: int) -> pd.DataFrame:
    """Keep at most `cap` random names of each DGA family, in their order; benign stays whole."""
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

    `class`: both classes weigh the same. `family`: within DGA a family weighs by the square root
    of its size, so that rare ones are heard and huge ones don't drown them; classes weigh the same.
    Names that we generated share the weight of their family's others.
    """
    result = np.ones(len(frame))
    if how == "family":
        listed = (frame[FEED] != GENERATED).groupby(frame[FAMILY])
        size, own = listed.transform("size").to_numpy(), listed.transform("sum").to_numpy()
        result = np.where(frame[LABEL] == DGA, np.maximum(own, 1) ** 0.5 / size, 1.0)
    if how != "none":
        for label in (BENIGN, DGA):
            rows = (frame[LABEL] == label).to_numpy()
            if rows.any():
                result[rows] /= result[rows].sum()
    return np.asarray(result / result.mean(), dtype=np.float32)


def _merged(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    if not frames:
        raise DatasetError("no feed was given; name at least one benign and one DGA feed")
    return pd.concat([frame[list(LABELLED_COLUMNS)] for frame in frames], ignore_index=True)


def named(frame: pd.DataFrame, scope: str) -> tuple[pd.DataFrame, int]:
    """Add the columns name and registered_name; count the rows that have no name in this scope."""
    parsed = domains.parse_many(frame[DOMAIN].tolist())
    registered = pd.Series([p.registered_name for p in parsed], index=frame.index, dtype=object)
    frame = frame.assign(**{REGISTERED_NAME: registered.fillna(frame[DOMAIN])})
    if scope == "fqdn":
        return frame.rename(columns={DOMAIN: NAME}), 0
    named = frame[registered.notna()]
    named = named.assign(**{NAME: named[REGISTERED_NAME]}).drop(columns=DOMAIN)
    return named, len(frame) - len(named)


def _contradicted(rows: pd.DataFrame, corrections: npt.NDArray[np.bool_]) -> pd.Series:
    """Which rows have another label than the one that the corrections agree upon."""
    said = rows[corrections].drop_duplicates([NAME, LABEL])
    said = said[~said.duplicated(NAME, keep=False)].set_index(NAME)[LABEL]
    right = rows[NAME].map(said)
    return right.notna() & (right != rows[LABEL])


def _conflicts(rows: pd.DataFrame) -> pd.DataFrame:
    joined = rows.groupby(NAME)[[FAMILY, FEED]].agg(lambda values: ", ".join(filter(None, values)))
    return joined.reset_index()


def _refuse_small(frame: pd.DataFrame) -> None:
    for label in (BENIGN, DGA):
        names = int((frame[LABEL] == label).sum())
        if names < SMALLEST_CLASS:
            raise DatasetError(
                f"only {names} {label} names are left to train on; at least {SMALLEST_CLASS} "
                "distinct names of each class are needed: add a feed of that class"
            )


def _splits(frame: pd.DataFrame, config: TrainingConfig) -> npt.NDArray[np.object_]:
    """The part of each row (rows,); stratified by label and family, and disjoint by registered
    name unless by rows.

    A registered name takes its label and family from its first row. Sorted by family, and at
    random within one, every n-th goes to a part: each family gives its share, to within one name.
    """
    by_rows = config.split == "rows"
    groups = np.arange(len(frame)) if by_rows else pd.factorize(frame[REGISTERED_NAME])[0]
    first = frame[~pd.Series(groups).duplicated().to_numpy()]  # one row a group, in their order
    stratum = pd.factorize(first[LABEL] + "/" + first[FAMILY], sort=True)[0]
    chance = np.random.default_rng(config.seed).random(len(first))
    order = np.lexsort((chance, stratum))
    test = _spread(len(order), config.test_size)
    rest = order[~test]
    validation = _spread(len(rest), config.validation_size / (1 - config.test_size))
    part = np.full(len(order), TRAIN, dtype=object)
    part[order[test]] = TEST
    part[rest[validation]] = VALIDATION
    return part[groups]


def _spread(rows: int, share: float) -> npt.NDArray[np.bool_]:
    """A mask (rows,) that is True for this share of the rows, spread evenly over them."""
    reached = np.floor(np.arange(rows + 1) * share + 0.5)
    return np.asarray(np.diff(reached) > 0)


def _refuse_one_sided(frame: pd.DataFrame) -> None:
    """Training and test need names of both classes; few registered names can leave one out."""
    for split in (TRAIN, TEST):
        for label in (BENIGN, DGA):
            if not ((frame[SPLIT] == split) & (frame[LABEL] == label)).any():
                raise DatasetError(
                    f"the {split} part would hold no {label} name; give more {label} names that "
                    "were registered apart, or another test size"
                )
