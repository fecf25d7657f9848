"""Test whether the suffix decides: the same labels under sixty suffixes.

Random labels of three kinds (12 letters; 14 letters and digits; 12 hexadecimal digits) should be
detected under every suffix, ordinary ones (one or two words of five languages) under none.
"""

from __future__ import annotations

import random
import string
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from dga.names.frequent_words import frequent_words
from dga.scoring.bundle import ModelBundle

LABELS = 200  # of each kind under a suffix
SEED = 23
# The most used and the cheapest suffixes, small countries, third-level registries, dynamic DNS.
SUFFIXES = (
    "com", "net", "org", "info", "biz", "ru", "de", "co.uk", "cn", "com.br", "fr", "it", "nl", "pl",
    "jp", "in", "ir", "com.au", "es", "ca", "io", "ai", "app", "dev", "me", "tv", "cc", "xyz",
    "top", "icu", "cyou", "shop", "lol", "buzz", "life", "online", "site", "club", "vip", "click",
    "live", "pw", "su", "tk", "eu.com", "uk.com", "mo", "bt", "ad", "ht", "qa", "tt", "com.eg",
    "edu.vn", "gov.ng", "ac.id", "ddns.net", "duckdns.org", "hopto.org", "ignorelist.com",
)  # fmt: skip
KINDS = {
    "12 letters": (string.ascii_lowercase, 12),
    "14 letters and digits": (string.ascii_lowercase + string.digits, 14),
    "12 hexadecimal": ("0123456789abcdef", 12),
}
LANGUAGES = ("en", "en", "de", "fr", "es", "it")
ORDINARY = "ordinary"


@dataclass(frozen=True)
class Summary:
    """Recall of the random kinds (mean over suffixes, worst suffix) and the false-positive rate of
    ordinary labels (mean over suffixes, worst suffix)."""

    mean: float
    worst: float
    worst_suffix: str
    alarms: float
    most_alarms: float
    most_alarms_suffix: str


def by_suffix(bundle: ModelBundle) -> dict[str, Any]:
    """The shares of labels that reach the default threshold, JSON-ready: the summary, and a record
    a suffix."""
    found = table(bundle, bundle.threshold())
    return {**asdict(summary(found)), "suffixes": found.reset_index().to_dict("records")}


def table(bundle: ModelBundle, threshold: float, count: int = LABELS) -> pd.DataFrame:
    """The share of `count` labels that reach a threshold: a row per suffix, a column per kind and
    `ordinary`."""
    labels = {kind: random_labels(kind) for kind in KINDS} | {ORDINARY: ordinary_labels()}
    rows = []
    for suffix in SUFFIXES:
        names = {
            kind: [f"{label}.{suffix}" for label in own[:count]] for kind, own in labels.items()
        }
        row = {k: float((bundle.score(n).score >= threshold).mean()) for k, n in names.items()}
        rows.append({"suffix": suffix, **row})
    return pd.DataFrame(rows).set_index("suffix")


def summary(found: pd.DataFrame) -> Summary:
    """Summarise a table; a suffix's recall is the mean over the random kinds."""
    recall = found[list(KINDS)].mean(axis=1)
    alarms = found[ORDINARY]
    return Summary(
        mean=float(recall.mean()),
        worst=float(recall.min()),
        worst_suffix=str(recall.idxmin()),
        alarms=float(alarms.mean()),
        most_alarms=float(alarms.max()),
        most_alarms_suffix=str(alarms.idxmax()),
    )


def random_labels(kind: str) -> list[str]:
    """Random labels of a kind; every call returns the same."""
    letters, length = KINDS[kind]
    dice = random.Random(f"{SEED}{kind}")
    return ["".join(dice.choices(letters, k=length)) for _ in range(LABELS)]


def ordinary_labels() -> list[str]:
    """Labels of one or two words, of 4 to 8 letters each, in five languages; every call returns
    the same."""
    dice = random.Random(SEED)
    words = {
        language: [
            word
            for word in frequent_words(language, 4_000)
            if word.isascii() and word.isalpha() and 4 <= len(word) <= 8
        ]
        for language in sorted(set(LANGUAGES))
    }
    return [
        "".join(dice.choices(words[dice.choice(LANGUAGES)], k=1 + at % 2)) for at in range(LABELS)
    ]
