"""Families that arrive in batches: how they are drawn, what is tested, what is measured."""

from __future__ import annotations

import argparse
import string
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dga.errors import ConfigError
from dga.runs import learnt_names
from dga.runs.store import Run
from dga.schema import BENIGN, DOMAIN, FAMILY, LABEL
from experiments import arrivals
from tests.runs_factory import make_run

FAMILIES = {"aster": "bcdf", "birch": "ghjk", "cedar": "vwxz", "ud2": "0123", "ud3": "4567"}


def names(letters: str, suffix: str, count: int, seed: int = 5) -> list[str]:
    dice = np.random.default_rng(seed)
    return [f"{''.join(row)}.{suffix}" for row in dice.choice(list(letters), (count, 11))]


@pytest.fixture
def options(tmp_path: Path) -> argparse.Namespace:
    """Two benign lists that share names, curated names, five families of 600 names."""
    listed = names("aeioulnrst", "com", 600)
    (tmp_path / "top.csv").write_text("\n".join(["domain", *listed[:400]]))
    (tmp_path / "more.csv").write_text("\n".join(["domain", *listed[200:]]))
    curated = names("aeioumpt", "org", 300) + listed[:5]
    (tmp_path / "curated.csv").write_text("\n".join(["domain", *curated]))
    rows = [f"{n},{f}" for f, letters in FAMILIES.items() for n in names(letters, "net", 600)]
    (tmp_path / "families.csv").write_text(
        "\n".join(["domain,family", *rows, f"{listed[0]},cedar"])
    )
    given = ["--benign", str(tmp_path / "top.csv"), str(tmp_path / "more.csv"), "--share", "0.5",
             "--curated", str(tmp_path / "curated.csv"), "--dga", str(tmp_path / "families.csv"),
             "--batches", "2", "--out", str(tmp_path / "out"), "--set", "architecture=bigram",
             "epochs=2", "--results", str(tmp_path / "results.csv")]  # fmt: skip
    return arrivals._options(given)


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def test_families_are_drawn_evenly_and_siblings_stay_together() -> None:
    siblings = {name for group in arrivals.SIBLINGS for name in group}
    families = [*siblings, *string.ascii_lowercase]
    found = arrivals.split_families(families, 4, seed=1)
    assert sorted(family for batch in found for family in batch) == sorted(families)
    assert max(map(len, found)) - min(map(len, found)) <= 1
    for group in arrivals.SIBLINGS:
        assert sum(not set(group).isdisjoint(batch) for batch in found) == 1
    assert arrivals.split_families(families[::-1], 4, seed=1) == found
    assert arrivals.split_families(families, 4, seed=2) != found


def test_the_lists_hold_no_test_name_and_every_family_has_a_fifth_of_the_test(
    options: argparse.Namespace,
) -> None:
    material = arrivals.prepared(options)
    test = material.test()
    learnt = [read(Path(feed.path)) for feed in material.plan("scratch", 2, CONFIG).feeds]
    curated = read(material.folder / arrivals.CURATED_FILE)
    for frame in (*learnt, curated):
        assert set(frame[DOMAIN]).isdisjoint(test[DOMAIN])
    sizes = test[test[LABEL] != BENIGN][FAMILY].value_counts()
    assert sizes.to_dict() == dict.fromkeys(FAMILIES, 100)  # of 500, the least of a family
    top, more = (set(frame[DOMAIN]) for frame in learnt[:2])
    both = set(read(options.benign[0])[DOMAIN]) & set(read(options.benign[1])[DOMAIN])
    assert top & both == more & both  # in both samples or in none
    assert 0.4 < len(top | more) / 595 < 0.6


def test_each_batch_adds_its_families_and_continues_the_run_before(
    options: argparse.Namespace,
) -> None:
    material = arrivals.prepared(options)
    base, anew, continued = (
        material.plan(kind, batch, CONFIG)
        for kind, batch in (("scratch", 1), ("scratch", 2), ("continued", 2))
    )
    families = [set(read(Path(plan.feeds[-1].path))[FAMILY]) for plan in (base, anew)]
    assert families == [set(batch) for batch in material.batches]
    assert (base.base, anew.base, continued.base) == ("", "", base.name)
    assert continued.feeds == anew.feeds


