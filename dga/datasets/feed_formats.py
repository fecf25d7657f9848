"""Formats of feeds: from a table's columns and first rows to which column tells what.

A format is a function and its row of FORMATS, which are tried from top to bottom;
`register_feed_format` adds one. Reads no file and labels no row (`dga.datasets.feeds` does).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from dga.errors import FeedError
from dga.schema import BENIGN, DGA, DOMAIN
from dga.tables import TableInfo, domain_share, guess_column

# Words by which label and family columns tell a row's class.
_BENIGN_WORDS = (
    "benign", "legit", "legitimate", "normal", "clean", "good", "whitelist", "non-dga", "nondga",
    "not_dga", "alexa", "tranco", "umbrella", "majestic", "cisco", "0", "0.0", "false", "no",
)  # fmt: skip
_DGA_WORDS = (
    "dga", "malicious", "malware", "bad", "generated", "blacklist", "1", "1.0", "true", "yes",
)  # fmt: skip
CLASS_WORDS = {**dict.fromkeys(_BENIGN_WORDS, BENIGN), **dict.fromkeys(_DGA_WORDS, DGA)}
USED_BY = r"used by\s+(.+?)\s*(?:\s-\s.*|\bDGA\b.*|\bfor \d.*|\(.*)?$"
_CLASS_HEADERS = (
    "label", "class", "trueclass", "isdga", "dga", "type", "target", "malicious", "category",
)  # fmt: skip
_FAMILY_HEADERS = ("family", "subclass", "malware", "malwarefamily", "dgafamily", "botnet")
_SOURCE_HEADERS = ("lists", "source", "sources")
# Headers under which a boolean tells the class.
_BOOLEAN_HEADERS = frozenset(("label", "class", "trueclass", "isdga", "dga", "target", "malicious"))
_BOOLEANS = frozenset(("true", "false", "yes", "no", "t", "f"))
# What columns of logs hold again and again: no classes and no families.
_LOG_WORDS = _BOOLEANS | frozenset((
    "-", "a", "aaaa", "allowed", "any", "answer", "blocked", "c_internet", "ch", "cname", "dns",
    "doh", "dot", "formerr", "https", "in", "mx", "naptr", "noerror", "notimp", "ns", "nxdomain",
    "pass", "ptr", "query", "refused", "reply", "response", "servfail", "soa", "spf", "srv",
    "success", "svcb", "tcp", "tls", "txt", "udp", "unknown",
))  # fmt: skip
_RANK_HEADERS = frozenset(("rank", "globalrank", "alexarank", "position"))
_DATE = r"\d{4}-\d\d-\d\d\b"
_WORD = r"[A-Za-z][\w .+/-]{0,39}"


@dataclass(frozen=True)
class Layout:
    """The columns of a feed, "" where it has none, and how they tell a row's class.

    `says`: the class of every row, or, with a label column, of its words that are no class word.
    `suggests`: the class of all rows unless the caller tells another. `source`: names the list or
    lists that a row was taken from.
    """

    domain: str
    label: str = ""
    family: str = ""
    says: str = ""
    suggests: str = ""
    source: str = ""

    @property
    def labels_itself(self) -> bool:
        """True when the caller need not tell the class."""
        return bool(self.label or self.says or self.suggests)


@dataclass(frozen=True)
class Format:
    """What a format is, in words, and its layout of a table: None for a table of another format."""

    about: str
    layout: Callable[[TableInfo, pd.DataFrame], Layout | None]


def recognise(
    info: TableInfo, sample: pd.DataFrame, format: str | None = None
) -> tuple[str, Layout]:
    """Return a table's format and layout; raises FeedError when it has not the format asked for."""
    if format is not None and format not in FORMATS:
        raise FeedError(f"no feed format {format!r}; there are {', '.join(FORMATS)}")
    for name, known in FORMATS.items():
        if format in (None, name) and (layout := known.layout(info, sample)):
            return name, replace(layout, source=_source(layout, sample))
    raise FeedError(f"not in the format {format}; leave the format out to have it recognised")


def _source(layout: Layout, sample: pd.DataFrame) -> str:
    """The column that names the lists of a row, "" where there is none."""
    used = {layout.domain, layout.label, layout.family}
    named = (column for column in sample.columns if _plain(column) in _SOURCE_HEADERS)
    return next((column for column in named if column not in used), "")


def _dga_feed(info: TableInfo, sample: pd.DataFrame) -> Layout | None:
    for column in sample.columns if len(sample) else ():
        if sample[column].str.contains("used by ", case=False, regex=False).mean() > 0.5:
            rest = sample.drop(columns=column)
            return Layout(guess_column(tuple(rest), rest), family=column, says=DGA)
    return None


def _netlab_360(info: TableInfo, sample: pd.DataFrame) -> Layout | None:
    if not _unnamed(info) or len(sample.columns) != 4 or sample.empty:
        return None
    family, domain, first, last = sample.columns
    dated = all(sample[column].str.match(_DATE).mean() > 0.5 for column in (first, last))
    if not dated or domain_share(sample[domain].head(200)) < 0.5:
        return None
    return Layout(domain, family=family, says=DGA)


