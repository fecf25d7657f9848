"""What is learnt of a validation part, on the made-up network of the factory."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dga import calibrating, dataset
from dga.bundle import Calibration, ModelBundle
from dga.columns import BENIGN, DGA, DOMAIN, FAMILY, LABEL
from dga.groups import Groups
from tests.runs_factory import made_up_names


@pytest.fixture
def validation() -> pd.DataFrame:
    names = made_up_names(("alpha", "beta", "strange"))
    label = np.where(names[FAMILY] == "", BENIGN, DGA)
    return names.rename(columns={DOMAIN: dataset.NAME}).assign(**{LABEL: label})


def test_platt_scaling_never_turns_the_order_round() -> None:
    scores = np.linspace(0, 1, 200, dtype=np.float32)
    upside_down = scores < 0.5
    assert calibrating.platt(scores, upside_down).scale == 1
    assert calibrating.platt(scores, ~upside_down).scale > 1


def test_thresholds_and_groups_come_of_the_validation_part(
    tiny_bundle: ModelBundle, validation: pd.DataFrame
) -> None:
    learnt = calibrating.calibrate(tiny_bundle, validation, wanted=True)
    assert [t.fpr_target for t in learnt.thresholds] == list(calibrating.FPRS)
    assert learnt.stored() == {}  # a hundred benign names speak for no such rate
    assert learnt.groups.merged == (("alpha", "beta"),)  # the network knows no difference
    told = json.loads(json.dumps(learnt.told()))
    assert told["groups"]["merges"][0]["confusion"] >= told["groups"]["limit"]


def test_scores_stay_the_networks_own_where_that_is_wanted(
    tiny_bundle: ModelBundle, validation: pd.DataFrame
) -> None:
    assert calibrating.calibrate(tiny_bundle, validation, False).calibration == Calibration()
    assert calibrating.calibrate(tiny_bundle, validation, True).calibration != Calibration()


def test_without_a_validation_part_nothing_is_learnt(
    tiny_bundle: ModelBundle, validation: pd.DataFrame
) -> None:
    assert calibrating.calibrate(tiny_bundle, validation.iloc[:0], True) == calibrating.Calibrated()


def test_a_bundle_that_knows_no_families_has_no_groups(
    tiny_bundle: ModelBundle, validation: pd.DataFrame
) -> None:
    shares = np.zeros((len(validation), 0), dtype=np.float32)
    none = replace(tiny_bundle, classes=(), task="binary")
    assert calibrating.learnt_groups(shares, validation[FAMILY], none) == (Groups(), [])
