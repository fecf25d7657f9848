"""Which labels are doubted, on names whose classes are told apart by their letters."""

from __future__ import annotations

import random
import string

import numpy as np
import pandas as pd
import pytest

from dga.config import TrainingConfig
from dga.datasets import cleaning, dataset
from dga.datasets.cleaning import FormerCleaning
from dga.datasets.dataset import NAME, SPLIT, TEST, TRAIN, VALIDATION


def names(count: int, letters: str, seed: int) -> list[str]:
    dice = random.Random(seed)
    made = ("".join(dice.choices(letters, k=10)) + ".com" for _ in range(count))
    return list(dict.fromkeys(made))


def frame(doubtful_sources: str) -> pd.DataFrame:
    """400 benign names of soft letters, 400 generated ones of hard letters, and a benign name of
    hard letters in some lists."""
    benign = pd.DataFrame({NAME: names(400, "aeioulmnrs", 1), "label": "benign", "source": "top"})
    dga = pd.DataFrame({NAME: names(400, "qxzwkvjp79", 2), "label": "dga", "source": "feed"})
    strange = pd.DataFrame(
        {NAME: ["qxzwkvjqzx.com"], "label": "benign", "source": doubtful_sources}
    )
    rows = pd.concat([benign, dga, strange], ignore_index=True)
    return rows.assign(
        lists=cleaning.listed(rows["source"], rows[NAME]), registered_name=rows[NAME]
    )


def test_lists_are_counted_once_each_whatever_rows_name_them() -> None:
    rows = pd.DataFrame(
        {
            NAME: ["a.com", "a.com", "a.com", "b.com"],
            "source": ["alexa+tranco", "tranco", "umbrella", "alexa"],
        }
    )
    assert cleaning.listed(rows["source"], rows[NAME]).tolist() == [3, 3, 3, 1]


@pytest.mark.parametrize(("sources", "kept"), [("top", False), ("top+alexa+tranco", True)])
def test_a_generated_looking_name_is_left_out_where_one_list_alone_holds_it(
    sources: str, kept: bool
) -> None:
    rows, cleaned = cleaning.cleaned(frame(sources), NAME, seed=1)
    assert ("qxzwkvjqzx.com" in set(rows[NAME])) is kept
    assert len(cleaned.left_out) == (0 if kept else 1)
    assert (rows["label"] == "dga").sum() == 400
    assert rows[cleaning.WEIGHT].between(cleaning.LEAST_WEIGHT, 1).all()


def test_what_was_left_out_is_told_by_list_without_names() -> None:
    _, cleaned = cleaning.cleaned(frame("top"), NAME, seed=1)
    told = cleaned.to_json()
    assert told["left_out"] == 1
    assert {"source": "top", "names": 401, "left_out": 1} in told["by_source"]
    assert told["by_suffix"] == [{"suffix": "com", "names": 401, "left_out": 1}]
    assert "qxzwkvjqzx" not in str(told)
    assert cleaned.left_out[cleaning.DOUBT].iloc[0] > 0.9


def spammed(suffix: str) -> pd.DataFrame:
    """1,200 benign names in two lists; in one list, 600 under a suffix of which a quarter have hard
    letters; 600 generated ones of hard letters."""
    hard, soft = "qxzwkvjp79", "aeioulmnrs"
    parts = [
        (names(1200, soft, 1), "benign", "top+alexa"),
        ([one.replace("com", suffix) for one in names(450, soft, 3)], "benign", "top"),
        ([one.replace("com", suffix) for one in names(150, hard, 4)], "benign", "top"),
        (names(600, hard, 2), "dga", "feed"),
    ]
    rows = pd.concat([pd.DataFrame({NAME: n, "label": kind, "source": s}) for n, kind, s in parts])
    rows = rows.reset_index(drop=True)
    return rows.assign(
        lists=cleaning.listed(rows["source"], rows[NAME]), registered_name=rows[NAME]
    )


def test_names_of_a_suffix_that_one_list_is_full_of_are_left_out() -> None:
    rows, cleaned = cleaning.cleaned(spammed("xyz"), NAME, seed=1)
    assert len(cleaned.left_out) > 140
    assert cleaned.left_out[cleaning.TRUST].max() < cleaning.LEAST_TRUST
    assert [row["suffix"] for row in cleaned.by_suffix] == ["xyz"]
    assert (rows["label"] == "dga").sum() == 600


def test_what_clouds_name_at_random_is_not_compared() -> None:
    _, cleaned = cleaning.cleaned(spammed("cloudfront.net"), NAME, seed=1)
    assert (cleaned.left_out[cleaning.TRUST] == 1.0).all()
    _, compared = cleaning.cleaned(spammed("xyz"), NAME, seed=1)
    assert len(compared.left_out) > len(cleaned.left_out) + 100


def test_what_a_person_has_labelled_is_kept() -> None:
    rows = spammed("xyz")
    kept, record = cleaning.cleaned(rows, NAME, seed=1, sure=np.ones(len(rows), dtype=bool))
    assert len(kept) == len(rows)
    assert (kept[cleaning.WEIGHT] == 1.0).all()
    assert (record.by_suffix, record.by_lists) == ([], [])


