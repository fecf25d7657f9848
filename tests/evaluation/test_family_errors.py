"""The report of misclassified families, on predictions made by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dga.evaluation import family_errors
from dga.generators import kinds
from dga.names.lexical import TRAITS, traits, word_share
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, FEED, PRED_PROB, TRUE_CLASS
from dga.scoring.bundle import ModelBundle
from dga.scoring.family_groups import Groups

WORDS = ["riverhouse.com", "silvergarden.net", "paperstone.com", "cloudmarket.com"]
HASHES = ["0a1b2c3d4e5f6a7b.com", "00ff11ee22dd33cc.com"]
BENIGN_NAMES = ["wikipedia.org", "silverhouse.com"]


@pytest.fixture
def report(tiny_bundle: ModelBundle) -> pd.DataFrame:
    """Of four word names one is found, all hashes are; one benign name is called `words`."""
    bundle = replace(tiny_bundle, classes=("words", "hashes"), groups=Groups(floor=0.5))
    predictions = pd.DataFrame(
        {
            DOMAIN: WORDS + HASHES + BENIGN_NAMES,
            TRUE_CLASS: [DGA] * 6 + [BENIGN] * 2,
            PRED_PROB: [0.9, 0.1, 0.1, 0.2, 0.9, 0.9, 0.1, 0.95],
            FAMILY: ["words"] * 4 + ["hashes"] * 2 + [""] * 2,
        },
        index=range(10, 18),
    )
    shares = np.array([[1, 0]] * 4 + [[0, 1], [1, 0]] + [[1, 0]] * 2, dtype=np.float32)
    rows = pd.DataFrame({FEED: ["feed.csv"] * 6 + ["top.csv"] * 2}, index=predictions.index)
    return family_errors.report(predictions, shares, rows, bundle).set_index("family")


def test_the_worst_family_comes_first_with_what_it_is(report: pd.DataFrame) -> None:
    assert report.index.tolist() == ["words", "hashes"]
    assert report["kind"].tolist() == ["word", "hash"]
    assert report["missed"].tolist() == [3, 0]
    assert report["advice"].tolist() == [kinds.KINDS["word"][1], ""]


def test_misses_are_described_beside_what_was_found(report: pd.DataFrame) -> None:
    words = report.loc["words"]
    assert (words["found_words"], words["missed_digits"]) == (1, 0)
    assert words["missed_suffixes"] == "com 67 %, net 33 %"
    assert np.isnan(report.loc["hashes", "missed_length"])


def test_families_taken_for_another_and_benign_names_taken_for_it(report: pd.DataFrame) -> None:
    assert report.loc["hashes", "named"] == 0.5
    assert report.loc["hashes", "taken_for"] == "words 50 %"
    assert report.loc["words", "false_alarms"] == "top.csv 1"


def test_the_report_is_plain_json_without_a_name_of_the_data(report: pd.DataFrame) -> None:
    text = json.dumps(family_errors.as_records(report.reset_index()), allow_nan=False)
    assert not any(name.partition(".")[0] in text for name in WORDS + HASHES + BENIGN_NAMES)


def test_a_bundle_without_families_tells_of_misses_alone(tiny_bundle: ModelBundle) -> None:
    binary = replace(tiny_bundle, classes=(), task="binary")
    predictions = pd.DataFrame(
        {DOMAIN: WORDS, TRUE_CLASS: DGA, PRED_PROB: [0.9, 0.1, 0.1, 0.2], FAMILY: "words"}
    )
    rows = pd.DataFrame({FEED: ["feed.csv"] * 4})
    table = family_errors.report(predictions, np.zeros((4, 0), np.float32), rows, binary)
    assert table[["missed", "named", "taken_for"]].to_numpy().tolist() == [[3, None, ""]]


@pytest.mark.parametrize(
    ("family", "names", "kind"),
    [
        ("pizd", HASHES, "word"),  # what our generator says comes first
        ("charbot", HASHES, "edited"),
        ("strange", HASHES, "hash"),
        ("strange", WORDS, "word"),
        ("strange", ["ab3.com", "xkcd.org"], "short"),
        ("strange", ["balupeki.com", "rutovegi.net"], "pronounceable"),
        ("strange", ["xqzkvwbtrn.com", "pfmgkdlhwc.net"], "random"),
    ],
)
def test_a_kind_is_known_or_seen_in_the_names(family: str, names: list[str], kind: str) -> None:
    assert kinds.kind_of(family, traits(names)) == kind
    assert kind in kinds.KINDS


def test_traits_are_read_from_the_label_alone() -> None:
    one = traits(["garden7.ddns.net"]).iloc[0]
    assert (one["suffix"], one["length"]) == ("ddns.net", 7)
    assert one["words"] == pytest.approx(6 / 7)
    assert traits([]).columns.tolist() == ["suffix", *TRAITS]
    assert word_share("") == 0
