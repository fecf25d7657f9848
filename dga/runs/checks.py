"""Rules that validate a run's configuration and metrics.

All code that lists, draws or prints runs relies on them: what passes has the required values, each
of the right type and in range. Values that may be missing may also be null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

Rule = Callable[[object], bool]

STATUSES = ("complete", "partial")
MAX_TEXT = 10_000
ABOVE_ALL = 1 + 2**-20  # a threshold that no score reaches lies a little above 1


def text(value: object) -> bool:
    """A text of limited length."""
    return isinstance(value, str) and len(value) <= MAX_TEXT


def number(low: float, high: float) -> Rule:
    """A number in a range; booleans are not numbers."""

    def fits(value: object) -> bool:
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        return plain and low <= float(value) <= high  # type: ignore[arg-type]

    return fits


def whole(value: object) -> bool:
    """A count."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def flag(value: object) -> bool:
    """True or false."""
    return isinstance(value, bool)


def scalar(value: object) -> bool:
    """A text, a number or a boolean."""
    return isinstance(value, str | int | float)


def record(rules: Mapping[str, Rule], needed: tuple[str, ...] = ()) -> Rule:
    """An object with the required fields, whose known fields follow their rules."""

    def fits(value: object) -> bool:
        return (
            isinstance(value, dict)
            and all(value.get(name) is not None for name in needed)
            and all(
                rule(value[name]) for name, rule in rules.items() if value.get(name) is not None
            )
        )

    return fits


def table(rule: Rule) -> Rule:
    """A list each of whose items follows a rule."""
    return lambda value: isinstance(value, list) and all(map(rule, value))


def mapping(rule: Rule) -> Rule:
    """An object each of whose values follows a rule, or is null."""
    return lambda value: (
        isinstance(value, dict) and all(one is None or rule(one) for one in value.values())
    )


def one_of(*choices: str) -> Rule:
    """One of the given texts."""
    return lambda value: value in choices


share = number(0, 1 + 1e-9)
length = number(0, 1e15)

FAMILY = record(
    {"family": text, "names": whole, "missed": whole, "recall": share, "mean_score": share,
     "surest_misses": table(text)},
)  # fmt: skip
FIGURES = record(
    {"rows": whole, "benign": whole, "dga": whole, "accuracy": share, "roc_auc": share,
     "calibration_error": share, "brier": share, "recall_at_fpr": mapping(share),
     "macro_recall_at_fpr": mapping(share), "confusion": mapping(whole),
     "families": table(FAMILY), "mean_family_accuracy": share, "family_macro_f1": share,
     "family_macro_f1_large": share},
)  # fmt: skip
_THRESHOLD = record(
    {"fpr_target": share, "threshold": number(0, ABOVE_ALL), "false_positives": whole,
     "benign": whole, "fpr": share, "fpr_low": share, "fpr_high": share, "resolvable": flag,
     "method": text},
    needed=("fpr_target", "threshold"),
)  # fmt: skip
UNCERTAINTY = ("fpr_low", "fpr_high", "benign", "false_positives", "resolvable")


def threshold(value: object) -> bool:
    """A threshold, with all of its uncertainty's fields or none."""
    if not _THRESHOLD(value) or not isinstance(value, dict):
        return False
    return value.get("fpr_low") is None or all(value.get(name) is not None for name in UNCERTAINTY)


def pair(value: object) -> bool:
    """A false-positive rate and its score."""
    return isinstance(value, list) and len(value) == 2 and all(map(number(0, ABOVE_ALL), value))


METRICS = record(
    {"test": FIGURES, "trial": FIGURES, "thresholds": table(threshold), "dataset": mapping(scalar),
     "benign_scores": table(pair), "benign_feeds": table(mapping(scalar)),
     "failures": table(mapping(scalar)), "groups": record({})},
    needed=("test",),
)  # fmt: skip
CONFIG = record(
    {"name": text, "status": one_of(*STATUSES), "created": text, "base": text, "seconds": length,
     "batches": whole, "parameters": whole, "config": mapping(scalar),
     "feeds": table(mapping(scalar)), "trial": table(mapping(scalar)),
     "balance": table(mapping(scalar)), "environment": mapping(scalar)},
    needed=("config",),
)  # fmt: skip
