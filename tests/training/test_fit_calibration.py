"""What is learnt of a validation part, on the made-up network of the factory."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dga.config import Calibrated
from dga.datasets import dataset
from dga.datasets.prepare import CalibrationData
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, LABEL
from dga.scoring.bundle import ModelBundle
from dga.scoring.calibration import Calibration
from dga.scoring.second_look import COUNTS
from dga.training import fit_calibration, fit_second_look
from tests.runs_factory import made_up_names


@pytest.fixture
def validation() -> pd.DataFrame:
    names = made_up_names(("alpha", "beta", "strange"))
    label = np.where(names[FAMILY] == "", BENIGN, DGA)
    return names.rename(columns={DOMAIN: dataset.NAME}).assign(**{LABEL: label})


def of(listed: pd.DataFrame) -> CalibrationData:
    return CalibrationData(listed=listed, weights=np.ones(len(listed), np.float32))


def learnt(
    raw: ModelBundle, is_dga: np.ndarray, evidence: np.ndarray, unseen: np.ndarray | None = None
) -> Calibration:
    none = np.empty((0, evidence.shape[1]))
    weights = np.ones(len(is_dga))
    sample = fit_calibration.Sample.of(evidence, is_dga, weights)
    return fit_calibration.fitted(sample, none if unseen is None else unseen, raw)


def test_scaling_never_turns_the_order_round(tiny_bundle: ModelBundle) -> None:
    odds = np.linspace(-5, 5, 200)[:, None]
    upside_down = odds[:, 0] < 0
    assert learnt(tiny_bundle, upside_down, odds) == Calibration()
    assert learnt(tiny_bundle, ~upside_down, odds).scale > 1
    assert learnt(tiny_bundle, np.zeros(200, dtype=bool), odds) == Calibration()


def evidence_where_a_family_decides(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Half of the names of `alpha` are benign whatever their score; so says `beta`'s share."""
    dice = np.random.default_rng(0)
    is_dga = dice.random(rows) < 0.5
    odds = np.where(is_dga, 1.0, -1.0) + dice.normal(0, 2, rows)
    beta = np.where(is_dga, -0.1, -3.0) + dice.normal(0, 1, rows)
    alpha, *likelihood = dice.normal(0, 1, (3, rows))
    return np.column_stack([odds, alpha, beta, *likelihood]), is_dga


def test_what_tells_more_than_the_score_gets_a_weight(tiny_bundle: ModelBundle) -> None:
    evidence, is_dga = evidence_where_a_family_decides(4000)
    found = learnt(tiny_bundle, is_dga, evidence)
    alpha, beta = found.families
    assert beta > 0.5 > 5 * abs(alpha)
    assert len(found.likelihood) == 2
    alone = learnt(tiny_bundle, is_dga, evidence[:, :1])
    assert alone.families == ()


def test_few_rows_teach_the_scale_alone(tiny_bundle: ModelBundle) -> None:
    evidence, is_dga = evidence_where_a_family_decides(100)
    found = learnt(tiny_bundle, is_dga, evidence, evidence[is_dga])
    assert (found.families, found.likelihood) == ((), ())
    assert found.scale > 0


def test_unseen_families_keep_a_share_of_the_score(tiny_bundle: ModelBundle) -> None:
    evidence, is_dga = evidence_where_a_family_decides(4000)
    strange = np.array([[2.0, 0.0, -6.0, 0.0, 0.0]]).repeat(300, axis=0)
    without = learnt(tiny_bundle, is_dga, evidence)
    beside = learnt(tiny_bundle, is_dga, evidence, strange)
    assert beside.families[1] < without.families[1]


def test_unseen_names_weigh_their_share_of_the_generated_ones() -> None:
    is_dga, weights = np.array([True, True, False]), np.array([3.0, 1.0, 2.0])
    sample = fit_calibration.Sample.of(np.zeros((3, 1)), is_dga, weights)
    for count, share in ((5, 0.4), (5, 0.08), (0, 0.4)):
        classes, each = fit_calibration.with_unseen(sample, count, share)
        assert classes.tolist() == [True, True, False] + [True] * count
        assert each[classes].sum() == pytest.approx(4.0)  # as much as without them
        assert each[3:].sum() == pytest.approx(share * 4.0 if count else 0.0)
        assert each[2] == 2.0


def test_thresholds_and_groups_come_of_the_validation_part(
    tiny_bundle: ModelBundle, validation: pd.DataFrame
) -> None:
    learnt = fit_calibration.calibrate(tiny_bundle, of(validation), how="weighed")
    assert [t.fpr_target for t in learnt.thresholds] == list(fit_calibration.FPRS)
    assert learnt.stored() == {}  # a hundred benign names speak for no such rate
    assert learnt.groups.merged == (("alpha", "beta"),)  # the network knows no difference
    told = json.loads(json.dumps(learnt.told()))
    assert told["groups"]["merges"][0]["confusion"] >= told["groups"]["limit"]


def test_scores_stay_the_networks_own_where_that_is_wanted(
    tiny_bundle: ModelBundle, validation: pd.DataFrame
) -> None:
    def learnt(how: Calibrated) -> Calibration:
        return fit_calibration.calibrate(tiny_bundle, of(validation), how).calibration

    assert learnt("no") == Calibration()
    assert learnt("scaled") != Calibration()
    assert learnt("scaled").families == ()


def test_without_a_validation_part_nothing_is_learnt(
    tiny_bundle: ModelBundle, validation: pd.DataFrame
) -> None:
    assert (
        fit_calibration.calibrate(tiny_bundle, of(validation.iloc[:0]), "weighed")
        == fit_calibration.Calibrated()
    )


@pytest.mark.parametrize(
    ("continued", "least"),
    [(False, fit_second_look.LEAST_ROWS), (True, fit_second_look.LEAST_CONTINUED)],
)
def test_a_run_that_continues_keeps_its_second_look_with_fewer_names_in_doubt(
    tiny_bundle: ModelBundle,
    validation: pd.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
    continued: bool,
    least: int,
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(fit_calibration, "fit_trees", lambda *given: asked.append(given[-1]))
    data = replace(of(validation), continued=continued)
    fit_calibration.calibrate(tiny_bundle, data, "weighed", np.zeros(COUNTS, np.uint8))
    assert asked == [least]
