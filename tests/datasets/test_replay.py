"""Which names of a base run a continued training learns again, and what they weigh."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dga.config import ResolvedConfig, TrainingConfig
from dga.datasets import dataset, replay
from dga.datasets.cleaning import WEIGHT
from dga.datasets.dataset import BEFORE, TRAIN
from dga.errors import DatasetError
from dga.schema import BENIGN, DGA, FAMILY, FEED, LABEL


def part(**sizes: tuple[int, int]) -> pd.DataFrame:
    """A training part: family ("top" is benign) -> names that the base has learnt, and new ones."""
    rows = [
        {
            dataset.NAME: f"{family}{number}.com",
            LABEL: BENIGN if family == "top" else DGA,
            FAMILY: "" if family == "top" else family,
            FEED: "made-up",
            BEFORE: TRAIN if number < old else "",
        }
        for family, (old, new) in sizes.items()
        for number in range(old + new)
    ]
    return pd.DataFrame(rows)


def config(share: float, **settings: object) -> ResolvedConfig:
    return TrainingConfig.from_json({"replay_share": share} | settings).resolved(continued=True)


GIVEN = part(top=(2000, 10), large=(1000, 5), small=(40, 0), fresh=(0, 300))


@pytest.mark.parametrize(
    ("share", "again"),
    [
        (0.4, {"": 800, "large": 400, "small": 40}),
        (0.05, {"": 300, "large": 300, "small": 40}),  # of each family at least 300
        (1.0, {"": 2000, "large": 1000, "small": 40}),
        (0.0, {}),
    ],
)
def test_a_share_is_learnt_again_and_everything_new(share: float, again: dict[str, int]) -> None:
    kept = replay.replayed(GIVEN, config(share))
    old = kept[kept[BEFORE] == TRAIN]
    assert old[FAMILY].value_counts().to_dict() == again
    assert (kept[BEFORE] == "").sum() == 315
    assert not kept[dataset.NAME].duplicated().any()
    (told,) = replay.counts(GIVEN, config(share))
    assert told == {"part": TRAIN, "learnt": 3040, "again": sum(again.values()), "new": 315}


@pytest.mark.parametrize("balance", ["family", "class"])
def test_what_is_learnt_again_weighs_for_what_is_not(balance: str) -> None:
    settings = config(0.4, balance=balance)
    whole = GIVEN.assign(loss=dataset.weights(GIVEN, balance))  # type: ignore[arg-type]
    kept = replay.replayed(GIVEN, settings)
    kept = kept.assign(loss=dataset.weights(kept, balance))  # type: ignore[arg-type]
    for frame in (whole, kept):
        frame["loss"] /= frame.loc[frame[LABEL] == DGA, "loss"].sum()
    wanted, found = (frame.groupby(FAMILY)["loss"].sum() for frame in (whole, kept))
    relative = wanted["large"] / wanted["fresh"] / replay.NEW_WEIGHT
    assert found["large"] / found["fresh"] == pytest.approx(relative, rel=0.02)


def test_new_families_weigh_more_and_new_names_of_known_ones_do_not() -> None:
    kept = replay.replayed(GIVEN, config(0.4)).set_index(dataset.NAME)[WEIGHT]
    assert kept["fresh0.com"] == 2.0
    assert kept["large1004.com"] == kept["top2009.com"] == 1.0


def test_weights_of_doubtful_names_stay() -> None:
    given = GIVEN.assign(**{WEIGHT: 0.5})
    kept = replay.replayed(given, config(0.5, balance="class"))
    assert set(kept.loc[kept[LABEL] == BENIGN, WEIGHT]) == {0.5}
    assert kept.loc[kept[FAMILY] == "fresh", WEIGHT].eq(0.5 * replay.NEW_WEIGHT).all()
    large = kept[(kept[FAMILY] == "large") & (kept[BEFORE] == TRAIN)]
    assert np.allclose(large[WEIGHT], 0.5 * 2)


def test_without_a_base_run_the_part_is_whole() -> None:
    alone = GIVEN.drop(columns=BEFORE)
    assert replay.replayed(alone, config(0.25)).equals(alone)


def test_a_class_of_which_nothing_is_learnt_is_refused() -> None:
    known = part(top=(500, 0), fresh=(0, 300))
    with pytest.raises(DatasetError, match="all benign names and none is learnt again"):
        replay.replayed(known, config(0.0))
