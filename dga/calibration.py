"""What a network says of names to P(dga): its score, which families it names, how likely people
would have chosen the name, weighed by what a validation part has taught. Knows no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

SHIFT = 1e-7  # keeps the log-odds of a score finite
BLURRED = 1e-5  # of a score nearer to 0 or 1, single precision tells the log-odds roughly
LEAST_SHARE = 1e-4  # a family's share under this tells no more

Floats = npt.NDArray[np.float32]
Evidence = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """A logistic regression on the log-odds of a score and on what else a network gives.

    score = sigmoid(scale * log-odds + families . log shares + likelihood . likelihoods + offset).
    Without weights for the last two this is Platt's scaling (Platt 1999); with weights for the
    families that of Dirichlet (Kull et al. 2019, arXiv 1910.12656), for two classes.
    """

    scale: float = 1.0
    offset: float = 0.0
    families: tuple[float, ...] = ()
    likelihood: tuple[float, ...] = ()

    def apply(
        self, scores: Floats, shares: Floats | None = None, likelihood: Floats | None = None
    ) -> Floats:
        """Rescale scores (rows,); the identity leaves them as they are.

        `shares` (rows, families) and `likelihood` (rows, 2) are read where they have weights.
        """
        if self == Calibration():
            return scores
        # Rough log-odds do no harm where they alone decide: the score stays next to 0 or 1.
        alone = not self.families and not self.likelihood
        odds = self.scale * log_odds(scores, SHIFT if alone else BLURRED) + self.offset
        if self.families and shares is not None:
            odds += _weighed(log_shares(shares), self.families)
        if self.likelihood and likelihood is not None:
            odds += _weighed(likelihood, self.likelihood)
        return (1 / (1 + np.exp(-odds))).astype(np.float32)

    def to_json(self) -> dict[str, Any]:
        """The weights as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Calibration:
        """Read `to_json`'s values; KeyError, TypeError, ValueError where they are none."""
        families, likelihood = (
            tuple(float(weight) for weight in values.get(name, ()))
            for name in ("families", "likelihood")
        )
        return cls(float(values["scale"]), float(values["offset"]), families, likelihood)


def log_odds(scores: Floats, least: float = SHIFT) -> Evidence:
    """The log-odds of scores (rows,), as if none were nearer to 0 or 1 than `least`."""
    clipped = np.clip(scores.astype(np.float64), least, 1 - least)
    return np.log(clipped / (1 - clipped))


def log_shares(shares: Floats) -> Floats:
    """The logarithms of families' shares (rows, families), none of them without end."""
    return np.log(np.maximum(shares, np.float32(LEAST_SHARE)))


def _weighed(evidence: Floats, weights: tuple[float, ...]) -> Floats:
    # Not as a matrix product: its threads would wait for those of the other batches.
    result: Floats = np.einsum("ij,j->i", evidence, np.asarray(weights, dtype=np.float32))
    return result
