"""Calibration: P(dga) from the network's log-odds, its family shares and the likelihood under a
language model of benign names, by weights fitted on the validation part. Knows no network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

SHIFT = 1e-7  # keeps the log-odds of a score finite
LEAST_SHARE = 1e-4  # smaller family shares are treated as equal

Float32s = npt.NDArray[np.float32]
Evidence = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Given:
    """A network's outputs: P(dga) (names,), its log-odds (names,), family shares (names, families),
    and the log-likelihood as a benign name with the name's length (names, 2), or (names, 0)."""

    score: Float32s
    odds: Evidence
    shares: Float32s
    likelihood: Float32s

    @classmethod
    def of(cls, outputs: Mapping[str, Float32s], task: str) -> Given:
        """Read a network's outputs by name. KeyError or IndexError if the task does not match.

        The log-odds are the network's own output where there is one: near 0 and 1, a score in
        single precision has lost most of their digits.
        """
        none = np.zeros((len(next(iter(outputs.values()))), 0), dtype=np.float32)
        classes = outputs.get("families", none)
        likelihood = outputs.get("likelihood", none)
        if task == "family":
            score, families = 1 - classes[:, 0], classes[:, 1:]  # of all but benign
            shares = families / np.maximum(families.sum(axis=1, keepdims=True), SHIFT)
            return cls(score, log_odds(score), shares, likelihood)
        score = outputs["score"][:, 0]
        if "log_odds" not in outputs:
            return cls(score, log_odds(score), classes, likelihood)
        most = np.log(1 / SHIFT)
        odds = np.clip(outputs["log_odds"][:, 0].astype(np.float64), -most, most)
        return cls(score, odds, classes, likelihood)

    @classmethod
    def joined(cls, parts: Sequence[Given]) -> Given:
        """The outputs for the names of all parts, of which there is at least one, in their order.

        >>> none = np.zeros((1, 0), np.float32)
        >>> parts = [Given(np.array([p], np.float32), np.array([0.0]), none, none) for p in (0, 1)]
        >>> Given.joined(parts).score.tolist()
        [0.0, 1.0]
        """
        return cls(
            np.concatenate([part.score for part in parts]),
            np.concatenate([part.odds for part in parts]),
            np.concatenate([part.shares for part in parts]),
            np.concatenate([part.likelihood for part in parts]),
        )

    def of_rows(self, rows: npt.NDArray[np.int64]) -> Given:
        """What is given of some of the names."""
        return Given(self.score[rows], self.odds[rows], self.shares[rows], self.likelihood[rows])

    def evidence(self) -> Evidence:
        """The calibration's inputs (names, columns): log-odds, log shares, likelihoods."""
        return np.column_stack([self.odds, log_shares(self.shares), self.likelihood])


@dataclass(frozen=True)
class Calibration:
    """A logistic regression on a network's log-odds and its other outputs.

    score = sigmoid(scale * log-odds + families . log shares + likelihood . likelihoods + offset).
    Without family and likelihood weights this is Platt scaling (Platt 1999); with family weights it
    is Dirichlet calibration (Kull et al. 2019, arXiv 1910.12656) for two classes.
    """

    scale: float = 1.0
    offset: float = 0.0
    families: tuple[float, ...] = ()
    likelihood: tuple[float, ...] = ()

    def apply(self, given: Given) -> Float32s:
        """P(dga) of names (names,); the identity leaves the network's own scores as they are."""
        return given.score if self == Calibration() else sigmoid(self.log_odds(given))

    def log_odds(self, given: Given) -> Evidence:
        """The calibrated log-odds of names (names,)."""
        odds = self.scale * given.odds + self.offset
        if self.families:
            odds += _weighed(log_shares(given.shares), self.families)
        if self.likelihood:
            odds += _weighed(given.likelihood, self.likelihood)
        return odds

    def to_json(self) -> dict[str, Any]:
        """The weights as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Calibration:
        """Read `to_json`'s values; KeyError, TypeError or ValueError if they are invalid."""
        families, likelihood = (
            tuple(float(weight) for weight in values.get(name, ()))
            for name in ("families", "likelihood")
        )
        return cls(float(values["scale"]), float(values["offset"]), families, likelihood)


def sigmoid(odds: Evidence) -> Float32s:
    """The scores of log-odds (rows,)."""
    return (1 / (1 + np.exp(-odds))).astype(np.float32)


def log_odds(scores: npt.ArrayLike) -> Evidence:
    """The log-odds of scores (rows,), finite at 0 and 1 too."""
    clipped = np.clip(np.asarray(scores, dtype=np.float64), SHIFT, 1 - SHIFT)
    return np.asarray(np.log(clipped / (1 - clipped)))


def log_shares(shares: Float32s) -> Float32s:
    """The logarithms of family shares (rows, families), all finite."""
    found: Float32s = np.maximum(shares, np.float32(LEAST_SHARE))
    return np.log(found, out=found)


def _weighed(evidence: Float32s, weights: tuple[float, ...]) -> Float32s:
    # Not a matrix product: its threads would wait for those of the other batches.
    result: Float32s = np.einsum("ij,j->i", evidence, np.asarray(weights, dtype=np.float32))
    return result
