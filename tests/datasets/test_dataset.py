from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dga.config import TrainingConfig
from dga.datasets import dataset
from dga.datasets.dataset import NAME, SPLIT, TEST, TRAIN, VALIDATION, Former
from dga.errors import DatasetError


def labelled(
    domains: Sequence[str], label: str, family: str = "", feed: str = "made-up"
) -> pd.DataFrame:
    return pd.DataFrame({"domain": domains, "label": label, "family": family, "feed": feed})


def benign(count: int, start: str = "chosen") -> pd.DataFrame:
    return labelled([f"{start}{n}.com" for n in range(count)], "benign")


def family(name: str, count: int) -> pd.DataFrame:
    return labelled([f"x{name}{n}.net" for n in range(count)], "dga", name)


def build(*frames: pd.DataFrame, exclude: Sequence[str] = (), **settings: Any) -> dataset.Dataset:
    return dataset.build(frames, TrainingConfig(**settings).resolved(), exclude)


def test_a_name_is_kept_once() -> None:
    twice = labelled(["chosen1.com", "www.chosen1.com", "a.b.chosen2.com"], "benign")
    data = build(benign(100), twice, family("f", 100))
    assert data.duplicates == 3
    assert data.frame[NAME].is_unique
    assert len(data.frame) == 200


def test_a_name_of_both_classes_is_set_aside_and_told() -> None:
    contested = labelled(["chosen1.com", "mail.chosen2.com"], "dga", "f", "blocklist")
    data = build(benign(100), family("f", 100), contested)
    assert sorted(data.conflicts[NAME]) == ["chosen1.com", "chosen2.com"]
    assert set(data.conflicts["feed"]) == {"made-up, blocklist"}
    assert not data.frame[NAME].isin(data.conflicts[NAME]).any()
    assert data.counts()["conflicting"] == 4


def test_a_correction_stands_against_other_feeds() -> None:
    contested = labelled(["chosen1.com", "chosen2.com"], "dga", "f", "blocklist")
    right = labelled(["chosen1.com", "xf7.net"], "benign", feed="corrections")
    unsure = pd.concat([labelled(["chosen3.com"], "dga", "f"), labelled(["chosen3.com"], "benign")])
    data = dataset.build(
        [benign(100), family("f", 100), contested],
        TrainingConfig().resolved(),
        corrections=[right, unsure],
    )
    labels = data.frame.set_index(NAME)["label"]
    assert (labels["chosen1.com"], labels["xf7.net"]) == ("benign", "benign")
    assert sorted(data.conflicts[NAME]) == ["chosen2.com", "chosen3.com"]
    assert data.counts()["corrected"] == 2
    parts = ("unregistered", "excluded", "duplicates", "conflicting", "capped", "corrected",
             "train", "validation", "test")  # fmt: skip
    counts = data.counts()
    assert sum(counts[name] for name in parts) == counts["rows"]


def test_every_row_is_accounted_for() -> None:
    frames = (
        benign(300),
        labelled(["chosen1.com"] * 5 + ["www.chosen2.com"], "benign"),
        labelled(["chosen3.com", "co.uk", "printer.local"], "dga", "a"),
        family("a", 200),
        family("b", 30),
    )
    data = build(*frames, cap_per_family=100, exclude=["chosen7.com", "xa7.net", "absent.org"])
    counts = data.counts()
    rows = counts.pop("rows")
    assert rows == sum(map(len, frames))
    assert sum(counts.values()) == rows
    assert (counts["unregistered"], counts["duplicates"], counts["excluded"]) == (2, 6, 2)
    assert (counts["conflicting"], counts["capped"]) == (2, 99)


def test_no_part_holds_an_excluded_name() -> None:
    data = build(benign(100), family("f", 100), exclude=["chosen5.com"])
    assert "chosen5.com" not in set(data.frame["registered_name"])


