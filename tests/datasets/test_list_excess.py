"""Whether names of single lists are trusted where several lists hold as many like them."""

from __future__ import annotations

import pandas as pd
import pytest

from dga.datasets import list_excess

PLAIN, STRANGE = 0.1, 0.95  # doubt


Row = tuple[str, str, int, float, bool]  # label, suffix, names, doubt, whether in one list alone


def trusted(*lists: list[Row]) -> pd.DataFrame:
    """A row a name, with its list, numbered from 0, and the trust in it."""
    columns = ["label", "suffix", "names", "doubt", "alone"]
    tables = [pd.DataFrame(rows, columns=columns).assign(list=at) for at, rows in enumerate(lists)]
    table = pd.concat(tables, ignore_index=True)
    table = table.loc[table.index.repeat(table["names"])].reset_index(drop=True)
    return table.assign(
        trust=list_excess.trust(
            table["label"],
            table["suffix"],
            table["list"].astype(str),
            table["doubt"].to_numpy(),
            table["alone"].to_numpy(),
        )
    )


def trust_by_suffix(rows: list[Row]) -> dict[tuple[str, float], float]:
    """Trust by suffix and doubt in the lone names of one list."""
    found = trusted(rows)
    single = found[found["alone"]].groupby(["suffix", "doubt"])["trust"].first()
    return {(str(suffix), float(doubt)): float(t) for (suffix, doubt), t in single.items()}


SEVERAL = [("abcde", "com", 9_900, PLAIN, False), ("xqzkv", "com", 100, STRANGE, False)]
LIKE_THEM = [("abcde", "de", 9_900, PLAIN, True), ("xqzkv", "de", 100, STRANGE, True)]
SPAMMED = [("abcde", "xyz", 900, PLAIN, True), ("xqzkv", "xyz", 100, STRANGE, True)]


def test_names_are_trusted_as_far_as_several_lists_hold_such() -> None:
    found = trust_by_suffix([*SEVERAL, *LIKE_THEM, *SPAMMED])
    assert found["de", STRANGE] == pytest.approx(1.0)
    assert found["xyz", STRANGE] == pytest.approx(0.1, abs=0.01)
    assert found["xyz", PLAIN] == found["de", PLAIN] == 1.0


def test_rare_suffixes_are_compared_together() -> None:
    kinds = (("abcde", PLAIN), ("xqzkv", STRANGE))
    rare = [(label, f"s{n}", 300, doubt, True) for n in range(4) for label, doubt in kinds]
    found = trust_by_suffix([*SEVERAL, *rare])
    assert {found[f"s{number}", STRANGE] for number in range(4)} == {found["s0", STRANGE]}
    assert found["s0", STRANGE] < 0.03


def test_labels_of_other_lengths_are_compared_with_their_like() -> None:
    longer = [
        ("abcdefghijkl", "com", 900, PLAIN, False),
        ("xqzkvxqzkvxq", "com", 100, STRANGE, False),
    ]
    spammed = [
        ("abcdefghijkl", "xyz", 900, PLAIN, True),
        ("xqzkvxqzkvxq", "xyz", 100, STRANGE, True),
    ]
    assert trust_by_suffix([*SEVERAL, *longer, *spammed])["xyz", STRANGE] == pytest.approx(1.0)


def test_all_are_trusted_where_few_names_are_in_several_lists() -> None:
    few = [("abcde", "com", list_excess.LEAST_NAMES - 1, PLAIN, False)]
    assert set(trust_by_suffix([*few, *SPAMMED]).values()) == {1.0}


def test_names_in_several_lists_are_always_trusted() -> None:
    found = trusted([*SEVERAL, *SPAMMED])
    assert (found.loc[~found["alone"], "trust"] == 1.0).all()


def test_a_list_full_of_spam_casts_no_doubt_on_another() -> None:
    clean = [("abcde", "xyz", 990, PLAIN, True), ("xqzkv", "xyz", 10, STRANGE, True)]
    found = trusted([*SEVERAL, *clean], SPAMMED)
    strange = found[found["alone"] & (found["doubt"] == STRANGE)]
    by_list = strange.groupby("list")["trust"].first()
    assert by_list[0] == pytest.approx(1.0, abs=0.1)
    assert by_list[1] == pytest.approx(0.1, abs=0.01)


def test_the_few_names_of_a_short_list_are_counted_with_all_under_their_suffix() -> None:
    few = [("xqzkv", "xyz", list_excess.LEAST_NAMES - 1, STRANGE, True)]
    found = trusted([*SEVERAL, *SPAMMED], few)
    strange = found[found["alone"] & (found["doubt"] == STRANGE)].groupby("list")["trust"].first()
    assert strange[1] < 0.03  # 599 of 1,499 instead of one in a hundred
    assert strange[0] == pytest.approx(0.1, abs=0.01)
