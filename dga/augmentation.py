"""A training part widened with names of made-up generators, so that unseen families are found.

They stand in no list, belong to the family `unknown`, and go into the training part alone.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from dga import dataset, domains
from dga.columns import BENIGN, DGA, FAMILY, FEED, LABEL, REGISTERED_NAME, UNKNOWN_FAMILY
from dga.generators.invented import invent

INVENTED = "invented"  # as a feed's name


def widened(part: pd.DataFrame, share: float, seed: int, exclude: Collection[str]) -> pd.DataFrame:
    """Return the part with `share` times as many invented names behind its rows.

    `exclude`: registered names that must not be among them.
    """
    count = round(share * len(part))
    if not count:
        return part
    chosen = part.loc[part[LABEL] == BENIGN, REGISTERED_NAME]
    suffixes = [domains.split_suffix(name)[1] or "" for name in chosen]
    taken = set(exclude)
    names = [name for name in invent(count, suffixes, seed) if name not in taken]
    return pd.concat([part, _rows(names)], ignore_index=True)


def _rows(names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            dataset.NAME: names,
            REGISTERED_NAME: names,
            LABEL: DGA,
            FAMILY: UNKNOWN_FAMILY,
            FEED: INVENTED,
            dataset.SPLIT: dataset.TRAIN,
        }
    )
