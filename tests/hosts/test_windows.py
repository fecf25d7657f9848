"""Which rows are judged together: days, pieces of long days, and bursts."""

from __future__ import annotations

import numpy as np
import pytest

from dga.hosts import windows
from dga.hosts.ledger import DAY, NO_TIME
from dga.hosts.windows import MOST_TOGETHER, Windows

HOUR, SECOND = 3_600_000_000, 1_000_000


def cut(times: list[int], clients: list[int] | None = None) -> Windows:
    first = np.array(times, dtype=np.int64)
    client = np.array(clients or [0] * len(times), dtype=np.int64)
    return windows.cut(client, np.where(first == NO_TIME, 0, first // DAY), first)


def slices(found: Windows) -> list[tuple[int, int, bool]]:
    return list(zip(found.low.tolist(), found.high.tolist(), found.whole.tolist(), strict=True))


def test_a_day_of_one_burst_is_one_set() -> None:
    found = cut([place * SECOND for place in range(10)])
    assert slices(found) == [(0, 10, True)]
    assert found.share.tolist() == [1.0]


def test_a_burst_among_other_names_is_judged_alone_too() -> None:
    found = cut([0, HOUR, *(2 * HOUR + place * SECOND for place in range(6)), 9 * HOUR])
    assert slices(found) == [(0, 9, True), (2, 8, False)]
    assert found.share.tolist() == [0.5, 0.5]


def test_a_day_without_a_burst_leaves_the_part_of_bursts_unused() -> None:
    assert cut([0, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR]).share.tolist() == [0.5]
    assert cut([NO_TIME] * 5).share.tolist() == [1.0]


def test_a_burst_over_midnight_is_one_set() -> None:
    times = [DAY - 3 * SECOND, DAY - 2 * SECOND, DAY - SECOND, DAY, DAY + SECOND]
    assert (0, 5, False) in slices(cut(times))


def test_few_names_or_two_clients_are_no_burst() -> None:
    assert slices(cut([0, 1, 2, HOUR])) == [(0, 4, True)]
    assert slices(cut([0, 1, 0, 1], [0, 0, 1, 1])) == [(0, 2, True), (2, 4, True)]


def test_a_long_day_is_cut_into_even_pieces_that_share_its_rate() -> None:
    found = cut([place * HOUR // 100 for place in range(2 * MOST_TOGETHER + 50)])
    sizes = (found.high - found.low)[found.whole]
    assert sizes.tolist() == [83, 83, 84]
    assert found.share.sum() == pytest.approx(0.5)


def test_a_burst_in_a_long_day_is_told_by_its_density() -> None:
    steady = [place * 40 * SECOND for place in range(1000)]
    burst = [steady[500] + (place + 1) * SECOND for place in range(20)]
    found = cut(sorted(steady + burst))
    runs = (found.high - found.low)[~found.whole]
    assert runs.tolist() == [21]


def test_names_without_time_are_one_set() -> None:
    assert slices(cut([NO_TIME] * 9)) == [(0, 9, True)]


def test_no_rows_make_no_windows() -> None:
    assert slices(cut([])) == []


def test_rows_of_overlapping_slices_come_once_a_slice() -> None:
    found = cut([0, HOUR, *(2 * HOUR + place for place in range(4))])
    member, owner = found.rows()
    assert member.tolist() == [0, 1, 2, 3, 4, 5, 2, 3, 4, 5]
    assert owner.tolist() == [0] * 6 + [1] * 4
