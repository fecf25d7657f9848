"""Names to members of sets: scores, ranks, weights and traits. Parses and counts nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dga.hosts import label_traits
from dga.hosts.parameters import HostTests
from dga.hosts.reference import Reference
from dga.hosts.set_features import Members
from dga.scoring.bundle import ModelBundle, Scores

Float32s = label_traits.Float32s

OWN = 5  # columns of `name_features` before the label's traits
MOST_WEIGHT = 7.0  # of one name, either way


class NameEvidence:
    """Judges registered names by one bundle, against the reference samples scored by it."""

    def __init__(
        self, bundle: ModelBundle, tests: HostTests, reference: Reference | None = None
    ) -> None:
        self.bundle, self.tests = bundle, tests
        self.reference = reference or _reference(bundle, tests)

    def judged_by(self, tests: HostTests) -> NameEvidence:
        """The same with other trees."""
        return NameEvidence(self.bundle, tests, self.reference)

    def name_features(self, names: Sequence[str], scores: Scores) -> Float32s:
        """What the weight of each name is read from (names, NAME_FEATURES)."""
        parts = [name.partition(".") for name in names]
        suffixes = [part[2] for part in parts]
        columns = np.stack(
            [
                self.reference.rarity(scores.score),
                self.reference.likeness(scores.score),
                self.reference.weight(scores.score),
                self.tests.suffixes.rarity(suffixes),
                scores.families.max(axis=1, initial=0),
            ],
            axis=1,
        )
        traits = label_traits.traits([part[0] for part in parts], self.tests.language)
        return np.concatenate([columns, traits], axis=1)

    def members(self, names: Sequence[str], partners: Float32s) -> Members:
        """The members that distinct registered names are (names,); `partners` as
        `recurring_words.partners` counts them."""
        scores = self.bundle.score(names)
        features = self.name_features(names, scores)
        parts = [name.partition(".") for name in names]
        labels, suffixes = [part[0] for part in parts], [part[2] for part in parts]
        return Members(
            labels=np.array(labels, dtype=str),
            suffixes=np.array(suffixes, dtype=str),
            score=scores.score,
            rarity=features[:, 0],
            likeness=features[:, 1],
            weight=self.weights(features),
            suffix_rarity=features[:, 3],
            traits=features[:, OWN:],
            partners=partners,
            families=scores.families,
        )

    def weights(self, features: Float32s) -> Float32s:
        """The log-likelihood ratio of each row of `name_features`: generated against ordinary."""
        weight = self.tests.name_trees.log_odds(features)
        return np.clip(weight, -MOST_WEIGHT, MOST_WEIGHT).astype(np.float32)


def _reference(bundle: ModelBundle, tests: HostTests) -> Reference:
    ordinary = bundle.score(tests.ordinary).score
    return Reference.of(ordinary, bundle.score(tests.generated).score)
