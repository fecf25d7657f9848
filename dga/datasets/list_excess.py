"""Where lists hold more generated-looking names than names in several lists explain.

Spammers and gambling sites register names by program, mostly short ones under a few cheap suffixes,
and top lists contain them. Names that several lists hold are far more often chosen by people,
whatever their suffix. So where, under one suffix and among labels of similar length, names that
only one list holds have a level of doubt five times as often, four of five are taken to be
mislabelled. Each list is counted by itself as far as it is long enough, so that one full of spam
casts no doubt on the others. Reads no file.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

LENGTHS = (6, 8, 10, 14)  # the longest labels of each band but the last
DOUBTS = (0.5, 0.6, 0.7, 0.8, 0.9)  # between levels of doubt
LEAST_NAMES = (
    500  # of a length: from then on a list or suffix counts by itself, or is compared with
)

Float64s = npt.NDArray[np.float64]


def trust(
    labels: pd.Series[str],
    suffixes: pd.Series[str],
    sources: pd.Series[str],
    doubt: Float64s,
    alone: npt.NDArray[np.bool_],
) -> Float64s:
    """Ratio of the share that a level of doubt has among names in several lists to its share among
    lone names of the same list and suffix and of similar length, at most 1 (rows,).

    `sources` (rows,): the list. `doubt` (rows,): P(dga) of a label without its suffix. `alone`
    (rows,): whether only one list holds the name; the trust in others is 1. Labels that look chosen
    are trusted, and all where too few names are in several lists.
    """
    if not alone.any():
        return np.ones(len(alone))
    band = np.searchsorted(LENGTHS, labels.str.len())
    level = np.searchsorted(DOUBTS, doubt)
    several = _counts(pd.Series(band[~alone]), level[~alone])
    known = several.index[several.sum(axis=1) >= LEAST_NAMES]
    group = _groups(pd.Series(band.astype(str), index=labels.index), suffixes, sources, alone)
    single = _counts(group[alone], level[alone])
    bands = single.index.str.rpartition("/").get_level_values(2).astype(int)
    ratios = np.ones(single.shape)
    compared = bands.isin(known)
    expected = _shares(several).reindex(bands[compared]).to_numpy()
    ratios[compared] = np.minimum(1.0, expected / _shares(single).to_numpy()[compared])
    ratios[:, 0] = 1.0
    rows = single.index.get_indexer(group)
    return np.where(alone, ratios[rows, level], 1.0)


def _groups(
    bands: pd.Series[str],
    suffixes: pd.Series[str],
    sources: pd.Series[str],
    alone: npt.NDArray[np.bool_],
) -> pd.Series[str]:
    """The lone names that each name is counted with (rows,): the smallest group of LEAST_NAMES, of
    its list and suffix, of its suffix, of its list or of all; each ends in the band of lengths."""
    by_suffix, by_source = (kind.str.cat(bands, sep="/") for kind in (suffixes, sources))
    group = bands
    for wider in (by_source, by_suffix, sources.str.cat(by_suffix, sep="/")):
        sizes = wider.map(wider[alone].value_counts()).fillna(0)
        group = group.where(sizes < LEAST_NAMES, wider)
    return group


def _counts(groups: pd.Series, level: npt.NDArray[np.int64]) -> pd.DataFrame:
    """How many names of each group (groups,) have each level of doubt (levels,)."""
    places, names = pd.factorize(groups.to_numpy())
    counts = np.zeros((len(names), len(DOUBTS) + 1), dtype=np.int64)
    np.add.at(counts, (places, level), 1)
    return pd.DataFrame(counts, index=names)


def _shares(counts: pd.DataFrame) -> pd.DataFrame:
    """The shares of the levels in each group, as if each had one name more."""
    return (counts + 1).div((counts + 1).sum(axis=1), axis=0)
