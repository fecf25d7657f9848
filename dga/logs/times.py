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
_DAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
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
    _format(rf"(?:{_DAYS}), \d{{1,2}} (?:{_MONTHS}) \d{{4}} {_CLOCK} [+-]\d{{4}}$",
            "%a, %d %b %Y %H:%M:%S %z", "Fri, 01 May 2026 10:00:01 +0000"),
    _format(rf"(?:{_DAYS}), \d{{1,2}} (?:{_MONTHS}) \d{{4}} {_CLOCK}$", "%a, %d %b %Y %H:%M:%S",
            "Fri, 01 May 2026 10:00:01 GMT"),
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
    _format(rf"\d{{4}}-(?:{_MONTHS})-\d\d {_CLOCK}$", "%Y-%b-%d %H:%M:%S", "2026-May-01 10:00:01"),
    _format(rf"\d{{1,2}}-(?:{_MONTHS})-\d\d {_CLOCK}$", "%d-%b-%y %H:%M:%S", "01-May-26 10:00:01"),
    _format(r"\d{1,2}-\d{1,2}-\d{4},? \d+:\d\d:\d\d$", "%d-%m-%Y %H:%M:%S",
            "01-05-2026 10:00:01"),
    _format(r"\d{1,2}-\d{1,2}-\d{4},? \d+:\d\d$", "%d-%m-%Y %H:%M", "01-05-2026 10:00"),
    _format(r"\d{1,2}-\d{1,2}-\d{4}$", "%d-%m-%Y", "01-05-2026"),
    _format(r"\d{1,2}/\d{1,2}/\d\d,? \d+:\d\d:\d\d [AP]M", "%m/%d/%y %I:%M:%S %p",
            "5/1/26 10:00:01 AM"),
    _format(r"\d{1,2}/\d{1,2}/\d\d,? \d+:\d\d [AP]M", "%m/%d/%y %I:%M %p", "5/1/26 10:00 AM"),
    _format(r"\d{1,2}/\d{1,2}/\d\d,? \d+:\d\d:\d\d$", "%m/%d/%y %H:%M:%S", "5/1/26 10:00:01"),
    _format(r"\d{1,2}/\d{1,2}/\d\d,? \d+:\d\d$", "%m/%d/%y %H:%M", "5/1/26 10:00"),
    _format(r"\d{1,2}\.\d{1,2}\.\d\d,? \d+:\d\d:\d\d$", "%d.%m.%y %H:%M:%S", "01.05.26 10:00:01"),
    _format(r"\d{1,2}\.\d{1,2}\.\d\d,? \d+:\d\d$", "%d.%m.%y %H:%M", "01.05.26 10:00"),
    _format(r"\d{4}年\d{1,2}月\d{1,2}日 \d+:\d\d:\d\d$", "%Y年%m月%d日 %H:%M:%S",
            "2026年5月1日 10:00:01"),
    _format(r"\d{4}/\d{1,2}/\d{1,2} \d+:\d\d:\d\d$", "%Y/%m/%d %H:%M:%S", "2026/5/1 10:00:01"),
    _format(r"\d{4}/\d{1,2}/\d{1,2} \d+:\d\d$", "%Y/%m/%d %H:%M", "2026/5/1 10:00"),
    _format(r"\d{4}\d\d\d\d$", "%Y%m%d", "20260501"),
    _format(r"20\d{12}$", "%Y%m%d%H%M%S", "20260501100001"),
    _format(rf"\d\d:\d\d:\d\d {_US}$", "%H:%M:%S %m/%d/%Y", "10:00:01 05/01/2026"),
    _format(r"\d{8}T\d{6}\.\d+[+-]\d{4}$", "%Y%m%dT%H%M%S.%f%z", "20260501T100001.123+0000"),
    _format(r"\d{8}T\d{6}Z?$", "%Y%m%dT%H%M%S", "20260501T100000Z"),
    _format(rf"(?:{_DAYS}),? (?:{_MONTHS}) +\d+ {_CLOCK} \d{{4}}$",
            "%a %b %d %H:%M:%S %Y", "Fri May  1 10:00:00 2026"),
)  # fmt: skip
_EPOCH = re.compile(r"^\s*-?\d{9,19}(?:[.,]\d*)?\s*$|^\s*\d(?:\.\d+)?[eE]\+?\d{1,2}\s*$")
_JSON_DATE = re.compile(r"^\\?/Date\((\d{12,13})(?:[+-]\d{4})?\)\\?/$")  # of .NET's JSON
_SINCE_1601, _SINCE_1 = 11_644_473_600, 62_135_596_800  # seconds before 1970
# Numbers of the years 2003 to 2035 in 100 ns since 1601 (Windows) and since 1 (.NET), and in
# microseconds since 1601 (Chromium): which, how many in a second, and from when.
_OTHER_EPOCHS = (
    ((1.27e17, 1.37e17), 1e7, _SINCE_1601),
    ((6.32e17, 6.42e17), 1e7, _SINCE_1),
    ((1.27e16, 1.37e16), 1e6, _SINCE_1601),
)
# Days since 1899-12-30, as spreadsheets count them, and those of a log, from 2005 on.
_SERIAL = re.compile(r"\s*\d{5}(?:[.,]\d{1,12})?\s*$")
_SERIAL_ORIGIN = pd.Timestamp("1899-12-30", tz="UTC")
_LEAST_SERIAL = 38_353
_ZONE_NAME = re.compile(
    r"(?<=[AP]M)\.\d+$| (?:UTC|GMT)[+-]00:?00$| (?:UTC|GMT|Z|CES?T|[A-Z]{3,4})$|Z$"
)
_ZONE_BEFORE_YEAR = re.compile(r" (?:UTC|GMT|Z) (\d{4})$")  # of `date`
_LONG_MONTHS = {
    "january": "Jan", "januar": "Jan", "february": "Feb", "februar": "Feb", "march": "Mar",
    "märz": "Mar", "april": "Apr", "mai": "May", "june": "Jun", "juni": "Jun", "july": "Jul",
    "juli": "Jul", "august": "Aug", "september": "Sep", "october": "Oct", "oktober": "Oct",
    "november": "Nov", "december": "Dec", "dezember": "Dec",
}  # fmt: skip
_LONG_MONTH = re.compile(rf"(?:(?<=\d)\.)?(^| )({'|'.join(_LONG_MONTHS)})\b", re.IGNORECASE)
_EXTRA_DIGITS = re.compile(r"(\.\d{6})\d+")
_TWO_ORDERS = re.compile(
    r"\s*[\[\"']?(?=\d+(?:/\d+/|-\d+-\d{4}))(\d{1,2})([/-])(\d{1,2})[/-](\d{4}|\d\d\b)"
)
MONTHS = 12
CENTURY = 2000  # of years with two digits
EARLIEST = 2005  # the year of the first times that a column of numbers is taken for
NEAR = timedelta(days=730)
_STRIP = " \t[]\"'"


