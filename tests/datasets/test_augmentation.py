from __future__ import annotations

import pandas as pd
import pytest

from dga.config import ResolvedConfig, TrainingConfig
from dga.datasets import augmentation, dataset
from dga.generators import FAMILIES, compounds, generate, home_servers
from dga.generators.cloud_hosts import hosted, patterns, zones
from dga.generators.synthetic import KINDS, invent
from dga.names import parse, public_suffix


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


def invented(share: float) -> ResolvedConfig:
    return TrainingConfig(architecture="lstm", seed=7, invented_share=share).resolved()


def test_invented_names_are_distinct_domains_and_the_same_for_a_seed() -> None:
    names = invent(3_000, ["de", "com"], seed=1)
    assert len(set(names)) == 3_000
    assert names == invent(3_000, ["de", "com"], seed=1)
    assert names != invent(3_000, ["de", "com"], seed=2)
    parsed = parse.parse_many(names)
    assert [p.given for p in parsed if p.registered_name != p.given] == []


def test_a_third_of_the_generators_use_the_suffixes_of_chosen_names() -> None:
    names = invent(5_000, ["museum"], seed=3)
    share = sum(name.endswith(".museum") for name in names) / len(names)
    assert 0.2 < share < 0.5


def test_the_kinds_shares_make_a_whole() -> None:
    assert abs(sum(KINDS.values()) - 1) < 1e-9


def test_widening_adds_unknown_names_behind_the_rows() -> None:
    wide = augmentation.widened(part(), invented(0.5), [])
    added = wide.iloc[200:]
    assert len(added) == 100
    assert set(added["family"]) == {"unknown"}
    assert set(added["label"]) == {"dga"}
    taken = added[dataset.NAME].iloc[0]
    assert taken not in set(augmentation.widened(part(), invented(0.5), [taken])[dataset.NAME])


def test_widening_changes_chosen_names_and_hides_generated_ones() -> None:
    rows = part()
    rows.loc[100:, ["label", "family"]] = ["dga", "alpha"]
    added = augmentation.widened(rows, invented(1.0), []).iloc[200:][dataset.NAME]
    changed = added[added.str.fullmatch(r"[a-z0-9-]{6,7}[.]co[.]uk")]
    assert changed.str.contains("name").mean() < 0.9
    assert len(changed) > 20
    assert added.str.contains(r"name\d*(?:home|shop|online|cloud|blog)").any()


def test_no_share_leaves_the_part_as_it_is() -> None:
    assert augmentation.widened(part(), invented(0.0), []).equals(part())


def test_families_that_we_generate_get_further_names_of_their_own() -> None:
    rows = part()
    known = generate("suppobox", 60)
    for start, family in ((0, "suppobox"), (60, "rovnix"), (120, "zeta")):
        rows.loc[start : start + 59, ["label", "family"]] = ["dga", family]
    rows.loc[:59, [dataset.NAME, "registered_name"]] = [[name, name] for name in known]
    assert not FAMILIES["rovnix"].exact
    config = TrainingConfig(architecture="lstm", generated_share=1.5).resolved()
    wide = augmentation.widened(rows, config, set(known))
    added = wide.iloc[200:]
    assert set(added["family"]) == {"suppobox"}
    assert set(added["label"]) == {"dga"}
    assert len(added) == 30  # 90 are made, 60 of them are known
    assert added[dataset.NAME].is_unique and not set(added[dataset.NAME]) & set(known)
    assert augmentation.generated_counts(rows, 1.5) == {"suppobox": 90}


def test_a_family_with_few_names_in_all_gives_those_that_it_has() -> None:
    rows = part()
    rows.loc[:99, ["label", "family"]] = ["dga", "banjori"]
    added = augmentation.widened(
        rows, TrainingConfig(architecture="lstm", generated_share=2).resolved(), []
    ).iloc[200:]
    assert 0 < len(added) <= 200


def test_hosted_names_are_distinct_registered_names_and_the_same_for_a_seed() -> None:
    names = hosted(5_000, seed=1)
    assert len(set(names)) == 5_000
    assert names == hosted(5_000, seed=1)
    assert names != hosted(5_000, seed=2)
    parsed = parse.parse_many(names)
    assert [p.given for p in parsed if p.registered_name != p.given] == []
    assert {p.suffix for p in parsed} <= zones()
    assert "cloudfront.net" in zones()
    assert not zones() & {"", "com", "net", "duckdns.org", "ddns.net"}


