"""Times: from a column of whatever a log writes to timestamps in UTC.

A time without a zone is taken as UTC; one without a year gets the year that does not put it more
than a day into the future.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

TIMESTAMP = pa.timestamp("us", tz="UTC")
_DAY = timedelta(days=1)
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?"


@dataclass(frozen=True)
class TimeFormat:
    """One way to write a time: what it looks like, and how pandas reads it ("" for ISO 8601)."""

    looks: re.Pattern[str]
    format: str
    sample: str
    without_year: bool = False


def _format(looks: str, format: str, sample: str, **more: bool) -> TimeFormat:
    return TimeFormat(re.compile(looks), format, sample, **more)


_US = r"\d{1,2}/\d{1,2}/\d{4}"
FORMATS: tuple[TimeFormat, ...] = (
    _format(r"\d{4}-\d\d-\d\d(?:[T ]\d\d|$)", "ISO8601", "2026-05-01T10:00:00Z"),
    _format(rf"\d{{1,2}}-(?:{_MONTHS})-\d{{4}} {_CLOCK}\.\d", "%d-%b-%Y %H:%M:%S.%f",
            "01-May-2026 10:00:00.123"),
    _format(rf"\d{{1,2}}-(?:{_MONTHS})-\d{{4}} {_CLOCK}$", "%d-%b-%Y %H:%M:%S",
            "01-May-2026 10:00:00"),
    _format(rf"(?:{_MONTHS}) +\d{{1,2}} {_CLOCK}$", "%Y %b %d %H:%M:%S", "May  1 10:00:00",
            without_year=True),
    _format(rf"(?:{_MONTHS}) +\d{{1,2}} {_CLOCK}\.\d+$", "%Y %b %d %H:%M:%S.%f",
            "May  1 10:00:00.123", without_year=True),
    _format(rf"(?:{_MONTHS}) +\d{{1,2}} \d{{4}} {_CLOCK}$", "%b %d %Y %H:%M:%S",
            "May  1 2026 10:00:00"),
    _format(rf"(?:{_MONTHS}) +\d{{1,2}}, \d{{4}} @ {_CLOCK}", "%b %d, %Y @ %H:%M:%S.%f",
            "May 1, 2026 @ 10:00:00.000"),
    _format(rf"(?:{_MONTHS}) +\d{{1,2}}, \d{{4}},? \d+:\d\d:\d\d\.\d+ [AP]M",
            "%b %d, %Y %I:%M:%S.%f %p", "May 1, 2026, 10:00:01.000 AM"),
    _format(rf"(?:{_MONTHS}) +\d{{1,2}}, \d{{4}},? \d+:\d\d:\d\d [AP]M", "%b %d, %Y %I:%M:%S %p",
            "May 1, 2026 10:00:01 AM"),
    _format(rf"(?:{_MONTHS}) +\d{{1,2}}, \d{{4}},? \d+:\d\d:\d\d$", "%b %d, %Y %H:%M:%S",
            "May 1, 2026 10:00:01"),
    _format(rf"\d{{1,2}} (?:{_MONTHS}) \d{{4}},? {_CLOCK}", "%d %b %Y %H:%M:%S",
            "1 May 2026 10:00:01 UTC"),
    _format(rf"(?:{_MONTHS}) +\d{{1,2}}, \d{{4}} {_CLOCK}\.\d", "%b %d, %Y %H:%M:%S.%f",
            "May  1, 2026 10:00:00.123456 UTC"),
    _format(rf"{_US},? {_CLOCK}\.\d+ [AP]M", "%m/%d/%Y %I:%M:%S.%f %p",
            "5/1/2026, 10:00:00.000 AM"),
    _format(rf"{_US},? \d+:\d\d:\d\d [AP]M", "%m/%d/%Y %I:%M:%S %p", "5/1/2026 10:00:00 AM"),
    _format(rf"{_US},? \d+:\d\d [AP]M", "%m/%d/%Y %I:%M %p", "5/1/2026 10:00 AM"),
    _format(rf"{_US},? \d+:\d\d:\d\d\.\d+$", "%m/%d/%Y %H:%M:%S.%f", "05/01/2026 10:00:00.123"),
    _format(rf"{_US},? \d+:\d\d:\d\d$", "%m/%d/%Y %H:%M:%S", "05/01/2026 10:00:00"),
    _format(rf"{_US},? \d+:\d\d$", "%m/%d/%Y %H:%M", "05/01/2026 10:00"),
    _format(rf"{_US}$", "%m/%d/%Y", "05/01/2026"),
    _format(rf"\d\d/(?:{_MONTHS})/\d{{4}}:{_CLOCK} [+-]\d{{4}}", "%d/%b/%Y:%H:%M:%S %z",
            "01/May/2026:10:00:00 +0000"),
    _format(rf"\d\d/(?:{_MONTHS})/\d{{4}}:{_CLOCK}$", "%d/%b/%Y:%H:%M:%S", "01/May/2026:10:00:00"),
    _format(r"\d{1,2}\.\d{1,2}\.\d{4},? \d+:\d\d:\d\d$", "%d.%m.%Y %H:%M:%S",
            "01.05.2026 10:00:00"),
    _format(r"\d{1,2}\.\d{1,2}\.\d{4},? \d+:\d\d$", "%d.%m.%Y %H:%M", "01.05.2026 10:00"),
    _format(r"\d{1,2}\.\d{1,2}\.\d{4}$", "%d.%m.%Y", "01.05.2026"),
    _format(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d", "%Y/%m/%d %H:%M:%S.%f",
            "2026/05/01 10:00:00.123"),
    _format(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d$", "%Y/%m/%d %H:%M:%S", "2026/05/01 10:00:00"),
    _format(rf"\d\d/\d\d/\d{{4}}-{_CLOCK}\.\d", "%m/%d/%Y-%H:%M:%S.%f",
            "05/01/2026-10:00:00.123456"),
    _format(r"\d{4}:\d\d:\d\d-\d\d:\d\d:\d\d$", "%Y:%m:%d-%H:%M:%S", "2026:05:01-10:00:00"),
    _format(r"\d{4}/\d\d/\d\d$", "%Y/%m/%d", "2026/05/01"),
    _format(r"\d{4}\.\d{1,2}\.\d{1,2} \d+:\d\d:\d\d$", "%Y.%m.%d %H:%M:%S", "2026.5.1 10:00:00"),
    _format(r"\d{4}\.\d{1,2}\.\d{1,2}$", "%Y.%m.%d", "2026.5.1"),
    _format(r"\d{4}\d\d\d\d$", "%Y%m%d", "20260501"),
    _format(r"\d{8}T\d{6}Z?$", "%Y%m%dT%H%M%S", "20260501T100000Z"),
    _format(rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? (?:{_MONTHS}) +\d+ {_CLOCK} \d{{4}}$",
            "%a %b %d %H:%M:%S %Y", "Fri May  1 10:00:00 2026"),
)  # fmt: skip
_EPOCH = re.compile(r"^\s*-?\d{9,19}(?:\.\d*)?\s*$|^\s*\d(?:\.\d+)?[eE]\+?\d{1,2}\s*$")
_ZONE_NAME = re.compile(r" (?:UTC|GMT)[+-]00:?00$| (?:UTC|GMT|Z|CES?T|[A-Z]{3,4})$|Z$")
_EXTRA_DIGITS = re.compile(r"(\.\d{6})\d+")
_SLASHED = re.compile(r"\s*[\[\"']?(\d{1,2})/(\d{1,2})/(\d{4})")
MONTHS = 12
_STRIP = " \t[]\"'"


def looks_like_time(text: str) -> bool:
    """Whether a text is a time, be it seconds since 1970 or written out.

    >>> looks_like_time("1700000000.123"), looks_like_time("May  1 10:00:00"), looks_like_time("7")
    (True, True, False)
    """
    text = _ZONE_NAME.sub("", text.strip(_STRIP))
    return bool(_EPOCH.match(text)) or any(known.looks.match(text) for known in FORMATS)


def day_order(texts: Iterable[str], now: datetime | None = None) -> tuple[bool, str]:
    """Whether the day comes first in dates such as 1/5/2026, and a sentence where that is not sure.

    A number beyond 12 tells the day. Without one, dates that lie in the future, or further apart,
    are read the other way; and where both ways are alike, the month comes first.

    >>> day_order(["13/05/2026 10:00:00", "01/05/2026 10:00:00"])
    (True, '')
    >>> day_order(["01/05/2026", "02/05/2026"])[0]
    True
    """
    found = {match.groups() for text in texts if (match := _SLASHED.match(text))}
    dates = [date for date in (tuple(map(int, groups)) for groups in found) if all(date)]
    if not dates or any(second > MONTHS for _, second, _ in dates):
        return False, ""
    if any(first > MONTHS for first, _, _ in dates):
        return True, ""
    if all(first == second for first, second, _ in dates):
        return False, ""
    day_first = _reach(dates, now, day=0) < _reach(dates, now, day=1)
    order = "day/month/year" if day_first else "month/day/year"
    sample = "/".join(sorted(found)[0])
    return day_first, (
        f"dates such as {sample} may begin with the day or with the month; they are read as {order}"
    )


def _reach(
    dates: Sequence[tuple[int, ...]], now: datetime | None, day: int
) -> tuple[bool, timedelta]:
    """Whether dates whose day is the so-manieth number lie in the future, and how far apart."""
    read = [datetime(year, date[1 - day], date[day], tzinfo=UTC) for *date, year in dates]
    return max(read) > (now or datetime.now(UTC)) + _DAY, max(read) - min(read)


def to_timestamps(
    column: pa.Array, now: datetime | None = None, *, day_first: bool | None = None
) -> pa.Array:
    """A column of texts as timestamps in UTC, null where a text is no time.

    `day_first`: whether 1/5/2026 is in May; without it `day_order` tells. A date that cannot be so
    is read the other way.

    >>> to_timestamps(pa.array(["1700000000.5", "5/1/2026 10:00:00 AM"])).to_pylist()[1].isoformat()
    '2026-05-01T10:00:00+00:00'
    """
    coded = column.dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    texts = pd.Series(coded.dictionary.to_pylist(), dtype=object).fillna("")
    texts, now = texts.str.strip(_STRIP), now or datetime.now(UTC)
    if day_first is None:
        day_first, _ = day_order(texts, now)
    found = _parse(texts, now, day_first)
    return pa.array(found, TIMESTAMP, from_pandas=True).take(coded.indices)


def _parse(texts: pd.Series[str], now: datetime, day_first: bool) -> pd.Series:
    """Distinct texts to timestamps, format after format until none is left."""
    found = _epoch(texts)
    plain = texts.str.replace(_ZONE_NAME, "", regex=True)
    left = found.isna() & (texts != "")
    for known in FORMATS:
        if not left.any():
            break
        rows = left & plain.str.match(known.looks)
        if rows.any():
            found[rows] = _read(texts[rows], known, day_first, now)
            left = found.isna() & (texts != "")
    return found


def _epoch(texts: pd.Series[str]) -> pd.Series:
    """Seconds, milliseconds, microseconds or nanoseconds since 1970, told by their size."""
    numbers = pd.to_numeric(texts.where(texts.str.match(_EPOCH)), errors="coerce")
    digits = numbers.abs()
    seconds = numbers.where(digits < 1e11, numbers / 1e3)
    seconds = seconds.where(digits < 1e14, numbers / 1e6).where(digits < 1e17, numbers / 1e9)
    seconds = seconds.where(seconds.abs() < 9e9)
    micros = (seconds * 1e6).round()
    return pd.to_datetime(micros, unit="us", utc=True).astype("datetime64[us, UTC]")


def _read(texts: pd.Series[str], known: TimeFormat, day_first: bool, now: datetime) -> pd.Series:
    texts = texts.str.replace(_EXTRA_DIGITS, r"\1", regex=True)
    if known.format == "ISO8601":
        texts = texts.str.replace(",", ".", regex=False)
        texts = texts.str.replace(_ZONE_NAME, "", regex=True)
        return _converted(texts, "ISO8601")
    pattern = known.format
    if not pattern.endswith("%z"):
        texts = texts.str.replace(_ZONE_NAME, "", regex=True)
    if "/%d/%Y" in pattern or pattern.startswith(("%d.%m", "%d %b")) or "%Y %I" in pattern:
        texts = texts.str.replace(",", "", regex=False)
        pattern = pattern.replace(",", "")
        if "%m/%d/" in pattern:
            return _slashed(texts, pattern, day_first)
    if known.without_year:
        return _with_year(texts, pattern, now)
    return _converted(texts, pattern)


def _slashed(texts: pd.Series[str], pattern: str, day_first: bool) -> pd.Series:
    """Dates such as 1/5/2026 in one order; those that have no such month in the other one."""
    orders = [pattern.replace("%m/%d/", "%d/%m/"), pattern]
    found, other = (_converted(texts, order) for order in sorted(orders, reverse=not day_first))
    return found.where(found.notna(), other)


def _with_year(texts: pd.Series[str], pattern: str, now: datetime) -> pd.Series:
    found = _converted(f"{now.year} " + texts, pattern)
    before = _converted(f"{now.year - 1} " + texts, pattern)
    return found.where(found.notna() & (found <= now + _DAY), before)


def _converted(texts: pd.Series[str], pattern: str) -> pd.Series:
    found = pd.to_datetime(texts, format=pattern, errors="coerce", utc=True)
    return found.astype("datetime64[us, UTC]")


def null_times(rows: int) -> pa.Array:
    """A column of unknown times."""
    return pc.cast(pa.nulls(rows), TIMESTAMP)
