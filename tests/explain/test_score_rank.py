from __future__ import annotations

import pandas as pd
import pytest

from dga.explain.score_rank import Share, Standing
from dga.schema import BENIGN, DGA, PRED_PROB, TRUE_CLASS

PREDICTIONS = pd.DataFrame(
    {TRUE_CLASS: [BENIGN] * 4 + [DGA] * 2, PRED_PROB: [0.1, 0.2, 0.2, 0.9, 0.5, 0.99]}
)


@pytest.mark.parametrize(("score", "low"), [(0.2, 0), (0.95, 1), (0.5, 1)])
def test_equal_scores_count_as_low(score: float, low: int):
    standing = Standing.of(PREDICTIONS)
    assert standing.generated_as_low(score) == Share(low, 2)


def test_a_share_of_no_names_is_none():
    nobody = Standing.of(PREDICTIONS.head(0)).generated_as_low(0.5)
    assert nobody == Share(0, 0)
    assert nobody.value is None
    assert Share(1, 4).value == 0.25
