from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dga.names.given_texts import GivenTexts

VALUES = ["a.com", b"b.com", None, 7, float("nan"), np.float64("nan"), pd.NA, "\ud800.com", "é.com"]
TEXTS = ["a.com", "", "", "", "", "", "", "", "é.com"]
PROBLEMS = {
    1: "not text: bytes",
    2: "no value",
    3: "not text: int",
    4: "no value",
    5: "no value",
    6: "no value",
    7: "damaged text: lone surrogates",
}


@pytest.mark.parametrize("make", [list, tuple, iter, lambda v: pd.Series(v, dtype=object)])
def test_what_is_no_text_has_a_problem(make) -> None:
    given = GivenTexts.of(make(VALUES))
    assert given.texts.to_pylist() == TEXTS
    assert given.problems == PROBLEMS
    assert given.shown.to_pylist()[:4] == ["a.com", "b'b.com'", "", "7"]
    marked = given.with_problems(pa.array(["x"] * len(VALUES), pa.large_string())).to_pylist()
    assert [marked[0], marked[3]] == ["x", "not text: int"]


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["a.com", "b.com"]),
        pa.chunked_array([["a.com"], ["b.com"]]),
        pd.Series(["a.com", "b.com"]),
        np.array(["a.com", "b.com"]),
        {"a.com": 1, "b.com": 2},
    ],
)
def test_columns_of_other_libraries_are_taken(values: object) -> None:
    given = GivenTexts.of(values)
    assert given.texts.to_pylist() == ["a.com", "b.com"]
    assert not given.problems


def test_an_arrow_column_of_numbers_is_no_column_of_texts() -> None:
    assert GivenTexts.of(pa.array([1, None])).problems == {0: "not text: int", 1: "no value"}


@pytest.mark.parametrize("single", ["paypal.com", b"paypal.com", bytearray(b"x")])
def test_a_single_text_is_refused(single: object) -> None:
    with pytest.raises(TypeError, match="put it in a list"):
        GivenTexts.of(single)