@pytest.mark.parametrize("pattern", patterns())
def test_each_pattern_makes_registered_names_of_its_own(pattern: str) -> None:
    at = patterns().index(pattern)
    names = hosted(20 * len(patterns()), seed=3)[at :: len(patterns())]
    assert len(set(names)) == 20
    zone = pattern.rpartition("}")[2] or pattern.rpartition(".")[2]
    assert all(name.endswith(zone) for name in names)


def test_hosted_names_are_added_as_benign_ones_and_none_passes_for_generated() -> None:
    rows = part()
    clouds = hosted(100, seed=11)
    rows.loc[:99, [dataset.NAME, "registered_name"]] = [[name, name] for name in clouds]
    config = TrainingConfig(architecture="lstm", invented_share=1.0, hosted_share=0.5).resolved()
    added = augmentation.widened(rows, config, set(clouds)).iloc[200:]
    benign, generated = added[added["label"] == "benign"], added[added["label"] == "dga"]
    assert len(benign) == augmentation.hosted_count(rows, 0.5) == 100
    assert set(benign["family"]) == {""}
    assert not set(benign[dataset.NAME]) & set(clouds)
    assert len(generated) == 200
    assert not {name.partition(".")[2] for name in generated[dataset.NAME]} & zones()


def test_composed_names_are_added_as_benign_ones_under_many_suffixes() -> None:
    rows = part()
    config = TrainingConfig(architecture="lstm", composed_share=2.0).resolved()
    added = augmentation.widened(rows, config, set()).iloc[200:]
    assert len(added) == augmentation.composed_count(rows, 2.0) == 400
    assert set(added["label"]) == {"benign"}
    suffixes = {name.partition(".")[2] for name in added[dataset.NAME]}
    assert len(suffixes) > 50
    assert not suffixes & zones()
    labels = added[dataset.NAME].str.partition(".")[0]
    assert labels.str.startswith("xn--").sum() == 33  # a twelfth
    assert labels.str.fullmatch("[a-z]{3,4}").sum() >= 67  # initials


def test_some_composed_names_are_under_suffixes_as_generated_ones_have_them() -> None:
    rows = part()
    generated = [f"gen{number}.pw" for number in range(100)]
    rows.loc[:99, [dataset.NAME, "registered_name"]] = [[name, name] for name in generated]
    rows.loc[:99, ["label", "family"]] = ["dga", "alpha"]
    config = TrainingConfig(architecture="lstm", composed_share=4.0).resolved()
    added = augmentation.widened(rows, config, set()).iloc[200:]
    composed = added[added["label"] == "benign"]
    assert 0.15 < composed[dataset.NAME].str.endswith(".pw").mean() < 0.35


def test_romanised_words_are_among_the_composed_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        compounds, "romanised_labels", lambda count, seed: [f"haqooq{n}" for n in range(count)]
    )
    config = TrainingConfig(architecture="lstm", composed_share=2.0).resolved()
    added = augmentation.widened(part(), config, set()).iloc[200:]
    assert added[dataset.NAME].str.startswith("haqooq").sum() == 33


def test_machines_at_home_are_among_the_composed_names_under_dynamic_dns() -> None:
    config = TrainingConfig(architecture="lstm", composed_share=5.0).resolved()
    added = augmentation.widened(part(), config, set()).iloc[200:][dataset.NAME]
    under_zones = added[added.str.partition(".")[2].isin(public_suffix.added_zones())]
    at_home = under_zones.map(lambda name: any(one in name for one in home_servers._services()))
    assert at_home.sum() >= 0.9 * augmentation.AT_HOME_SHARE * len(added) > 30


def test_composed_names_beside_a_part_are_others_than_it_learns() -> None:
    rows = part()
    config = TrainingConfig(architecture="lstm", composed_share=2.0).resolved()
    learnt = set(augmentation.widened(rows, config, set())[dataset.NAME])
    beside = augmentation.composed_beside(rows, config, 300)
    assert len(beside) == 300
    assert len(learnt & set(beside)) < 30
    none = TrainingConfig(architecture="lstm", composed_share=0.0).resolved()
    assert not augmentation.composed_beside(rows, none, 300)


def test_a_third_of_the_names_beside_a_part_are_initials() -> None:
    config = TrainingConfig(architecture="lstm", composed_share=2.0).resolved()
    beside = augmentation.composed_beside(part(), config, 300)
    short = [name for name in beside if len(name.partition(".")[0]) <= 4]
    assert len(short) >= 100


@pytest.mark.parametrize("rows", [part().iloc[:0], part().assign(label="dga", family="alpha")])
def test_nothing_is_composed_beside_a_part_without_benign_names(rows: pd.DataFrame) -> None:
    config = TrainingConfig(architecture="lstm", composed_share=2.0).resolved()
    assert augmentation.composed_beside(rows, config, 300) == []