def test_names_that_are_little_trusted_but_kept_weigh_little(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cleaning, "LIMITS", {})
    monkeypatch.setattr(cleaning, "TRUSTED_DOUBT", 1.0)
    rows, record = cleaning.cleaned(spammed("xyz"), NAME, seed=1)
    assert record.left_out.empty
    lone = rows[(rows["label"] == "benign") & (rows["lists"] == 1)]
    strange = lone[NAME].str[:10].str.contains("[qxzwkvjp79]")
    assert (lone.loc[strange, cleaning.WEIGHT] == cleaning.LEAST_WEIGHT).mean() > 0.9
    assert (lone.loc[~strange, cleaning.WEIGHT] == 1.0).mean() > 0.9


def test_a_name_does_not_vouch_for_itself() -> None:
    rows = frame("top")
    is_dga = (rows["label"] == "dga").to_numpy()
    doubt = cleaning.out_of_fold(rows[NAME].tolist(), is_dga, rows[NAME], seed=1)
    assert doubt[-1] > 0.9
    assert np.median(doubt[:400]) < 0.1


def test_a_label_does_not_vouch_for_itself_under_other_suffixes() -> None:
    rows = frame("top")
    label, suffixes = rows[NAME].iloc[-1].partition(".")[0], [f"s{n}" for n in range(60)]
    again = pd.Series([*rows[NAME], *(f"{label}.{suffix}" for suffix in suffixes)])
    is_dga = np.r_[(rows["label"] == "dga").to_numpy(), np.zeros(60, dtype=bool)]
    labels = again.str.partition(".")[0]
    apart = cleaning.out_of_fold(again.tolist(), is_dga, labels, seed=1)
    by_row = cleaning.out_of_fold(again.tolist(), is_dga, again, seed=1)
    assert apart[-60:].mean() > 0.5 > by_row[-60:].mean()


def test_curated_names_are_in_no_part_and_split_for_thresholds_and_test() -> None:
    letters = string.ascii_lowercase
    benign = names(300, letters, 3)
    curated = pd.DataFrame(
        {"domain": benign[:90], "label": "benign", "family": "", "feed": "c", "source": "banks"}
    )
    lists = pd.DataFrame({"domain": benign, "label": "benign", "family": "", "feed": "top"})
    dga = pd.DataFrame(
        {"domain": names(300, "xq9", 4), "label": "dga", "family": "f", "feed": "feed"}
    )
    data = dataset.build([lists, dga], TrainingConfig().resolved(), curated=[curated])
    assert not set(data.frame[NAME]) & set(benign[:90])
    assert data.curated[SPLIT].value_counts().to_dict() == {VALIDATION: 60, TEST: 30}
    assert data.curated_part(TEST)["source"].unique().tolist() == ["banks"]
    assert data.curated_part(TRAIN).empty
    counts = data.counts()
    assert (counts["curated"], counts["excluded"]) == (90, 90)


def former(known: dict[str, float], score: float) -> FormerCleaning:
    """What a base run found: weights by name, and the same score for every other name."""
    return FormerCleaning(
        weights=lambda names: np.array([known.get(name, np.nan) for name in names]),
        scores=lambda names: np.full(len(names), score, dtype=np.float32),
    )


def benign_weights(rows: pd.DataFrame, weight: float) -> dict[str, float]:
    """The same weight for each benign name of a frame."""
    return dict.fromkeys(rows.loc[rows["label"] == "benign", NAME], weight)


def never(*_: object) -> None:
    raise AssertionError("the names were judged anew")


def test_what_a_base_run_found_holds_without_another_judgement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cleaning, "out_of_fold", never)
    given = frame("top")
    dropped = given.loc[0, NAME]
    known = benign_weights(given, 0.5) | {dropped: 0.0}
    rows, cleaned = cleaning.cleaned(given, NAME, 1, former=former(known, 1.0))
    assert cleaned.left_out[NAME].tolist() == [dropped]
    assert set(rows.loc[rows["label"] == "benign", cleaning.WEIGHT]) == {0.5}
    assert set(rows.loc[rows["label"] == "dga", cleaning.WEIGHT]) == {1.0}


@pytest.mark.parametrize(
    ("sources", "score", "weight"),
    [
        ("top", 0.95, None),
        ("top", 0.7, 0.6),
        ("top", 0.1, 1.0),
        ("top+alexa", 0.95, 1.0),
        ("top+alexa", 0.995, None),
    ],
)
def test_the_base_run_judges_names_that_are_new(
    sources: str, score: float, weight: float | None
) -> None:
    given = frame(sources)
    known = benign_weights(given, 1.0)
    del known["qxzwkvjqzx.com"]
    rows, _ = cleaning.cleaned(given, NAME, 1, former=former(known, score))
    found = rows.set_index(NAME)[cleaning.WEIGHT].get("qxzwkvjqzx.com")
    assert found == (None if weight is None else pytest.approx(weight))


def test_a_label_that_a_person_gave_outweighs_what_a_base_run_found() -> None:
    given = frame("top")
    sure = (given[NAME] == "qxzwkvjqzx.com").to_numpy()
    rows, _ = cleaning.cleaned(given, NAME, 1, sure, former(benign_weights(given, 0.0), 1.0))
    assert rows.loc[rows["label"] == "benign", NAME].tolist() == ["qxzwkvjqzx.com"]


def test_names_are_judged_anew_where_many_are_new() -> None:
    given = frame("top")
    anew, _ = cleaning.cleaned(given, NAME, 1)
    rows, _ = cleaning.cleaned(given, NAME, 1, former=former({}, 1.0))
    pd.testing.assert_frame_equal(rows, anew)
