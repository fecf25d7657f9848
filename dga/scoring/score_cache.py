"""A bounded cache of the network's outputs for names. Knows no network.

A thread claims a name when it first requests it and fills in the outputs later, so that other
threads can see that it is being scored.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Keys = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class NetworkOutputs:
    """The outputs of a network for names: arrays (names,).

    `score`: NaN while there is none. `family`: the scorer's number of the family. `share`: the
    family's share, NaN if the model knows no families.
    """

    score: npt.NDArray[np.float32]
    family: npt.NDArray[np.int16]
    share: npt.NDArray[np.float32]

    @classmethod
    def none(cls, names: int) -> NetworkOutputs:
        """Empty outputs, to be filled in."""
        missing = np.full(names, np.nan, dtype=np.float32)
        return cls(missing, np.zeros(names, dtype=np.int16), missing.copy())

    @property
    def missing(self) -> npt.NDArray[np.bool_]:
        """Which names have no outputs yet (names,)."""
        return np.isnan(self.score)

    def of(self, rows: npt.NDArray[np.generic]) -> NetworkOutputs:
        """The outputs of the rows of an index or mask."""
        return NetworkOutputs(self.score[rows], self.family[rows], self.share[rows])

    def put(self, rows: npt.NDArray[np.generic], others: NetworkOutputs) -> None:
        """Set the outputs of the rows of an index or mask."""
        self.score[rows], self.family[rows] = others.score, others.family
        self.share[rows] = others.share


class ScoreCache:
    """NetworkOutputs of about the last `limit` names, in arrays. Thread-safe.

    A name is identified by 64 bits of SipHash under a secret drawn for each cache: among a million
    names, the probability of a wrong match is 5e-14. Each key has one slot; a later name whose key
    falls into the same slot replaces it.
    """

    def __init__(self, limit: int) -> None:
        places = 2 ** (max(1, limit) - 1).bit_length()
        self._secret = secrets.token_hex(8)
        self._last = np.uint64(places - 1)
        self._keys = np.zeros(places, dtype=np.uint64)
        # Zeros, not NaN: the system allocates their pages only when a name is stored there.
        self._answers = NetworkOutputs(
            np.zeros(places, np.float32), np.zeros(places, np.int16), np.zeros(places, np.float32)
        )
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return int(np.count_nonzero(self._keys))

    def keys(self, names: pa.LargeStringArray) -> Keys:
        """The keys of names (names,)."""
        import pandas as pd  # here, since a look-up caches nothing and starts faster without it

        texts = names.to_numpy(zero_copy_only=False)
        keys: Keys = np.asarray(pd.util.hash_array(texts, hash_key=self._secret, categorize=False))
        keys[keys == 0] = 1  # 0 marks an empty slot
        return keys

    def claim(self, keys: Keys) -> tuple[NetworkOutputs, npt.NDArray[np.bool_]]:
        """The outputs known for distinct names, and which names the caller now has to score."""
        at = keys & self._last
        with self._lock:
            found, held = self._read(keys, at)
            new = ~held
            self._keys[at[new]] = keys[new]
            self._answers.score[at[new]] = np.nan
        return found, new

    def read(self, keys: Keys) -> NetworkOutputs:
        """The outputs known so far; NaN for names no longer cached."""
        with self._lock:
            return self._read(keys, keys & self._last)[0]

    def answer(self, keys: Keys, answers: NetworkOutputs) -> None:
        """Store the outputs of names that are still claimed."""
        at = keys & self._last
        with self._lock:
            kept = self._keys[at] == keys
            self._answers.put(at[kept], answers.of(kept))

    def _read(self, keys: Keys, at: Keys) -> tuple[NetworkOutputs, npt.NDArray[np.bool_]]:
        """The outputs of keys at their slots, and which of the keys are there; only the slots of
        these are read, as most names of a file are new."""
        held = self._keys[at] == keys
        found = NetworkOutputs.none(len(keys))
        found.put(held, self._answers.of(at[held]))
        return found, held
