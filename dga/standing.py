"""Where a score stands among the scores of known names of both classes. Reads no file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dga.curves import is_dga, scores_of


@dataclass(frozen=True)
class Share:
    """So many of so many names."""

    names: int
    of: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1; None of no names."""
        return self.names / self.of if self.of else None


@dataclass(frozen=True)
class Standing:
    """The scores of known names, each class sorted upwards."""

    benign: npt.NDArray[np.float64]
    dga: npt.NDArray[np.float64]

    @classmethod
    def of(cls, predictions: pd.DataFrame) -> Standing:
        """Take the scores of a predictions frame."""
        scores, truth = scores_of(predictions), is_dga(predictions)
        return cls(benign=np.sort(scores[~truth]), dga=np.sort(scores[truth]))

    def benign_as_high(self, score: float) -> Share:
        """The benign names that score at least as high."""
        below = int(np.searchsorted(self.benign, score, side="left"))
        return Share(len(self.benign) - below, len(self.benign))

    def generated_as_low(self, score: float) -> Share:
        """The generated names that score at most as high."""
        return Share(int(np.searchsorted(self.dga, score, side="right")), len(self.dga))
