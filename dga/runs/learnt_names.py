"""Which names a run has learnt from, kept as hashes beside its files.

So that a later comparison, or a run that continues from this one, is not measured on names that the
network knows. Holds the registered names of the training and validation parts, and those of the run
that it was continued from. Four bytes a name: one name in some thousands passes for known although
it is not, and no known one is missed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dga.runs.store import Run

LEARNT_FILE = "learnt_names.npy"

Keys32 = npt.NDArray[np.uint32]


def keys(names: Iterable[str]) -> Keys32:
    """A hash for each name (names,).

    >>> keys(["a.com", "a.com", "b.com"]).tolist().count(int(keys(["a.com"])[0]))
    2
    """
    digests = (hashlib.blake2b(name.encode(), digest_size=4).digest() for name in names)
    return np.frombuffer(b"".join(digests), dtype="<u4").astype(np.uint32)


def save(folder: Path, names: Iterable[str], base: Run | None = None) -> None:
    """Write the registered names that a run learns from into its folder.

    `base`: the run that it is continued from. Where that one keeps no record, this one must not
    claim to know either, and nothing is written.
    """
    learnt = keys(names)
    if base is not None:
        known = load(base)
        if known is None:
            return
        learnt = np.concatenate([learnt, known])
    np.save(folder / LEARNT_FILE, np.unique(learnt), allow_pickle=False)


def load(run: Run) -> Keys32 | None:
    """The sorted hashes of what a run has learnt from; None where it keeps no (sound) record."""
    with suppress(OSError, ValueError, EOFError):
        found = np.load(run.path / LEARNT_FILE, mmap_mode="r", allow_pickle=False)
        if found.dtype == np.uint32 and found.ndim == 1:
            return np.asarray(found)
    return None


def seen(run: Run, names: Iterable[str]) -> npt.NDArray[np.bool_] | None:
    """Which registered names a run has learnt from (names,); None where it keeps no record."""
    known = load(run)
    return None if known is None else np.isin(keys(names), known)