def _domain_label(info: TableInfo, sample: pd.DataFrame) -> Layout | None:
    domain, others = _domain_and_others(sample)
    label = next((column for column in others if _tells_class(sample[column], info)), None)
    if label is None:
        return None
    rest = [column for column in others if column != label]
    named = [c for c in rest if _plain(c) in _FAMILY_HEADERS and _words(sample[c])]
    repeated = [c for c in rest if _unnamed(info) and _repeats(sample[c])]
    return Layout(domain, label=label, family=next(iter(named + repeated), ""))


def _domain_family(info: TableInfo, sample: pd.DataFrame) -> Layout | None:
    domain, others = _domain_and_others(sample)
    for column in others:
        benign = any(CLASS_WORDS.get(word) == BENIGN for word in _words(sample[column]))
        words = _words(sample[column])
        if not words or words <= _LOG_WORDS:
            continue
        named = _plain(column) in _FAMILY_HEADERS
        if named or (benign and _plain(column) in _CLASS_HEADERS):
            return Layout(domain, label=column, family=column, says=DGA)
        if _unnamed(info) and _repeats(sample[column]):
            # Without a header such words may be anything: the caller tells the class.
            telling = {"label": column, "says": DGA} if benign else {}
            return Layout(domain, family=column, **telling)
    return None


def _top_list(_info: TableInfo, sample: pd.DataFrame) -> Layout | None:
    plain = {_plain(column): column for column in sample.columns}
    ranked = bool(_RANK_HEADERS & plain.keys())
    return Layout(plain[DOMAIN], suggests=BENIGN) if DOMAIN in plain and ranked else None


def _any_table(info: TableInfo, sample: pd.DataFrame) -> Layout:
    return Layout(guess_column(tuple(sample), sample))


FORMATS: dict[str, Format] = {
    "dga-feed": Format("domain, Domain used by FAMILY, date, reference", _dga_feed),
    "netlab-360": Format("family, domain, first day, last day; tabs between", _netlab_360),
    "domain-label": Format("domain and class: benign, legit, 0; dga, malicious, 1", _domain_label),
    "domain-family": Format("domain and family; benign, legit, alexa: benign", _domain_family),
    "top-list": Format("rank and domain: Tranco, Umbrella, Majestic; benign", _top_list),
    "plain": Format("any list, log or table of domains; you tell its class", _any_table),
}


def register_feed_format(
    name: str, about: str, layout: Callable[[TableInfo, pd.DataFrame], Layout | None]
) -> None:
    """Add a feed format; it is tried before those that are there already.

    `layout` takes a table's facts and first rows (frame of text) and returns its layout, or None
    for a table of another format. FeedError where the name is taken.
    """
    if name in FORMATS:
        raise FeedError(f"there is a feed format {name!r} already; choose another name")
    others = dict(FORMATS)
    FORMATS.clear()
    FORMATS.update({name: Format(about, layout)} | others)


def _unnamed(info: TableInfo) -> bool:
    """Whether the columns have made-up names; those of logs, JSON and Parquet are the file's."""
    return not info.header and info.format in ("csv", "list")


def _domain_and_others(sample: pd.DataFrame) -> tuple[str, list[str]]:
    domain = guess_column(tuple(sample), sample)
    return domain, [column for column in sample.columns if column != domain]


def _tells_class(values: pd.Series[str], info: TableInfo) -> bool:
    """Whether a column holds labels, and not ranks, counts or families."""
    words = _words(values)
    if not words or _of_a_log(words, str(values.name), info):
        return False
    classes = {CLASS_WORDS.get(word) for word in words}
    if not _unnamed(info):
        named = _plain(str(values.name)) in _CLASS_HEADERS
        # Benign words beside words unknown are families; beside class words they are damage.
        return named and (DGA in classes or classes == {BENIGN})
    both = {BENIGN, DGA} <= classes and len(values) > 2
    return classes <= {BENIGN, DGA} and (both or not any(word[0].isdigit() for word in words))


def _of_a_log(words: set[str], name: str, info: TableInfo) -> bool:
    """Whether words are of a log: protocols, types, answers; or booleans that tell no class."""
    if words <= _BOOLEANS:
        return _unnamed(info) or _plain(name) not in _BOOLEAN_HEADERS
    return words <= _LOG_WORDS


def _repeats(values: pd.Series[str]) -> bool:
    """Whether a column holds a few words again and again, as families are."""
    few = values.nunique() * 2 <= len(values) and not _words(values) <= _LOG_WORDS
    return bool(few and values.str.fullmatch(_WORD).mean() > 0.9 and domain_share(values) < 0.5)


def _words(values: pd.Series[str]) -> set[str]:
    return {str(word).strip().lower() for word in values.unique()} - {""}


def _plain(column: str) -> str:
    return column.lower().replace("_", "").replace(" ", "").replace("-", "")
