"""Groups learnt from made-up confusions whose answer is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dga.errors import BundleError
from dga.runs.store import BUNDLE_FOLDER
from dga.scoring import bundle, family_groups
from dga.scoring.family_groups import Groups

FAMILIES = ["alpha", "beta", "gamma", "delta", "unknown"]


def names(**answers: dict[str, int]) -> tuple[list[str], list[str]]:
    """Truth and guesses, from how many names of a family were answered with which."""
    truth, guessed = [], []
    for family, counts in answers.items():
        for answer, count in counts.items():
            truth += [family] * count
            guessed += [answer] * count
    return truth, guessed


CONFUSED = names(
    alpha={"alpha": 50, "beta": 50},
    beta={"beta": 60, "alpha": 40},
    gamma={"gamma": 96, "delta": 4},
    delta={"delta": 100},
)


def test_families_swapped_as_often_as_not_are_one_group() -> None:
    merged, merges = family_groups.learn(*CONFUSED, FAMILIES)
    assert merged == (("alpha", "beta"),)
    assert (merges[0].confused, merges[0].confusion) == (90, pytest.approx(0.45))


def test_the_limit_says_how_much_confusion_is_borne() -> None:
    assert family_groups.learn(*CONFUSED, FAMILIES, limit=0.5)[0] == ()
    merged, merges = family_groups.learn(*CONFUSED, FAMILIES, limit=0.01)
    assert merged == (("alpha", "beta"), ("delta", "gamma"))
    assert [m.confusion for m in merges] == sorted((m.confusion for m in merges), reverse=True)


def test_a_merged_pair_draws_in_who_is_taken_for_either() -> None:
    truth, guessed = names(
        alpha={"alpha": 50, "beta": 50},
        beta={"beta": 50, "alpha": 50},
        gamma={"gamma": 86, "alpha": 7, "beta": 7},
    )
    merged, merges = family_groups.learn(truth, guessed, FAMILIES, limit=0.06)
    assert merged == (("alpha", "beta", "gamma"),)
    assert merges[1].first == ("alpha", "beta")


def test_an_accident_merges_nothing_nor_does_unknown() -> None:
    truth, guessed = names(alpha={"beta": 2}, gamma={"unknown": 90, "gamma": 10})
    assert family_groups.learn(truth, guessed, FAMILIES)[0] == ()
    assert family_groups.learn([], [], [])[0] == ()


def test_an_answer_names_the_group_or_none() -> None:
    grouped = Groups((("alpha", "beta"),), floor=0.5)
    shares = np.array([[0.3, 0.3, 0.4, 0], [0.1, 0.1, 0.45, 0.35], [0, 0, 1, 0]], dtype=np.float32)
    answers, top = grouped.answers(shares, ["alpha", "beta", "gamma", "delta"])
    assert answers == ["alpha / beta", "unknown", "gamma"]
    assert top == pytest.approx([0.6, 0.45, 1])


def test_the_floor_leaves_the_stated_share_unnamed() -> None:
    shares = np.linspace(0, 1, 1001)
    assert (shares < family_groups.floor_of(shares, 0.05)).mean() == pytest.approx(0.05, abs=0.002)
    assert family_groups.floor_of([]) == family_groups.DEFAULT_FLOOR


def test_groups_survive_json_and_older_bundles_have_none() -> None:
    grouped = Groups((("alpha", "beta"),), floor=0.4)
    assert Groups.from_json(json.loads(json.dumps(grouped.to_json())), FAMILIES) == grouped
    assert Groups.from_json({}, FAMILIES) == Groups()


@pytest.mark.parametrize(
    "values",
    [
        {"merged": [["alpha", "strange"]]},
        {"merged": [["alpha", "beta"], ["beta", "gamma"]]},
        {"floor": 2},
        {"floor": "much"},
    ],
)
def test_groups_that_fit_no_families_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="famil|float"):
        Groups.from_json(values, FAMILIES)


def test_a_bundle_of_before_groups_loads_and_a_damaged_one_says_so(models: Path) -> None:
    folder = models / "tiny" / BUNDLE_FOLDER
    values = json.loads((folder / bundle.BUNDLE_FILE).read_text())
    del values["sha256"]  # bundles of before had none
    values["groups"] = {"merged": [["alpha", "beta"]]}
    (folder / bundle.BUNDLE_FILE).write_text(json.dumps(values))
    assert bundle.load(folder, threads=1).groups == Groups((("alpha", "beta"),))
    del values["groups"]
    (folder / bundle.BUNDLE_FILE).write_text(json.dumps(values))
    assert bundle.load(folder, threads=1).groups == Groups()
    values["groups"] = {"merged": [["alpha", "no such family"]]}
    (folder / bundle.BUNDLE_FILE).write_text(json.dumps(values))
    with pytest.raises(BundleError, match="damaged"):
        bundle.load(folder, threads=1)


def test_groups_come_of_the_shares_of_names_of_known_families() -> None:
    shares = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]] * 40, dtype=np.float32)
    groups, merges = family_groups.learn_groups(shares, ["a", "b", "other"] * 40, ("a", "b"))
    assert (groups.merged, merges) == ((), [])
    assert groups.floor == pytest.approx(0.8)
    swapped, merges = family_groups.learn_groups(shares, ["a", "a", "b"] * 40, ("a", "b"))
    assert swapped.merged == (("a", "b"),)
    assert len(merges) == 1


def test_without_names_of_known_families_there_are_no_groups() -> None:
    none = np.zeros((2, 0), dtype=np.float32)
    assert family_groups.learn_groups(none, ["a", ""], ()) == (Groups(), [])
