"""Cache of the network's outputs for names, in bounded memory. Knows no network.

A name is claimed when it is first requested and answered later, so that another thread which
requests it in between can see that it is being scored.
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

    `score`: not a number where there is none (yet). `family`: a number that the scorer knows.
    `share`: of the family, not a number where the model knows none.
    """

    score: npt.NDArray[np.float32]
    family: npt.NDArray[np.int16]
    share: npt.NDArray[np.float32]

    @classmethod
    def none(cls, names: int) -> NetworkOutputs:
        """Room for answers that are not there yet."""
        missing = np.full(names, np.nan, dtype=np.float32)
        return cls(missing, np.zeros(names, dtype=np.int16), missing.copy())

    @property
    def missing(self) -> npt.NDArray[np.bool_]:
        """Which answers are not there (names,)."""
        return np.isnan(self.score)

    def of(self, rows: npt.NDArray[np.generic]) -> NetworkOutputs:
        """The answers of some rows, or of those under a mask."""
        return NetworkOutputs(self.score[rows], self.family[rows], self.share[rows])

    def put(self, rows: npt.NDArray[np.generic], others: NetworkOutputs) -> None:
        """Set the answers of some rows, or of those under a mask."""
        self.score[rows], self.family[rows] = others.score, others.family
        self.share[rows] = others.share


class ScoreCache:
    """NetworkOutputs of about the last `limit` names, in arrays. Safe to use from several threads.

    A name is known by its key, 64 bits of SipHash under a secret that each memory draws: among a
    million names, a wrong one is found with a chance of 5e-14. A key has one place; a later name
    whose key falls there takes it.
    """

    def __init__(self, limit: int) -> None:
        places = 2 ** (max(1, limit) - 1).bit_length()
        self._secret = secrets.token_hex(8)
        self._last = np.uint64(places - 1)
        self._keys = np.zeros(places, dtype=np.uint64)
        # Zeros, not NaN: the system gives their memory page by page, once a name falls there.
        self._answers = NetworkOutputs(
            np.zeros(places, np.float32), np.zeros(places, np.int16), np.zeros(places, np.float32)
        )
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return int(np.count_nonzero(self._keys))

    def keys(self, names: pa.LargeStringArray) -> Keys:
        """The keys of names (names,)."""
        import pandas as pd  # here, for a look-up keeps no scores and starts sooner without

        texts = names.to_numpy(zero_copy_only=False)
        keys: Keys = np.asarray(pd.util.hash_array(texts, hash_key=self._secret, categorize=False))
        keys[keys == 0] = 1  # 0 marks a place where no name is
        return keys

    def claim(self, keys: Keys) -> tuple[NetworkOutputs, npt.NDArray[np.bool_]]:
        """The answers so far to distinct names, and which of these are new: the caller's to
        answer."""
        at = keys & self._last
        with self._lock:
            found = self._read(keys, at)
            new = self._keys[at] != keys
            self._keys[at[new]] = keys[new]
            self._answers.score[at[new]] = np.nan
        return found, new

    def read(self, keys: Keys) -> NetworkOutputs:
        """The answers so far; none of a name that is forgotten."""
        with self._lock:
            return self._read(keys, keys & self._last)

    def answer(self, keys: Keys, answers: NetworkOutputs) -> None:
        """Keep the answers of names that are not forgotten meanwhile."""
        at = keys & self._last
        with self._lock:
            kept = self._keys[at] == keys
            self._answers.put(at[kept], answers.of(kept))

    def _read(self, keys: Keys, at: Keys) -> NetworkOutputs:
        found = self._answers.of(at)
        found.score[self._keys[at] != keys] = np.nan
        return found
