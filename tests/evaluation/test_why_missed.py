"""Why names of a family are missed, and what families are taken for."""

from __future__ import annotations

import pandas as pd
import pytest

from dga.evaluation import why_missed


def frame(*rows: tuple[str, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["domain", "family", "predProb"])
    return table.assign(trueClass=table["family"].eq("").map({True: "benign", False: "dga"}))


SHORT = frame(
    *((f"q{at}x.com", "mixed", 0.1) for at in range(5)),
    *((f"qxzjkwvbnmrt{at}pq.net", "mixed", 0.99) for at in range(5)),
    ("garden.com", "", 0.2),
)


def test_missed_names_are_compared_with_found_ones() -> None:
    found = why_missed.why_missed(SHORT, "mixed", 0.5)
    assert (found.missed, found.found) == (5, 5)
    length = found.traits.set_index("trait").loc["Length of the label"]
    assert length["missed"] == pytest.approx(3) and length["found"] == pytest.approx(15)
    assert "they are short (3.0 characters)" in found.reason
    assert ".com is more frequent (100 % of them)" in found.reason
    assert found.pairs[0][1].endswith(".net") and found.advice


@pytest.mark.parametrize(("threshold", "counts"), [(0.0, (0, 10)), (1.0, (10, 0))])
def test_a_family_that_is_all_found_or_all_missed_has_no_pairs(
    threshold: float, counts: tuple[int, int]
) -> None:
    found = why_missed.why_missed(SHORT, "mixed", threshold)
    assert (found.missed, found.found) == counts
    assert found.pairs == ()


def test_the_confusion_counts_every_generated_name_once() -> None:
    rows = frame(
        ("a.com", "one", 0.9), ("b.com", "one", 0.9), ("c.com", "two", 0.1), ("d.com", "", 0)
    )
    table = why_missed.confusion(rows, ["one", "two", "", "one"])
    assert int(table.to_numpy().sum()) == 3
    assert (table.loc["one", "one"], table.loc["one", "two"], table.loc["two", ""]) == (1, 1, 1)


def test_a_group_that_holds_the_family_is_no_mistake() -> None:
    rows = frame(*((f"a{at}.com", "one", 0.9) for at in range(3)), ("b.com", "two", 0.9))
    table = why_missed.confusion(rows, ["one / three"] * 3 + ["one / three"])
    assert table.index[0] == "two"  # the only one that is taken for another