def looks_like_time(text: str) -> bool:
    """Whether a text is a time, be it seconds since 1970 or written out.

    >>> looks_like_time("1700000000.123"), looks_like_time("May  1 10:00:00"), looks_like_time("7")
    (True, True, False)
    """
    text = _ZONE_NAME.sub("", _plain(text.strip(_STRIP)))
    return bool(_EPOCH.match(text) or _JSON_DATE.match(text)) or any(
        known.looks.match(text) for known in FORMATS
    )


def _plain(text: str) -> str:
    """A time with the short English name of its month, and without a zone before the year.

    >>> _plain("1. Mai 2026 10:00:01"), _plain("Fri May  1 10:00:01 UTC 2026")
    ('1 May 2026 10:00:01', 'Fri May  1 10:00:01 2026')
    """
    text = _LONG_MONTH.sub(lambda found: found[1] + _LONG_MONTHS[found[2].lower()], text)
    return _ZONE_BEFORE_YEAR.sub(r" \1", text)


def are_seconds(texts: Sequence[str]) -> bool:
    """Whether numbers are times since 1970 or 1601 that lie close together, so no other numbers.

    >>> are_seconds(["1777629601", "1777629999"]), are_seconds(["1777629601", "1277629999"])
    (True, False)
    """
    numbers = [text for text in texts if _EPOCH.match(text)]
    if not numbers or len(numbers) < len(texts):
        return False
    found = _epoch(pd.Series(numbers, dtype=object)).dropna()
    if len(found) < len(numbers):
        return False
    first, last = found.min(), found.max()
    return bool(
        first.year >= EARLIEST and last - first <= NEAR and last <= datetime.now(UTC) + _DAY
    )


