"""Names whose label is probably wrong: labelled both ways, or scored against their label.

Frames in, a frame out. A person should review them: names of word-based families look benign and
junk in a top list looks generated, so a suspect is a question, not a correction.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from dga.datasets import dataset
from dga.schema import BENIGN, DGA, FAMILY, FEED, LABEL, SCORE

WHY = "why"
BOTH_SIDES = "listed as benign and as DGA"
LOOKS_GENERATED = "listed as benign, scores as generated"
LOOKS_BENIGN = "listed as DGA, scores as an ordinary benign name"
ORDINARY = 0.5  # quantile of the benign scores under which a DGA name is suspect
COLUMNS = (dataset.NAME, LABEL, FAMILY, FEED, SCORE, WHY)


def suspects(
    rows: pd.DataFrame,
    scores: npt.NDArray[np.float32],
    conflicts: pd.DataFrame,
    threshold: float,
) -> pd.DataFrame:
    """The suspects, the most confident of each kind first: columns name, label, family, feed,
    score, why.

    `rows` (columns name, label, family, feed) are names that the network was not trained on, with
    their scores (rows,); `conflicts` is `Dataset.conflicts`, whose rows have no score. `threshold`:
    the score from which a benign name is suspect, such as that for 0.1 % false positives.
    """
    scored = rows.assign(**{SCORE: scores})
    benign = scored[scored[LABEL] == BENIGN]
    ordinary = benign[SCORE].quantile(ORDINARY)
    dga = scored[(scored[LABEL] == DGA) & (scored[SCORE] <= ordinary)]
    loud = benign[benign[SCORE] >= threshold]
    parts = [
        conflicts.assign(**{LABEL: f"{BENIGN}, {DGA}", SCORE: np.nan, WHY: BOTH_SIDES}),
        loud.sort_values(SCORE, ascending=False, kind="stable").assign(**{WHY: LOOKS_GENERATED}),
        dga.sort_values(SCORE, kind="stable").assign(**{WHY: LOOKS_BENIGN}),
    ]
    return pd.concat(
        [part[list(COLUMNS)] for part in parts if len(part)] or [_empty()]
    ).reset_index(drop=True)


def _empty() -> pd.DataFrame:
    return pd.DataFrame(columns=list(COLUMNS))
