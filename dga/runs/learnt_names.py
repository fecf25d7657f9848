"""Hashes of the names that a run has learnt from, stored with the run.

They keep later comparisons, and runs that continue from this one, from being measured on names the
network knows. They cover the registered names of the training part, added ones included, of the
validation part, and those of its base run. Validation names are recorded separately too, so that a
continued run can validate on them again. With four bytes per name, one name in some thousands is
falsely taken for known; no known name is missed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dga.datasets.dataset import TRAIN, VALIDATION, Former, Parts
from dga.runs.store import Run
from dga.storage import arrays

LEARNT_FILE = "learnt_names.npy"
VALIDATED_FILE = "validation_names.npy"

Keys32 = npt.NDArray[np.uint32]


def keys(names: Iterable[str]) -> Keys32:
    """A hash for each name (names,).

    >>> keys(["a.com", "a.com", "b.com"]).tolist().count(int(keys(["a.com"])[0]))
    2
    """
    digests = (hashlib.blake2b(name.encode(), digest_size=4).digest() for name in names)
    return np.frombuffer(b"".join(digests), dtype="<u4").astype(np.uint32)


def save(
    folder: Path,
    names: Iterable[str],
    base: Run | None = None,
    validated: Collection[str] | None = None,
) -> None:
    """Write the hashes of the registered names that a run learns from into its folder.

    `base`: the run that it continues from. If that one has no record, none is written, since it
    would be incomplete. `validated`: those of the names that it only validates on, if they are
    known.
    """
    learnt = keys(names)
    if base is not None:
        known = load(base)
        if known is None:
            return
        learnt = np.concatenate([learnt, known])
    np.save(folder / LEARNT_FILE, np.unique(learnt), allow_pickle=False)
    if validated is not None:
        former = None if base is None else load(base, VALIDATED_FILE)
        kept = keys(validated) if former is None else np.concatenate([keys(validated), former])
        np.save(folder / VALIDATED_FILE, np.unique(kept), allow_pickle=False)


def load(run: Run, file: str = LEARNT_FILE) -> Keys32 | None:
    """The sorted hashes of what a run has learnt from; None without a valid record.

    `file`: VALIDATED_FILE for those of its validation names alone.
    """
    found = arrays.mapped(run.path / file)
    if found is None or found.dtype != np.uint32 or found.ndim != 1:
        return None
    return np.asarray(found)


def former(run: Run) -> Former | None:
    """What a run has learnt from, for a training that continues from it; None without a record."""
    learnt, validated = load(run), load(run, VALIDATED_FILE)
    if learnt is None:
        return None

    def parts(names: Sequence[str]) -> Parts:
        wanted = keys(names)
        found = np.where(_among(learnt, wanted), TRAIN, "").astype(object)
        if validated is not None:
            found[_among(validated, wanted)] = VALIDATION
        return found

    return Former(parts, apart=validated is not None)


def seen(run: Run, names: Iterable[str]) -> npt.NDArray[np.bool_] | None:
    """Which registered names a run has learnt from (names,); None without a record."""
    known = load(run)
    return None if known is None else _among(known, keys(names))


def _among(known: Keys32, wanted: Keys32) -> npt.NDArray[np.bool_]:
    """Which of these hashes a record holds (wanted,)."""
    if not len(known):
        return np.zeros(len(wanted), dtype=bool)
    if np.any(known[1:] < known[:-1]):  # not as `save` writes it
        known = np.sort(known)
    places = np.searchsorted(known, wanted)  # np.isin would hash millions of keys at each call
    return np.asarray(known[np.minimum(places, len(known) - 1)] == wanted)