def are_serial_days(texts: Sequence[str]) -> bool:
    """Whether numbers are a spreadsheet's days since 1899, with a time of day, close together.

    >>> are_serial_days(["46143.4167", "46143.5"]), are_serial_days(["46143", "46144"])
    (True, False)
    """
    if not texts or sum("." in text or "," in text for text in texts) * 2 < len(texts):
        return False
    found = _serial_days(pd.Series(list(texts), dtype=object), datetime.now(UTC))
    return bool(found.notna().all() and found.max() - found.min() <= NEAR)


def _serial_days(texts: pd.Series[str], now: datetime) -> pd.Series:
    """Days since 1899 to timestamps; null for other texts, and for days before 2005 or to come."""
    texts = texts.where(texts.str.match(_SERIAL)).str.replace(",", ".", regex=False)
    days = pd.to_numeric(texts, errors="coerce")
    days = days.where(days >= _LEAST_SERIAL)
    found = _SERIAL_ORIGIN + pd.to_timedelta((days * 86_400_000).round(), unit="ms")
    return found.where(found <= now + _DAY).astype("datetime64[us, UTC]")


def day_order(texts: Iterable[str], now: datetime | None = None) -> tuple[bool, str]:
    """Whether the day comes first in dates such as 1/5/2026, and a sentence where that is not sure.

    A number beyond 12 tells the day. Without one, dates that lie in the future, or further apart,
    are read the other way; and where both ways are alike, the month comes first before a slash, the
    day before a dash.

    >>> day_order(["13/05/2026 10:00:00", "01/05/2026 10:00:00"])
    (True, '')
    >>> day_order(["01/05/2026", "02/05/2026"])[0], day_order(["04-30-2026", "05-01-2026"])[0]
    (True, False)
    """
    found = {match.groups() for text in texts if (match := _TWO_ORDERS.match(text))}
    numbers = ((int(first), int(second), int(year)) for first, _, second, year in found)
    dates = [
        (first, second, year + CENTURY * (year < 100))
        for first, second, year in numbers
        if first and second and year
    ]
    if not dates or any(second > MONTHS for _, second, _ in dates):
        return False, ""
    if any(first > MONTHS for first, _, _ in dates):
        return True, ""
    if all(first == second for first, second, _ in dates):
        return False, ""
    first, mark, second, year = sorted(found)[0]
    by_day, by_month = _reach(dates, now, day=0), _reach(dates, now, day=1)
    day_first = by_day < by_month or (by_day == by_month and mark == "-")
    order = "day/month/year" if day_first else "month/day/year"
    sample = mark.join((first, second, year))
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
    texts, now = texts.str.strip(_STRIP).map(_plain), now or datetime.now(UTC)
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
    return found.where(found.notna(), _serial_days(texts, now)) if left.any() else found


def _epoch(texts: pd.Series[str]) -> pd.Series:
    """Seconds, milliseconds, microseconds or nanoseconds since 1970, told by their size; also what
    Windows, .NET and browsers count from the years 1601 and 1."""
    texts = texts.str.replace(_JSON_DATE, r"\1", regex=True)
    texts = texts.where(texts.str.match(_EPOCH)).str.replace(",", ".", regex=False)
    numbers = pd.to_numeric(texts, errors="coerce")
    for (least, most), unit, years in _OTHER_EPOCHS:
        numbers = numbers.where(~numbers.between(least, most), numbers / unit - years)
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
    if "/%d/%" in pattern or pattern.startswith(("%d.%m", "%d-%m", "%d %b")) or "%Y %I" in pattern:
        texts = texts.str.replace(",", "", regex=False)
        pattern = pattern.replace(",", "")
        if "%m/%d/" in pattern:
            return _in_order(texts, pattern.replace("%m/%d/", "%d/%m/"), pattern, day_first)
        if pattern.startswith("%d-%m"):
            return _in_order(texts, pattern, pattern.replace("%d-%m", "%m-%d"), day_first)
    if known.without_year:
        return _with_year(texts, pattern, now)
    return _converted(texts, pattern)


def _in_order(texts: pd.Series[str], day: str, month: str, day_first: bool) -> pd.Series:
    """Dates such as 1/5/2026 in one order; those that have no such month in the other one."""
    found, other = (
        _converted(texts, order) for order in ((day, month) if day_first else (month, day))
    )
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
