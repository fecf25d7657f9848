"""Figures of families, groups and feeds, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dga.datasets import dataset
from dga.evaluation import evaluate
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, FEED, LABEL, PRED_PROB
from dga.scoring.bundle import ModelBundle
from dga.scoring.family_groups import Groups
from tests.runs_factory import made_up_names

SHARES = np.array([[0.9, 0.1], [0.45, 0.55], [0.2, 0.8], [0.5, 0.5]], dtype=np.float32)
TRUTH = pd.Series(["alpha", "alpha", "beta", "strange"])


def test_families_are_measured_one_by_one_and_by_group(tiny_bundle: ModelBundle) -> None:
    alone = evaluate.family_figures(TRUTH, SHARES, tiny_bundle, {"beta"})
    assert alone["family_accuracy"] == pytest.approx(2 / 3)
    assert alone["family_macro_f1_large"] == pytest.approx(2 / 3)
    assert (alone["groups"], alone["grouped_accuracy"]) == (2, alone["family_accuracy"])
    grouped = replace(tiny_bundle, groups=Groups((("alpha", "beta"),)))
    together = evaluate.family_figures(TRUTH, SHARES, grouped, {"beta"})
    assert (together["groups"], together["grouped_macro_f1_large"]) == (1, 1)


def test_what_stays_unnamed_is_counted_for_known_and_strange_families(
    tiny_bundle: ModelBundle,
) -> None:
    strict = replace(tiny_bundle, groups=Groups(floor=0.6))
    found = evaluate.family_figures(TRUTH, SHARES, strict, set())
    assert (found["known_unnamed"], found["strange_unnamed"]) == (pytest.approx(1 / 3), 1)
    assert evaluate.family_figures(TRUTH[3:], SHARES[3:], strict, set()) == {}


def test_false_alarms_are_counted_by_feed(tiny_bundle: ModelBundle) -> None:
    names = made_up_names(("alpha",)).rename(columns={DOMAIN: dataset.NAME})
    rows = names.assign(
        **{
            LABEL: np.where(names[FAMILY] == "", BENIGN, DGA),
            FEED: ["left.csv", "right.csv"] * (len(names) // 2),
        }
    )
    predictions, _ = evaluate.predictions_of(rows, tiny_bundle)
    table = pd.DataFrame(evaluate.by_benign_feed(predictions, rows, tiny_bundle))
    assert len(table) == 2 * len(tiny_bundle.thresholds)
    for found in table.itertuples():
        benign = predictions[(rows[LABEL] == BENIGN) & (rows[FEED] == found.feed)]
        assert found.false_positives == (benign[PRED_PROB] >= found.threshold).sum()
        assert found.fpr_low <= found.fpr <= found.fpr_high


def test_large_families_have_a_thousand_names() -> None:
    frame = pd.DataFrame({LABEL: [DGA] * 1999, FAMILY: ["alpha"] * 1000 + ["beta"] * 999})
    assert evaluate.large_families(frame) == {"alpha"}
