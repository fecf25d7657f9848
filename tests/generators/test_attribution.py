"""The attribution index: every name of every exact generator, on exactly its days."""

from __future__ import annotations

import datetime as dt
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from dga.errors import GeneratorError
from dga.generators import FAMILIES
from dga.generators.attribution import AttributionIndex, Match, odds_text, shard
from dga.generators.family import Family, Names, table

PINNED = 89_864_304_610_220_133
START, END = dt.date(2026, 2, 20), dt.date(2026, 3, 12)


def _daily(day: dt.date, seed: int) -> Names:
    yield from (f"daily{(day - dt.date(2026, 1, 1)).days}-{seed}.com", "always.com")


def _weekly(day: dt.date, seed: int) -> Names:
    yield from (f"week{day.isocalendar().week}{letter}.net" for letter in "abcde"[: seed + 4])


def _fixed(day: dt.date, seed: int) -> Names:
    yield from (f"fixed{seed}{letter}.org" for letter in "xyz")


def _ours(day: dt.date, seed: int) -> Names:
    yield "madeup.org"


SMALL = table(
    Family("daily", "random", "a", "https://a.example", _daily, (0, 1)),
    Family("weekly", "random", "a", "https://a.example", _weekly, period=7),
    Family(
        "fixed", "word", "a", "https://a.example", _fixed, (5,), 0, words=1,
        guessable_seeds=range(7, 9),
    ),
    Family("ours", "word", "a", "https://a.example", _ours, period=0, exact=False),
)  # fmt: skip


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AttributionIndex:
    monkeypatch.setattr("dga.generators.FAMILIES", SMALL)
    return AttributionIndex.build(START, END, folder=tmp_path)


def _day(month: int, day: int) -> dt.date:
    return dt.date(2026, month, day)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("daily50-0.com", [("daily", 0, (_day(2, 20), _day(2, 20)))]),
        ("daily49-0.com", []),  # the day before the window
        ("daily70-1.com", [("daily", 1, (_day(3, 12), _day(3, 12)))]),
        ("daily71-1.com", []),
        ("always.com", [("daily", 0, (START, END)), ("daily", 1, (START, END))]),
        ("week9a.net", [("weekly", 0, (_day(2, 23), _day(3, 1)))]),  # over the end of a month
        ("week8d.net", [("weekly", 0, (_day(2, 20), _day(2, 22)))]),  # began before the window
        ("week9e.net", []),
        ("fixed5x.org", [("fixed", 5, None)]),
        ("fixed8z.org", [("fixed", 8, None)]),  # a seed that samples draw
        ("fixed6x.org", []),
        ("madeup.org", []),  # no malware makes it
        ("paypal.com", []),
        ("", []),
    ],
)
def test_a_name_is_attributed_to_the_days_that_make_it(
    small: AttributionIndex, name: str, found: list[tuple[object, ...]]
) -> None:
    (matches,) = small.attribute([name])
    assert [(match.family, match.seed, match.dates) for match in matches] == found
    assert {match.domain for match in matches} <= {name}


def test_odds_are_the_share_of_the_space(small: AttributionIndex) -> None:
    (word,), daily = small.attribute(["fixed5y.org", "daily55-0.com"])
    assert word.chance == pytest.approx(9 / 20_000)
    # February and March, two seeds; eighteen letters, digits and hyphens.
    assert daily[0].chance == pytest.approx(2 * 59 / 18**9)
    assert word.doubtful and not daily[0].doubtful


def test_only_the_families_asked_for_match(small: AttributionIndex, tmp_path: Path) -> None:
    chosen = AttributionIndex.build(START, END, ["weekly"], folder=tmp_path)
    names = ["week9a.net", "fixed5x.org"]
    assert [len(matches) for matches in chosen.attribute(names)] == [1, 0]
    alone = AttributionIndex.build(START, END, ["weekly"], folder=tmp_path / "empty")
    (match,), none = alone.attribute(names)
    assert (match.family, match.dates, none) == ("weekly", (_day(2, 23), _day(3, 1)), ())
    assert len(alone) < len(chosen)  # only what was asked for was built


