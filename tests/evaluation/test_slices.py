"""Slices of made-up predictions whose failures are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dga.evaluation import slices
from dga.schema import BENIGN, DGA, DOMAIN, FAMILY, PRED_CLASS, PRED_PROB, TRUE_CLASS


@pytest.fixture(scope="module")
def predictions() -> pd.DataFrame:
    """100 names each: benign .com, benign with a hyphen under .co.uk (half accused), DGA digits
    (all found), DGA words (all missed)."""
    names = (
        [f"plainname{'abcdefghij'[i % 10]}.com" for i in range(100)]
        + [f"our-shop{'abcdefghij'[i % 10]}.co.uk" for i in range(100)]
        + [f"{7_000_000 + i}.ddns.net" for i in range(100)]
        + [f"riverhouse{'abcdefghij'[i % 10]}.com" for i in range(100)]
    )
    scores = [0.1] * 150 + [0.9] * 150 + [0.2] * 100
    frame = pd.DataFrame(
        {
            DOMAIN: names,
            TRUE_CLASS: [BENIGN] * 200 + [DGA] * 200,
            PRED_CLASS: np.where(np.array(scores) >= 0.5, DGA, BENIGN),
            PRED_PROB: np.array(scores, dtype=np.float32),
            FAMILY: [""] * 200 + ["digits"] * 100 + ["words"] * 100,
        }
    )
    return frame.set_index(pd.RangeIndex(1000, 1400))


def row(table: pd.DataFrame, slice: str, value: str) -> pd.Series:
    return table[(table["slice"] == slice) & (table["value"] == value)].iloc[0]


def test_the_worst_slice_comes_first(predictions):
    table = slices.slices(predictions)
    assert tuple(table.columns) == slices.COLUMNS
    assert table.iloc[0][["slice", "value"]].tolist() == ["family", "words"]
    assert table["gap"].is_monotonic_decreasing
    assert table["gap"][0] == pytest.approx(100 / 200 - 0)  # half of the DGA names are found


def test_a_slice_counts_its_names_and_rates(predictions):
    table = slices.slices(predictions)
    shop = row(table, "suffix", "co.uk")
    assert shop[["names", "benign", "dga"]].tolist() == [100, 100, 0]
    assert (shop["fpr"], shop["accuracy"]) == (0.5, 0.5)
    assert np.isnan(shop["recall"])
    assert row(table, "digits", "50 % or more")["recall"] == 1
    assert row(table, "hyphen", "with hyphen")["names"] == 100


@pytest.mark.parametrize(
    "attribute", ["suffix", "length", "digits", "vowels", "hyphen", "punycode"]
)
def test_the_values_of_an_attribute_part_all_rows(predictions, attribute):
    table = slices.slices(predictions, minimum=1)
    assert table.loc[table["slice"] == attribute, "names"].sum() == len(predictions)


def test_members_are_the_rows_that_were_counted(predictions):
    values = slices.attributes(predictions)
    table = slices.slices(predictions, 0.15, values=values, minimum=1)
    for found in table.itertuples():
        rows = slices.members(predictions, found.slice, found.value, values)
        assert len(rows) == found.names
        assert (rows[TRUE_CLASS] == DGA).sum() == found.dga
    assert slices.members(predictions, "length", "no such band").empty
    assert slices.members(predictions, "no such slice", "com").empty


def test_small_slices_are_left_out(predictions):
    assert slices.slices(predictions, minimum=101)["names"].min() > 100
    assert slices.slices(predictions.iloc[:0]).empty


@pytest.mark.parametrize(
    ("domain", "attribute", "value"),
    [
        ("abcde.com", "length", "1 to 5 characters"),
        ("abcdef.com", "length", "6 to 8 characters"),
        ("a" * 25 + ".com", "length", "25 or more characters"),
        ("abcd1.com", "digits", "20 to 50 %"),
        ("abcdefgh.com", "digits", "no digit"),
        ("abcdefghi1.com", "digits", "under 20 %"),
        ("1234.co.uk", "digits", "50 % or more"),
        ("xkcd.com", "vowels", "no vowel"),
        ("www.ouie.com", "vowels", "50 % or more"),
        ("xn--bcher-kva.example", "punycode", "punycode"),
        ("a-b.foo.ddns.net", "hyphen", "no hyphen"),
        ("a.b.foo.ddns.net", "suffix", "ddns.net"),
        ("printer.local", "suffix", "no suffix"),
    ],
)
def test_attributes_are_read_from_the_label(predictions, domain, attribute, value):
    one = predictions.iloc[:1].assign(**{DOMAIN: domain})
    assert slices.attributes(one)[attribute].tolist() == [value]


def test_rare_suffixes_share_a_slice(predictions):
    suffixes = "com net org info biz de fr it nl pl se no fi dk at ch be es pt cz ru us ca in io"
    tops = [f"name.{suffix}" for suffix in suffixes.split()]
    one_each = predictions.iloc[:25].assign(**{DOMAIN: tops})
    found = slices.attributes(one_each)["suffix"].value_counts()
    assert found["other suffixes"] == 5
    assert len(found) == 21
