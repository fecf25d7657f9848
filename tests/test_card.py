"""The model card of a run, from what it recorded; of an older run that recorded less, too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks import card
from benchmarks.figures import Table
from dga.evaluation import curves, family_errors
from dga.runs.store import Run
from dga.scoring.family_groups import Groups, Merge
from dga.training import fit_calibration

COUNTED = vars(curves.threshold_at_fpr([0.1] * 2000, 0.01))
FAILURE = {
    "family": "alpha",
    "kind": "word",
    "names": 50,
    "missed": 20,
    "recall": 0.6,
    "named": 0.9,
    "taken_for": "beta 10%",
    "found_length": 12.0,
    "found_digits": 0.0,
    "found_words": 0.8,
    "missed_length": None,
    "missed_digits": None,
    "missed_words": None,
    "missed_suffixes": "com 40%",
    "false_alarms": "top.csv 3",
    "advice": "more",
}


@pytest.fixture
def recorded(tiny_run: Run) -> Run:
    learnt = fit_calibration.Calibrated(
        groups=Groups((("alpha", "beta"),), 0.4),
        merges=[Merge(("alpha",), ("beta",), 0.3, 12)],
    )
    metrics = {**tiny_run.metrics, **learnt.told(), "thresholds": [COUNTED]}
    metrics["failures"] = [FAILURE]
    metrics["benign_feeds"] = [
        {
            "feed": "top.csv",
            "names": 100,
            "fpr_target": 0.01,
            "threshold": 0.9,
            "false_positives": 2,
            "fpr": 0.02,
            "fpr_low": 0.002,
            "fpr_high": 0.07,
        }
    ]
    return replace(tiny_run, metrics=metrics)


def test_the_card_tells_groups_thresholds_and_failures(recorded: Run) -> None:
    text = card.card(recorded, {})
    assert "| alpha | beta | 12 | 30.0% |" in text
    assert "| 1.00% | 0.100000 | counted | 0 of 2,000 |" in text
    assert "| top.csv | 1.00% | 2 of 100 | 2.0000% |" in text
    assert "| alpha | word | 60.0% | 12.0 characters, 0% digits, 80% words | none |" in text


def test_a_run_that_recorded_less_has_a_card_too(tiny_run: Run) -> None:
    older = {**tiny_run.metrics, "thresholds": [COUNTED]}
    text = card.card(replace(tiny_run, metrics=older), {})
    assert "Not measured." in text


def test_a_report_of_a_run_fits_the_card() -> None:
    assert set(FAILURE) >= {f"found_{trait}" for trait in family_errors.COMPARED}


def test_a_table_has_a_column_for_each_rival() -> None:
    table = Table("made up")
    table.add("recall", {"ours": 0.5, "theirs": None}, ">= 0.4")
    table.add("groups", {"ours": 12})
    assert table.text().splitlines()[-2:] == [
        "| recall | >= 0.4 | 0.5000 | not measured |",
        "| groups |  | 12 |  |",
    ]


def test_the_card_states_curated_unseen_and_suffix_figures_first(recorded: Run) -> None:
    source = {
        "feed": "banks", "names": 300, "fpr_target": 0.01, "false_positives": 3, "fpr": 0.01,
        "fpr_low": 0.002, "fpr_high": 0.03,
    }  # fmt: skip
    curated = {
        "names": 300,
        "macro_recall_at_fpr": {"0.01": 0.9, "0.001": 0.8},
        "mean_family_accuracy": 0.95,
        "sources": [source],
    }
    by_suffix = [
        {"suffix": "com", "12 letters": 1.0, "ordinary": 0.0},
        {"suffix": "lol", "12 letters": 0.4, "ordinary": 0.1},
    ]
    suffixes = {
        "mean": 0.7, "worst": 0.4, "worst_suffix": "lol", "alarms": 0.05, "most_alarms": 0.1,
        "most_alarms_suffix": "lol", "suffixes": by_suffix,
    }  # fmt: skip
    metrics = {**recorded.metrics, "curated": curated, "suffixes": suffixes}
    text = card.card(replace(recorded, metrics=metrics), {}, "text\n| macro recall | 0.7 |\n")
    heads = [text.index(f"## {head}") for head in ("On names", "Families never", "By suffix")]
    assert heads == sorted(heads)
    assert heads[-1] < text.index("## Data")
    for figure in ("0.900 at 0.01", "| banks | 300 |", "| macro recall | 0.7 |", "| .lol | 0.40 |"):
        assert figure in text


def test_the_card_tells_what_was_left_out_and_why(recorded: Run) -> None:
    told = {
        "left_out": 7,
        "limits": {"1": 0.9, "2": 0.99},
        "by_lists": [{"lists": "1", "names": 80, "left_out": 7}],
    }
    earlier = card.card(replace(recorded, metrics={**recorded.metrics, "cleaning": told}), {})
    assert "0.9 on 1, 0.99 on 2).\n" in earlier
    suffixes = [{"suffix": "icu", "names": 40, "left_out": 6}]
    told = {**told, "least_trust": 0.25, "by_suffix": suffixes}
    now = card.card(replace(recorded, metrics={**recorded.metrics, "cleaning": told}), {})
    assert "more than 4 times as many of them" in now
    assert "| .icu | 40 | 6 |" in now