def test_parts_share_no_registered_name() -> None:
    hosts = [f"h{n}.chosen{n % 40}.com" for n in range(400)]
    data = build(labelled(hosts, "benign"), family("f", 100), scope="fqdn")
    assert len(data.frame) == 500
    assert (data.frame.groupby("registered_name")[SPLIT].nunique() == 1).all()


def test_a_split_by_rows_may_share_registered_names() -> None:
    hosts = [f"h{n}.chosen{n % 40}.com" for n in range(400)]
    data = build(labelled(hosts, "benign"), family("f", 100), scope="fqdn", split="rows")
    assert (data.frame.groupby("registered_name")[SPLIT].nunique() > 1).any()


def test_the_parts_have_the_sizes_asked_for_in_every_family() -> None:
    frames = [benign(1000), *(family(name, size) for name, size in SIZES.items())]
    data = build(*frames, test_size=0.2, validation_size=0.1)
    for split, share in ((TRAIN, 0.7), (VALIDATION, 0.1), (TEST, 0.2)):
        part = data.part(split)
        assert len(part) == pytest.approx(share * len(data.frame), abs=2)
        for name, size in {"": 1000, **SIZES}.items():
            assert (part["family"] == name).sum() == pytest.approx(share * size, abs=2)


SIZES = {"a": 500, "b": 100, "c": 20, "d": 3, "e": 1}


def test_a_family_of_one_name_does_not_hinder_the_split() -> None:
    data = build(benign(50), family("f", 50), family("rare", 1))
    assert len(data.frame) == 101


def test_without_validation_there_is_no_such_part() -> None:
    data = build(benign(100), family("f", 100), validation_size=0)
    assert data.counts()["validation"] == 0
    assert data.part(VALIDATION).empty


def test_the_seed_decides_the_split() -> None:
    frames = benign(200), family("f", 200)
    first, again, other = (build(*frames, seed=seed).frame[SPLIT] for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)


def test_the_order_of_the_names_says_nothing_of_their_part() -> None:
    data = build(benign(1000), family("f", 1000))
    places = np.flatnonzero(data.frame[SPLIT] == TEST)
    assert 850 < places.mean() < 1150


