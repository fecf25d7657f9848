"""Nearest known names: edits, likeness, classes, families, ties."""

from __future__ import annotations

import pandas as pd
import pytest

from dga.explain.nearest_names import NameIndex
from dga.schema import BENIGN, DGA, PREDICTION_COLUMNS

ROWS = [
    ("garden.com", BENIGN, BENIGN, 0.01, ""),
    ("gardens.net", BENIGN, BENIGN, 0.02, ""),
    ("wardrobe.org", BENIGN, BENIGN, 0.03, ""),
    ("xqzkvw.com", DGA, DGA, 0.97, "alpha"),
    ("xqzkvw.net", DGA, DGA, 0.96, "beta"),
    ("xqzkvwjj.com", DGA, DGA, 0.98, "alpha"),
]
PREDICTIONS = pd.DataFrame(ROWS, columns=list(PREDICTION_COLUMNS))


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return NameIndex(PREDICTIONS)


@pytest.mark.parametrize(
    ("name", "nearest", "edits"),
    [
        ("garden.com", "garden.com", 0),
        ("gadren.com", "garden.com", 1),  # two swapped are one edit
        ("gardenx.com", "garden.com", 1),
        ("gardenes.net", "gardens.net", 1),
    ],
)
def test_the_nearest_name_comes_first(index: NameIndex, name: str, nearest: str, edits: int):
    first = index.nearest(name)[BENIGN][0]
    assert (first.name, first.edits) == (nearest, edits)


def test_each_class_has_its_own_neighbours(index: NameIndex):
    found = index.nearest("xqzkvw.net", count=2)
    assert [one.name for one in found[DGA]] == ["xqzkvw.net", "xqzkvw.com"]  # same suffix first
    assert {one.label for one in found[BENIGN]} == {BENIGN}
    assert len(index.nearest("a.com", count=9)[DGA]) == 3


def test_likeness_is_what_the_edits_leave_of_the_longer_label(index: NameIndex):
    first = index.nearest("gardenabcdef.com")[BENIGN][0]
    assert (first.edits, first.likeness) == (6, 0.5)


def test_families_give_their_own_nearest_names(index: NameIndex):
    found = index.of_families("xqzkvwj.com", ["beta", "alpha", "gamma"], count=1)
    assert found == {"beta": ["xqzkvw.net"], "alpha": ["xqzkvwjj.com"], "gamma": []}


def test_a_known_name_is_found_with_its_class(index: NameIndex):
    known = index.find("xqzkvw.net")
    assert known is not None and (known.label, known.family) == (DGA, "beta")
    assert index.find("nowhere.com") is None


def test_whole_names_are_compared_where_the_run_reads_them():
    whole = NameIndex(PREDICTIONS, "fqdn")
    assert whole.nearest("wardrobe.net")[BENIGN][0].edits == 3
    assert len(whole) == len(PREDICTIONS)


def test_no_names_give_no_neighbours():
    empty = NameIndex(PREDICTIONS.head(0))
    assert empty.nearest("garden.com") == {BENIGN: [], DGA: []}
