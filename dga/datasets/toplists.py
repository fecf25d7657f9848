"""Ranks in the top lists that a user has downloaded: Tranco, Umbrella, Majestic.

Names are stored as 64-bit hashes: 12 MB for a million names instead of 100. Downloads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from dga import tables
from dga.datasets.download import LISTS
from dga.datasets.feed_formats import recognise
from dga.errors import FeedError

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Ranks:
    """A top list's names, hashed and sorted, with the rank of each."""

    source: str
    hashes: Hashes
    ranks: npt.NDArray[np.int32]

    def rank(self, name: str) -> int | None:
        """The rank of a domain, starting at 1; None if the list does not contain it."""
        wanted = _hashed(np.array([name], dtype=object))[0]
        at = int(np.searchsorted(self.hashes, wanted))
        if at == len(self.hashes) or self.hashes[at] != wanted:
            return None
        return int(self.ranks[at])

    def __len__(self) -> int:
        return len(self.hashes)


def fetched(folder: Path) -> list[Path]:
    """The top lists in a data folder, by their download's file names, in the order of LISTS."""
    found = sorted(folder.glob("*")) if folder.is_dir() else []
    return [path for name in LISTS for path in found if path.name.startswith(f"{name}.csv")]


def read(path: Path) -> Ranks:
    """Read a top list; a name's rank is its first row. FeedError for any other file."""
    hashes = []
    with tables.open_table(path) as (info, chunks):
        column = ""
        for chunk in chunks:
            if not column:
                known, layout = recognise(info, chunk)
                if known != "top-list":
                    raise FeedError(
                        f"{path.name}: not a top list of ranks and domains; fetch it again"
                    )
                column = layout.domain
            hashes.append(_hashed(chunk[column].str.strip().str.lower().to_numpy(object)))
    joined = np.concatenate(hashes) if hashes else np.array([], dtype=np.uint64)
    distinct, first = np.unique(joined, return_index=True)
    return Ranks(path.name.partition(".")[0], distinct, (first + 1).astype(np.int32))


def _hashed(names: npt.NDArray[np.object_]) -> Hashes:
    return np.asarray(pd.util.hash_array(names, categorize=False), dtype=np.uint64)
