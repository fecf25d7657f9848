"""Hashes of the names that a run has learnt from, stored with the run.

They keep later comparisons, and runs that continue from this one, from being measured on names the
network knows. They cover the registered names of the training and validation parts and those of
its base run. With four bytes per name, one name in some thousands is falsely taken for known; no
known name is missed.
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
    """Write the hashes of the registered names that a run learns from into its folder.

    `base`: the run that it continues from. If that one has no record, none is written, since it
    would be incomplete.
    """
    learnt = keys(names)
    if base is not None:
        known = load(base)
        if known is None:
            return
        learnt = np.concatenate([learnt, known])
    np.save(folder / LEARNT_FILE, np.unique(learnt), allow_pickle=False)


def load(run: Run) -> Keys32 | None:
    """The sorted hashes of what a run has learnt from; None without a valid record."""
    with suppress(OSError, ValueError, EOFError):
        found = np.load(run.path / LEARNT_FILE, mmap_mode="r", allow_pickle=False)
        if found.dtype == np.uint32 and found.ndim == 1:
            return np.asarray(found)
    return None


def seen(run: Run, names: Iterable[str]) -> npt.NDArray[np.bool_] | None:
    """Which registered names a run has learnt from (names,); None without a record."""
    known = load(run)
    if known is None or not len(known):
        return None if known is None else np.zeros(len(list(names)), dtype=bool)
    if np.any(known[1:] < known[:-1]):  # not as `save` writes it
        known = np.sort(known)
    wanted = keys(names)
    places = np.searchsorted(known, wanted)  # np.isin would hash millions of keys at each call
    return np.asarray(known[np.minimum(places, len(known) - 1)] == wanted)
