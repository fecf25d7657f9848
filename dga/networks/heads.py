"""Output layers of a network by task, and the score read from them. Builds and trains nothing.

Runs in a child process: it imports Keras.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dga.networks.architectures import Output
from dga.scoring.calibration import Float32s

SCORE_OUTPUT = "score"
FAMILY_OUTPUT = "families"


def outputs_for(task: str, classes: Sequence[str]) -> list[Output]:
    """The outputs of a task: P(dga), the distribution over `classes`, or both."""
    score = Output(SCORE_OUTPUT, 1, "sigmoid")
    families = Output(FAMILY_OUTPUT, len(classes), "softmax")
    return {"binary": [score], "family": [families], "both": [score, families]}[task]


def score_of(given: Mapping[str, Float32s], task: str) -> Float32s:
    """P(dga) (rows,) from the outputs; for the family task it is 1 - P(benign)."""
    if task == "family":
        return 1.0 - given[FAMILY_OUTPUT][:, 0]
    return given[SCORE_OUTPUT][:, 0]
