"""What label cleaning made of each benign name, stored with the run as hashes and weights.

A run that continues from this one gives the names the same weights, without judging them anew.
With four bytes per name, one name in some thousands gets the weight of another.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dga.datasets.cleaning import WEIGHT, Float64s, FormerCleaning
from dga.datasets.dataset import NAME, Dataset
from dga.runs.learnt_names import keys
from dga.runs.store import Run
from dga.schema import BENIGN, LABEL
from dga.storage import arrays

CLEANED_FILE = "cleaned_names.npy"
WHOLE = 255  # the stored weight of a name that is not in doubt; 0 of one that was dropped
RECORD = np.dtype([("key", "<u4"), ("weight", "u1")])

Records = npt.NDArray[np.void]


def save(folder: Path, data: Dataset, base: Run | None = None) -> None:
    """Write what a dataset's cleaning made of its benign names into a run's folder, if it was
    cleaned.

    `base`: the run that it continues from, whose records of other names are kept.
    """
    if data.cleaning is None:
        return
    kept = data.frame[data.frame[LABEL] == BENIGN]
    dropped = data.cleaning.left_out[NAME]
    judged = np.zeros(len(kept) + len(dropped), dtype=RECORD)
    judged["key"] = keys([*kept[NAME], *dropped])
    judged["weight"][: len(kept)] = np.rint(WHOLE * kept[WEIGHT])
    former = None if base is None else load(base)
    if former is not None:
        judged = np.concatenate([judged, former])
    _, first = np.unique(judged["key"], return_index=True)  # of equal keys the new one
    np.save(folder / CLEANED_FILE, judged[first], allow_pickle=False)


def former_cleaning(run: Run) -> FormerCleaning | None:
    """What the cleaning of a run found, for one that continues from it; None without a record."""
    records = load(run)
    if records is None:
        return None
    return FormerCleaning(
        weights=lambda names: weights_of(records, names),
        scores=lambda names: run.bundle().score(names).score,
    )


def load(run: Run) -> Records | None:
    """The records of a run, sorted by key; None without a valid file."""
    found = arrays.mapped(run.path / CLEANED_FILE)
    if found is None or found.dtype != RECORD or found.ndim != 1 or not len(found):
        return None
    return np.asarray(np.sort(found, order="key"))


def weights_of(records: Records, names: Sequence[str]) -> Float64s:
    """The weight of each name (names,), NaN where the records lack it."""
    wanted = keys(names)
    places = np.minimum(np.searchsorted(records["key"], wanted), len(records) - 1)
    known = records["key"][places] == wanted
    return np.where(known, records["weight"][places] / WHOLE, np.nan)
