from __future__ import annotations

import pandas as pd

from dga import augmentation, dataset, domains
from dga.generators.invented import KINDS, invent


def part() -> pd.DataFrame:
    names = [f"name{number}.co.uk" for number in range(200)]
    return pd.DataFrame(
        {
            dataset.NAME: names,
            "registered_name": names,
            "label": "benign",
            "family": "",
            "feed": "a",
            "split": "train",
        }
    )


def test_invented_names_are_distinct_domains_and_the_same_for_a_seed() -> None:
    names = invent(3_000, ["de", "com"], seed=1)
    assert len(set(names)) == 3_000
    assert names == invent(3_000, ["de", "com"], seed=1)
    assert names != invent(3_000, ["de", "com"], seed=2)
    parsed = domains.parse_many(names)
    assert [p.given for p in parsed if p.registered_name != p.given] == []


def test_half_of_the_generators_use_the_suffixes_of_chosen_names() -> None:
    names = invent(5_000, ["museum"], seed=3)
    share = sum(name.endswith(".museum") for name in names) / len(names)
    assert 0.35 < share < 0.65


def test_the_kinds_shares_make_a_whole() -> None:
    assert abs(sum(KINDS.values()) - 1) < 1e-9


def test_widening_adds_unknown_names_behind_the_rows() -> None:
    wide = augmentation.widened(part(), 0.5, 7, [])
    added = wide.iloc[200:]
    assert len(added) == 100
    assert set(added["family"]) == {"unknown"}
    assert set(added["label"]) == {"dga"}
    taken = added[dataset.NAME].iloc[0]
    assert taken not in set(augmentation.widened(part(), 0.5, 7, [taken])[dataset.NAME])


def test_widening_changes_chosen_names_and_hides_generated_ones() -> None:
    rows = part()
    rows.loc[100:, ["label", "family"]] = ["dga", "alpha"]
    added = augmentation.widened(rows, 1.0, 7, []).iloc[200:][dataset.NAME]
    changed = added[added.str.fullmatch(r"[a-z0-9-]{6,7}[.]co[.]uk")]
    assert changed.str.contains("name").mean() < 0.9
    assert len(changed) > 20
    assert added.str.contains(r"name\d*(?:home|shop|online|cloud|blog)").any()


def test_no_share_leaves_the_part_as_it_is() -> None:
    assert augmentation.widened(part(), 0.0, 7, []).equals(part())