def test_a_cap_holds_for_every_family_but_not_for_benign() -> None:
    data = build(benign(300), family("a", 200), family("b", 60), cap_per_family=50)
    assert data.frame["family"].value_counts().to_dict() == {"": 300, "a": 50, "b": 50}


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ((), "no feed was given"),
        ((benign(100),), "only 0 dga names are left to train on"),
        ((benign(5), family("f", 100)), "only 5 benign names are left to train on"),
        ((benign(100), labelled(["same.com"] * 90, "dga")), "only 1 dga names"),
    ],
)
def test_too_small_a_class_is_told(frames: tuple[pd.DataFrame, ...], message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        build(*frames)


def test_a_class_under_one_registered_name_cannot_be_split() -> None:
    hosts = labelled([f"h{n}.same.com" for n in range(100)], "dga", "f")
    with pytest.raises(DatasetError, match=r"part would contain no dga name"):
        build(benign(100), hosts, scope="fqdn")


def test_in_fqdn_scope_the_whole_name_is_learnt() -> None:
    hosts = labelled([f"h{n}.host{n}.co.uk" for n in range(30)], "benign")
    assert "h1.host1.co.uk" in set(build(hosts, family("f", 30), scope="fqdn").frame[NAME])
    assert "host1.co.uk" in set(build(hosts, family("f", 30)).frame[NAME])


def test_balance_counts_by_class_and_family() -> None:
    data = build(benign(100), family("a", 60), family("b", 40))
    table = dataset.balance(data.frame)
    assert table["names"].tolist() == [100, 60, 40]
    assert table["family"].tolist() == ["", "a", "b"]
    assert table["share"].sum() == pytest.approx(1)


@pytest.mark.parametrize("how", ["none", "class", "family"])
def test_weights_have_mean_1(how: Any) -> None:
    frame = pd.concat([benign(300), family("a", 80), family("b", 20)])
    weights = dataset.weights(frame, how)
    assert weights.dtype == np.float32
    assert weights.mean() == pytest.approx(1)
    if how != "none":
        assert weights[:300].sum() == pytest.approx(weights[300:].sum(), rel=1e-5)


def test_family_weights_let_rare_families_be_heard() -> None:
    weights = dataset.weights(pd.concat([benign(100), family("a", 80), family("b", 20)]), "family")
    assert weights[-1] / weights[100] == pytest.approx(2)
    assert weights[100:180].sum() == pytest.approx(2 * weights[180:].sum(), rel=1e-5)


def test_generated_names_share_the_weight_of_their_family() -> None:
    more = family("a", 80).assign(feed=dataset.GENERATED)
    rows = pd.concat([benign(100), family("a", 80), family("b", 80), more])
    weights = dataset.weights(rows, "family")
    assert weights[100:180].sum() + weights[260:].sum() == pytest.approx(weights[180:260].sum())
    assert weights[100] == weights[-1]


def former_of(data: dataset.Dataset, *, apart: bool = True) -> Former:
    """What a run on this dataset has learnt from."""
    learnt = data.learnt_from()
    part = dict(zip(learnt["registered_name"], learnt[SPLIT], strict=True))
    if not apart:
        part = dict.fromkeys(part, TRAIN)
    return Former(lambda names: np.array([part.get(n, "") for n in names], dtype=object), apart)


def test_names_stay_in_the_parts_of_the_base_run_and_new_ones_are_split() -> None:
    base = build(benign(400), family("f", 200))
    grown = dataset.build(
        [benign(400), family("f", 200), family("g", 100)],
        TrainingConfig().resolved(),
        former=former_of(base),
    )
    before = base.frame.set_index(NAME)[SPLIT]
    after = grown.frame.set_index(NAME)[SPLIT]
    assert after[before.index].equals(before)
    new = grown.frame[grown.frame["family"] == "g"][SPLIT].value_counts()
    assert new.to_dict() == {TRAIN: 75, TEST: 20, VALIDATION: 5}


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize("seed", [23, 24])
def test_no_name_that_the_base_run_has_learnt_is_tested(apart: bool, seed: int) -> None:
    base = build(benign(400), family("f", 200))
    former = former_of(base, apart=apart)
    frames = [benign(440), family("f", 200), family("g", 100)]
    data = dataset.build(frames, TrainingConfig(seed=seed, test_size=0.3).resolved(), former=former)
    learnt = set(base.learnt_from()[NAME])
    assert learnt.isdisjoint(data.part(TEST)[NAME])
    trained = set(base.part(TRAIN)[NAME]) if apart else learnt
    assert trained.isdisjoint(data.part(VALIDATION)[NAME])
    for _, rows in data.frame.groupby("family"):  # too few names are left for both parts
        assert {TEST, VALIDATION} <= set(rows[SPLIT])


def test_a_dataset_that_the_base_run_has_learnt_entirely_is_refused() -> None:
    whole = Former(lambda names: np.full(len(names), TRAIN, dtype=object))
    with pytest.raises(DatasetError, match="the test part would contain no benign name"):
        dataset.build([benign(100), family("f", 100)], TrainingConfig().resolved(), former=whole)


@pytest.mark.parametrize("apart", [True, False])
def test_curated_names_that_chose_thresholds_are_not_tested_later(apart: bool) -> None:
    frames, config = [benign(400), family("f", 200)], TrainingConfig().resolved()
    written = benign(300, "written")
    base = dataset.build(frames, config, curated=[written])
    trained = dataset.build([*frames, benign(30, "written")], config)  # without any curated ones
    grown = dataset.build(frames, config, curated=[written], former=former_of(base, apart=apart))
    for part in (VALIDATION, TEST):
        assert set(grown.curated_part(part)[NAME]) == set(base.curated_part(part)[NAME])
    left = dataset.build(frames, config, curated=[written], former=former_of(trained)).curated
    assert set(left[NAME]).isdisjoint(trained.part(TRAIN)[NAME])
