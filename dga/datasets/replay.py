"""Replay: which names of a base run a continued training learns again.

A network that only learns new families forgets the old ones; learning a random part of the old
names again prevents it (experience replay, Rolnick et al. 2019, arXiv 1811.11682). Draws names;
trains nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from dga.config import ResolvedConfig
from dga.datasets.cleaning import WEIGHT
from dga.datasets.dataset import BEFORE, TRAIN
from dga.errors import DatasetError
from dga.schema import BENIGN, DGA, FAMILY, LABEL

LEAST = 300  # names of a family that are learnt again, where it has as many
NEW_WEIGHT = 2.0  # of names of a family that the base has not learnt, which few steps see


def replayed(part: pd.DataFrame, config: ResolvedConfig) -> pd.DataFrame:
    """Return a training part with all new names and a share of those that the base has learnt.

    Generated names that are learnt again weigh for those that are not, so that old families keep
    their weight beside new ones, whose names weigh NEW_WEIGHT. DatasetError if no name of a class
    is left.
    """
    if BEFORE not in part:
        return part.reset_index(drop=True)
    old, sizes, kept = _drawn(part, config)
    factor = sizes / np.maximum(kept, 1)
    if config.balance == "family":  # a family weighs by the square root of its size
        factor = np.sqrt(factor)
    generated = (part[LABEL] == DGA).to_numpy()
    factor[~old | ~generated] = 1.0
    factor[generated & (sizes == 0)] = NEW_WEIGHT
    given = part[WEIGHT].fillna(1.0) if WEIGHT in part else 1.0
    chosen = ~old | (_rank(part, old, config.seed) < kept)
    found = part.assign(**{WEIGHT: given * factor})[chosen].reset_index(drop=True)
    for label in (BENIGN, DGA):
        if not (found[LABEL] == label).any():
            raise DatasetError(
                f"the base has learnt from all {label} names and none is learnt again; raise the "
                "replay share or give new names"
            )
    return found


def counts(part: pd.DataFrame, config: ResolvedConfig) -> list[dict[str, Any]]:
    """How many names of a training part the base has learnt, and how many are learnt again;
    JSON-ready, one row."""
    old, _, kept = _drawn(part, config)
    again = int((old & (_rank(part, old, config.seed) < kept)).sum())
    return [{"part": TRAIN, "learnt": int(old.sum()), "again": again, "new": int((~old).sum())}]


def about(told: Sequence[dict[str, Any]]) -> str:
    """A sentence about `counts`.

    >>> about([{"part": "train", "learnt": 4000, "again": 1000, "new": 20}])
    'learning 20 new names and, again, 1,000 of 4,000 that the base has learnt from'
    """
    row = told[0]
    return (
        f"learning {row['new']:,} new names and, again, {row['again']:,} of {row['learnt']:,} that "
        "the base has learnt from"
    )


def _drawn(part: pd.DataFrame, config: ResolvedConfig) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each row (rows,): whether the base has learnt it, how many such names its family has, and
    how many of these are learnt again."""
    share = config.replay_share
    old = (part[BEFORE] == TRAIN).to_numpy()
    sizes = pd.Series(old).groupby(_strata(part)).transform("sum").to_numpy().astype(float)
    least = np.minimum(sizes, LEAST) if share else 0.0
    return old, sizes, np.maximum(np.round(share * sizes), least)


def _rank(part: pd.DataFrame, old: np.ndarray, seed: int) -> np.ndarray:
    """A random order of the names that the base has learnt, within each family (rows,)."""
    chance = pd.Series(np.where(old, np.random.default_rng(seed).random(len(part)), 2.0))
    return np.asarray(chance.groupby(_strata(part)).rank(method="first")) - 1


def _strata(part: pd.DataFrame) -> np.ndarray:
    return np.asarray(part[LABEL] + "/" + part[FAMILY])