def test_parts_are_built_once_and_mended_where_damaged(
    small: AttributionIndex, tmp_path: Path
) -> None:
    built: list[str] = []
    assert AttributionIndex.stands(START, END, folder=tmp_path)
    assert not AttributionIndex.stands(START, dt.date(2026, 4, 1), folder=tmp_path)
    later = END + dt.timedelta(days=20)
    AttributionIndex.build(START, later, folder=tmp_path, on_build=lambda *p: built.append(p[0]))
    assert built == ["2026-04"]
    (hashes,) = tmp_path.glob("*/2026-03/hashes.npy")
    hashes.write_bytes(b"not an array")
    again = AttributionIndex.build(START, END, folder=tmp_path)
    assert again.attribute(["daily70-1.com"])[0]
    assert hashes.read_bytes().startswith(b"\x93NUMPY")  # mended on the disk too


def test_a_folder_that_cannot_be_written_leaves_the_index_in_memory(
    small: AttributionIndex, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    assert AttributionIndex.build(START, END, folder=blocked).attribute(["fixed5x.org"])[0]


@pytest.mark.parametrize(
    ("start", "end", "families", "message"),
    [
        (END, START, None, "must not end before it starts"),
        (dt.date(1990, 1, 1), END, None, "at most ten years"),
        (START, END, ["conflicker"], "no exact generator for 'conflicker'"),
    ],
)
def test_what_cannot_be_built_is_said(
    start: dt.date, end: dt.date, families: list[str] | None, message: str, tmp_path: Path
) -> None:
    with pytest.raises(GeneratorError, match=message):
        AttributionIndex.build(start, end, families, folder=tmp_path)


@pytest.mark.parametrize("name", [n for n, family in FAMILIES.items() if family.exact])
def test_each_run_of_equal_lists_is_found(name: str) -> None:
    """Lists that last for days are told apart by first names: compare with every day's list."""
    family = FAMILIES[name]
    seed = family.seeds[-1]
    if shard.is_undated(family, seed):
        days = [shard.FAR_DAYS[0], dt.date(2026, 3, 31)]
        first, second = (set(islice(family.function(day, seed), 1_000)) for day in days)
        assert first == second
        return
    days = [dt.date(2026, 2, 25) + dt.timedelta(days=number) for number in range(12)]
    told: dict[dt.date, set[str]] = {day: set() for day in days}
    for names, first_day, last_day in shard._runs(family, seed, days):
        for day in days:
            if first_day <= day <= last_day:
                told[day].update(names)
    for day in days:
        made = islice(family.function(day, seed), shard.LONGEST_LIST)
        assert told[day] == set(made), day


def test_hashes_stay_the_same_in_every_process() -> None:
    assert shard.hash_names(["plvklpgwivery.com"]).dtype == np.uint64
    assert shard.hash_names(["plvklpgwivery.com"]).tolist() == [PINNED]
    assert shard.hash_names(["a.com", "x" * 60 + ".com", "plvklpgwivery.com"])[2] == PINNED
    assert len(set(shard.hash_names([f"name{n}.com" for n in range(1_000)]).tolist())) == 1_000
    assert shard.hash_names(["", "\u00e4.com"]).shape == (2,)
    assert shard.hash_names([]).shape == (0,)


@pytest.mark.parametrize(
    ("chance", "text"),
    [(1.0, "1 in 1"), (1e-3, "1 in 1,000"), (1 / 26**6, "1 in 310,000,000"), (0, "less than")],
)
def test_odds_are_worded(chance: float, text: str) -> None:
    assert odds_text(chance).startswith(text)


def test_a_match_is_a_value() -> None:
    match = Match("a.com", "corebot", 1, None, 0.5)
    assert match == Match("a.com", "corebot", 1, None, 0.5)