def test_a_folder_of_other_lists_or_options_is_refused(options: argparse.Namespace) -> None:
    first = arrivals.prepared(options)
    assert arrivals.prepared(options) == first
    options.share = 0.4
    with pytest.raises(ConfigError, match="other lists or options"):
        arrivals.prepared(options)


def test_names_that_some_run_has_learnt_are_measured_in_none(
    options: argparse.Namespace, tmp_path: Path
) -> None:
    material = arrivals.prepared(options)
    tested = material.test()[DOMAIN].tolist()
    runs = made_up(tmp_path / "out" / "runs", tested[:3], tested[2:7], [])
    rows = arrivals.measured(material, runs)
    assert [row["left_out"] for row in rows] == [7, 7, 7]
    assert rows[1]["test_names"] == rows[2]["test_names"] == len(tested) - 7


def test_the_losses_and_ratios_are_those_of_the_runs(
    options: argparse.Namespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    material = arrivals.prepared(options)
    runs = made_up(tmp_path / "out" / "runs", [], [], [])
    old, new = material.batches
    told = iter(
        {0.01: series(old, first), 0.001: series(old + new, second)}
        for first, second in ((0.9, 0.8), (0.88, 0.7), (0.85, 0.75))
    )
    monkeypatch.setattr(arrivals, "by_family", lambda predictions: next(told))
    base, anew, continued = arrivals.measured(material, runs)
    assert (base["recall_1.0%"], base["new_1.0%"]) == pytest.approx((0.9, 0.9))
    assert "old_loss_1.0%" not in base
    assert anew["old_loss_1.0%"] == pytest.approx(0.02)
    assert continued["old_loss_1.0%"] == pytest.approx(0.05)
    assert continued["old_loss_0.1%"] == pytest.approx(0.05)
    assert np.isnan(continued["new_1.0%"])
    assert continued["time_ratio"] == pytest.approx(0.3)  # 30 seconds of 100, as `made_up` says
    assert continued["fit_ratio"] == pytest.approx(0.2)


CONFIG = arrivals.TrainingConfig()


def series(families: Sequence[str], value: float) -> pd.Series[float]:
    return pd.Series(value, index=list(families))


def made_up(root: Path, *learnt: Sequence[str]) -> list[Run]:
    """Three runs that know nothing, with what they say that they have learnt and have cost."""
    runs = []
    costs = ((80.0, 60.0), (100.0, 50.0), (30.0, 10.0))
    for name, known, (cpu, fit) in zip(
        ("scratch-1", "scratch-2", "continued-2"), learnt, costs, strict=True
    ):
        run = make_run(root, name, learnt=known)
        cost = {"cpu_seconds": cpu, "fit_seconds": fit}
        arrivals.store.write_json(run.path / arrivals.COST_FILE, cost)
        runs.append(run)
    return runs


def test_the_whole_command_trains_once_and_notes_a_row_a_run(
    options: argparse.Namespace,
) -> None:
    trained: list[str] = []

    def train(plan: arrivals.TrainingPlan, root: Path) -> Run:
        trained.append(plan.name)
        return arrivals.trained(plan, root)

    runs = arrivals.run_all(options, train)
    again = arrivals.run_all(options, train)
    assert trained == ["scratch-1", "scratch-2", "continued-2"]
    assert [run.name for run in again] == trained
    material = arrivals.prepared(options)
    rows = arrivals.measured(material, runs)
    assert not any(row["left_out"] for row in rows)
    assert min(row["recall_1.0%"] for row in rows) > 0.9  # alphabets of their own
    test = material.test()[DOMAIN]
    assert not np.any([learnt_names.seen(run, test) for run in runs])
    for _ in range(2):
        arrivals.note(rows, options)
    assert len(pd.read_csv(options.results)) == 3
    assert arrivals.table(rows).count("\n") == 4
