"""Whether names of single lists are trusted where several lists hold as many like them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dga.datasets import list_excess

PLAIN, STRANGE = 0.1, 0.95  # doubt


def trust_by_suffix(
    rows: list[tuple[str, str, int, float, bool]],
) -> dict[tuple[str, float], float]:
    """Trust by suffix and doubt; a row: label, suffix, names, doubt, whether in one list alone."""
    table = pd.DataFrame(rows, columns=["label", "suffix", "names", "doubt", "alone"])
    table = table.loc[table.index.repeat(table["names"])]
    found = list_excess.trust(
        table["label"], table["suffix"], table["doubt"].to_numpy(), table["alone"].to_numpy()
    )
    single = table.assign(trust=found)[table["alone"].to_numpy()]
    trusted = single.groupby(["suffix", "doubt"])["trust"].first()
    return {(str(suffix), float(doubt)): float(t) for (suffix, doubt), t in trusted.items()}


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
    rows = [*SEVERAL, *SPAMMED]
    table = pd.DataFrame(rows, columns=["label", "suffix", "names", "doubt", "alone"])
    table = table.loc[table.index.repeat(table["names"])]
    alone = table["alone"].to_numpy()
    found = list_excess.trust(table["label"], table["suffix"], table["doubt"].to_numpy(), alone)
    assert np.all(found[~alone] == 1.0)
