"""The quality tables' own arithmetic, on made-up names; the commands are run by hand."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import detector, figures, out_of_family, rivals, robustness, shortcuts
from benchmarks.rivals import Lists
from dga.datasets import dataset
from dga.datasets.perturbations import ATTACKS
from dga.errors import RunError
from dga.evaluation import suffixes
from dga.names import public_suffix
from dga.runs import learnt_names
from dga.runs.store import Run
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, FEED, LABEL
from dga.scoring.bundle import ModelBundle
from dga.scoring.family_groups import Groups
from tests.runs_factory import made_up_names


@pytest.fixture
def lists(tmp_path: Path) -> Lists:
    names = made_up_names(("alpha", "beta"))
    benign, dga = tmp_path / "top.csv", tmp_path / "families.csv"
    names.loc[names[FAMILY] == "", [DOMAIN]].to_csv(benign, index=False)
    names[names[FAMILY] != ""].to_csv(dga, index=False)
    return Lists((benign,), dga)


def test_families_are_parted_whole_and_groups_stay_together() -> None:
    families = [f"family {number}" for number in range(12)]
    together = (families[1], families[7], families[11])
    parts = out_of_family.parted(families, Groups((together,)))
    assert sorted(family for part in parts for family in part) == sorted(families)
    assert len(parts) == out_of_family.PARTS
    assert [set(together) <= set(part) for part in parts].count(True) == 1


def test_reduced_lists_leave_families_and_rows_out(lists: Lists, tmp_path: Path) -> None:
    assert rivals.reduced(lists, tmp_path / "none", 1.0) is lists
    less = rivals.reduced(lists, tmp_path / "less", 0.5, without=["beta"])
    benign, dga = less.frames()
    assert (len(benign), len(dga)) == (50, 25)
    assert set(dga[FAMILY]) == {"alpha"}
    assert [path.name for path in (*less.benign, less.dga)] == ["top.csv", "families.csv"]


def test_a_run_is_not_measured_on_files_that_it_was_not_trained_on(
    lists: Lists, tiny_run: Run
) -> None:
    (tiny_run.path / learnt_names.LEARNT_FILE).unlink(missing_ok=True)
    with pytest.raises(RunError, match="not trained on these files"):
        rivals.parts_of_run(tiny_run, lists, [])
    counts = rivals.parts(lists, tiny_run.settings).counts()
    trained = replace(tiny_run, metrics={**tiny_run.metrics, "dataset": counts})
    assert rivals.parts_of_run(trained, lists, []).counts() == counts


def test_names_that_a_run_has_learnt_are_in_no_test_part(lists: Lists, tiny_run: Run) -> None:
    data = rivals.parts(lists, tiny_run.settings)
    tested = data.part(dataset.TEST)["registered_name"].tolist()
    learnt_names.save(tiny_run.path, tested[:5])
    found = rivals.parts_of_run(tiny_run, lists, []).part(dataset.TEST)["registered_name"]
    assert found.tolist() == tested[5:]


def test_tf_idf_learns_the_letters(lists: Lists, tiny_run: Run) -> None:
    train = rivals.parts(lists, tiny_run.settings).part(dataset.TRAIN)
    rival = rivals.tf_idf(train)
    scored = figures.scored(train, rival)
    assert figures.recalls(scored[scored[FAMILY] != ""], 0.5).mean() > 0.9


def test_figures_on_one_list_alone_and_on_average() -> None:
    test = pd.DataFrame(
        {
            dataset.NAME: [f"n{i}.com" for i in range(204)],
            LABEL: [BENIGN] * 4 + [DGA] * 200,
            FAMILY: [""] * 4 + ["alpha"] * 200,
            FEED: ["top", "top", "other", "other"] + ["dga"] * 200,
        }
    )
    scores = np.array([0.1, 0.6, 0.9, 0.9] + [0.8] * 150 + [0.2] * 50, dtype=np.float32)
    predictions = figures.scored(test, lambda names: scores)
    alone = figures.on_feed({"ours": predictions}, test, "top")["ours"]
    assert figures.expected(alone) == pytest.approx((0.75 + 0.5) / 2)
    assert figures.cut_at(alone, 0.5) == pytest.approx(0.1, abs=1e-6)


def test_an_attack_is_measured_on_the_names_that_it_changes() -> None:
    row = robustness.measured(
        "one hyphen",
        ATTACKS["one hyphen"],
        ["garden.com", "abc.com"],
        lambda names: np.array(["-" in name for name in names], dtype=np.float32),
        threshold=0.5,
    )
    assert (row["names"], row["called dga before"], row["after"]) == ("1", "0.00%", "100.00%")


def test_shortcuts_are_told_by_traits_alone_and_by_changes(tiny_bundle: ModelBundle) -> None:
    given = made_up_names(("alpha",))
    names = pd.DataFrame({DOMAIN: given[DOMAIN], "is_dga": given[FAMILY] != ""})
    names = names.assign(
        score=tiny_bundle.score(given[DOMAIN].tolist()).score, **shortcuts.traits(names)
    )
    told = shortcuts.alone(names).set_index("told by")["AUC"].astype(float)
    assert told["hyphen"] > 0.95  # every chosen name of the factory has one
    assert told["suffix"] > 0.6  # all of these end in com
    changed = shortcuts.changed(names, tiny_bundle).set_index("change")
    assert changed.loc["www. before it", "rank kept"] == "1.000"
    assert shortcuts.within(names).empty  # too few names for any value


def test_the_suffixes_are_listed_and_their_labels_distinct() -> None:
    assert len(set(suffixes.SUFFIXES)) == 60
    assert [one for one in suffixes.SUFFIXES if one not in public_suffix.rules()] == []
    labels = suffixes.random_labels("12 hexadecimal")
    assert len(set(labels)) == suffixes.LABELS
    assert {len(label) for label in labels} == {12}


def test_the_summary_of_suffixes_names_the_worst() -> None:
    table = pd.DataFrame(
        {kind: [1.0, 0.4] for kind in suffixes.KINDS} | {suffixes.ORDINARY: [0.0, 0.1]},
        index=["com", "lol"],
    )
    found = suffixes.summary(table)
    assert (found.mean, found.worst) == (pytest.approx(0.7), pytest.approx(0.4))
    assert found.worst_suffix == "lol"
    assert (found.alarms, found.most_alarms_suffix) == (0.05, "lol")


def test_cases_count_the_verdicts_that_are_right(
    tiny_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(
        "domain,expect,kind\nexample.com,benign or suspicious or dga,a\nx,problem: none,b\n"
    )
    options = argparse.Namespace(cases=path, run="tiny", measured=None)
    monkeypatch.setattr(detector, "_bundle", lambda *_: tiny_run.bundle())
    table = detector.cases(options, tmp_path, tmp_path)
    assert table.rows == [("verdicts right, of 1", "", {detector.OURS: "1"})]


def test_curated_names_are_counted_by_source_at_the_stored_thresholds(
    lists: Lists, tiny_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detector, "SMALLEST", 1)
    data = rivals.parts(lists, tiny_run.settings)
    written = pd.DataFrame({"name": ["paper-garden.org", "xqzkvw19.net"], "source": "banks"})
    apart = written.assign(
        split=dataset.TEST, registered_name=written["name"], label=BENIGN, family=""
    )
    measured = (tiny_run, replace(data, curated=apart), lists)
    options = argparse.Namespace(run="tiny", measured=measured)
    told = {what: value for what, _, figure in detector.curated(options, tmp_path, tmp_path).rows
            for value in figure.values()}  # fmt: skip
    threshold = tiny_run.bundle().threshold(0.01)
    share = np.mean(tiny_run.bundle().score(written["name"].tolist()).score >= threshold)
    assert told["false alarms on banks, test third (2), nominal 0.01"] == f"{share:.4f}"
    assert "known families, macro recall at 1.00%" in told
