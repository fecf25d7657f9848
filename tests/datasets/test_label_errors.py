"""Probable label errors, found in rows where they are known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dga.datasets import label_errors
from dga.schema import BENIGN, DGA

ROWS = pd.DataFrame(
    {
        "name": ["a.com", "b.com", "c.com", "d.com", "e.com", "f.com"],
        "label": [BENIGN, BENIGN, BENIGN, DGA, DGA, DGA],
        "family": ["", "", "", "words", "words", "random"],
        "feed": ["top", "top", "top", "dga", "dga", "dga"],
    }
)
SCORES = np.array([0.999, 0.2, 0.9999, 0.19, 0.01, 0.9], dtype=np.float32)
CONFLICTS = pd.DataFrame({"name": ["g.com"], "family": ["words"], "feed": ["top, dga"]})


def test_suspects_are_listed_by_kind_the_surest_first() -> None:
    rows = ROWS.assign(label=[BENIGN] * 3 + [DGA] * 3)
    scores = SCORES.copy()
    scores[0] = 0.1  # the median benign name scores 0.2
    found = label_errors.suspects(rows, scores, CONFLICTS, threshold=0.99)
    assert tuple(found.columns) == label_errors.COLUMNS
    assert found["name"].tolist() == ["g.com", "c.com", "e.com", "d.com"]
    assert found["why"].tolist() == [
        label_errors.BOTH_SIDES,
        label_errors.LOOKS_GENERATED,
        label_errors.LOOKS_BENIGN,
        label_errors.LOOKS_BENIGN,
    ]


def test_benign_names_rank_by_how_generated_they_look() -> None:
    found = label_errors.suspects(ROWS, SCORES, CONFLICTS.iloc[:0], threshold=0.99)
    loud = found[found["why"] == label_errors.LOOKS_GENERATED]
    assert loud["name"].tolist() == ["c.com", "a.com"]


def test_where_nothing_is_suspect_the_table_is_empty() -> None:
    none = label_errors.suspects(ROWS.iloc[1:2], SCORES[1:2], CONFLICTS.iloc[:0], threshold=0.99)
    assert none.empty
    assert tuple(none.columns) == label_errors.COLUMNS
