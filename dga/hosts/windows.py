"""Which names of a host are judged together: those of a day, and each burst in time.

A long day is cut into pieces, since the tests were fitted to sets of ordinary sizes. A burst that
stands among other names is judged by itself too, across midnight as well. All sets of a host and
day share one rate of false accusations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dga.hosts.ledger import NO_TIME

Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MOST_TOGETHER = 100  # names that are judged as one set
GAP = 5 * 60 * 1_000_000  # microseconds between names, beyond which a burst ends
DENSER = 4  # times as dense as a long day's names on the average, at least, is a burst there
LEAST_BURST = 4  # names
BURSTS_SHARE = 0.5  # of a day's rate that its bursts have together; unused on a day without one


@dataclass(frozen=True)
class Windows:
    """Slices of rows that are judged together, sorted by where they begin.

    `low`, `high`, `share`, `whole` (sets,): the slice, its part of the day's false-positive rate,
    and whether it is a day (or a piece of one) and no burst.
    """

    low: Places
    high: Places
    share: npt.NDArray[np.float64]
    whole: Mask

    def rows(self) -> tuple[Places, Places]:
        """The rows of all slices, one slice after the other, and the slice of each."""
        size = self.high - self.low
        owner = np.repeat(np.arange(len(size)), size)
        ends = np.cumsum(size)
        within = np.arange(int(size.sum())) - np.repeat(ends - size, size)
        return self.low[owner] + within, owner


def cut(client: Places, day: Places, first: Places) -> Windows:
    """The windows of rows (rows,), which are sorted by client, day and time first asked."""
    rows = len(client)
    new_client = _changes(client)
    days = np.flatnonzero(new_client | _changes(day))
    low, high, of_day = _pieces(days, np.append(days[1:], rows))
    pieces = np.bincount(of_day, minlength=len(days))
    begins = np.flatnonzero(new_client | _pauses(first, _gaps(first, days)))
    run_low, run_high, _ = _pieces(begins, np.append(begins[1:], rows))
    bursts = (run_high - run_low >= LEAST_BURST) & (first[run_low] != NO_TIME)
    run_low, run_high = run_low[bursts], run_high[bursts]
    run_day = np.searchsorted(days, run_low, side="right") - 1
    counted = np.bincount(run_day, minlength=len(days))
    # Where times are known, bursts have their part even of a day without one.
    timed = first[np.append(days[1:], rows) - 1] != NO_TIME if rows else np.zeros(0, dtype=bool)
    share = (np.where(timed, 1 - BURSTS_SHARE, 1.0) / pieces)[of_day]
    run_share = BURSTS_SHARE / counted[run_day]
    key, run_key = low * (rows + 1) + high, run_low * (rows + 1) + run_high
    share[np.isin(key, run_key)] += run_share[np.isin(run_key, key)]  # a day that is one burst
    other = ~np.isin(run_key, key)
    run_low, run_high = run_low[other], run_high[other]
    share = np.concatenate([share, run_share[other]])
    joined_low, joined_high = np.concatenate([low, run_low]), np.concatenate([high, run_high])
    order = np.lexsort((-joined_high, joined_low))
    whole = np.arange(len(order)) < len(low)
    return Windows(joined_low[order], joined_high[order], share[order], whole[order])


def latest_burst(times: Places) -> int:
    """Where the burst begins that the last of these times, in order, belongs to.

    >>> latest_burst(np.array([0, 3_600_000_000, 3_601_000_000]))
    1
    """
    pauses = _pauses(times, np.full(len(times), GAP))
    return int(np.flatnonzero(pauses | (np.arange(len(times)) == 0))[-1])


def _changes(values: Places) -> Mask:
    return np.append(True, values[1:] != values[:-1]) if len(values) else values != values


def _gaps(first: Places, days: Places) -> Places:
    """The pause that ends a burst (rows,): shorter on a long day, whose names come thick anyway."""
    size = np.diff(np.append(days, len(first)))
    start, last = first[days], first[days + size - 1]
    span = np.where(start == NO_TIME, 0, last - np.maximum(start, 0))
    gap = np.where(size > MOST_TOGETHER, np.minimum(span // (DENSER * size), GAP), GAP)
    return np.repeat(gap, size)


def _pauses(first: Places, gap: Places) -> Mask:
    """Where a time follows the one before by more than the gap; an unknown one follows none."""
    known = first != NO_TIME
    times = np.where(known, first, 0)
    paused = np.append(False, np.diff(times) > gap[1:]) if len(first) else known
    return np.asarray(paused | _changes(known.astype(np.int64)))


def _pieces(low: Places, high: Places) -> tuple[Places, Places, Places]:
    """Slices in as few even pieces as MOST_TOGETHER allows, and which slice each is of."""
    size = high - low
    count = -(-size // MOST_TOGETHER)
    owner = np.repeat(np.arange(len(low)), count)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    begin = low[owner] + place * size[owner] // count[owner]
    end = low[owner] + (place + 1) * size[owner] // count[owner]
    return begin, end, owner
