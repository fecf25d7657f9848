"""Find where a model fails: predictions sliced by attributes of the name, and by family.

Frames in, frames out; draws nothing. All attributes except the suffix are those of the label, the
registered name without its suffix.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from dga.evaluation import metrics
from dga.evaluation.metrics import Confusion
from dga.generators import FAMILIES
from dga.names import parse
from dga.names.wordlikeness import likeness
from dga.schema import BENIGN, DOMAIN, FAMILY, TRUE_CLASS

SUFFIX, LENGTH, DIGITS, VOWELS = "suffix", "length", "digits", "vowels"
HYPHEN, PUNYCODE, WORDS, KIND = "hyphen", "punycode", "word-likeness", "kind"
OTHER = "other suffixes"
NO_SUFFIX = "no suffix"

TOP_SUFFIXES = 20
MINIMUM = 50
# A band contains the values from its number up to the next band's.
LENGTH_BANDS = {
    0: "1 to 5 characters",
    6: "6 to 8 characters",
    9: "9 to 12 characters",
    13: "13 to 16 characters",
    17: "17 to 24 characters",
    25: "25 or more characters",
}
DIGIT_BANDS = {0.0: "no digit", 1e-9: "under 20 %", 0.2: "20 to 50 %", 0.5: "50 % or more"}
VOWEL_BANDS = {
    0.0: "no vowel",
    1e-9: "under 20 %",
    0.2: "20 to 35 %",
    0.35: "35 to 50 %",
    0.5: "50 % or more",
}
# By the share of benign names that look less like words.
WORD_BANDS = {
    0.0: "less than 95 % of benign names",
    0.05: "less than most benign names",
    0.5: "like most benign names",
    0.95: "more than 95 % of benign names",
}
KINDS = {name: family.kind for name, family in FAMILIES.items()}
COLUMNS = ("slice", "value", "names", "benign", "dga", "fpr", "recall", "accuracy", "gap")


def attributes(predictions: pd.DataFrame) -> pd.DataFrame:
    """The attributes of each row, on the predictions' index: suffix (the 20 most frequent), length,
    digits, vowels, word-likeness (relative to the table's benign names), hyphen, punycode, family
    ("" for benign) and kind of generator ("" if `generators` does not know it)."""
    suffixes, labels = _parts(predictions)
    length = labels.str.len().to_numpy()
    whole = np.maximum(length, 1)
    families = predictions[FAMILY].astype("str").fillna("")
    common = suffixes.value_counts().index[:TOP_SUFFIXES]
    return pd.DataFrame(
        {
            SUFFIX: suffixes.where(suffixes.isin(common), OTHER),
            LENGTH: _banded(length, LENGTH_BANDS),
            DIGITS: _banded(labels.str.count("[0-9]").to_numpy() / whole, DIGIT_BANDS),
            VOWELS: _banded(labels.str.count("[aeiou]").to_numpy() / whole, VOWEL_BANDS),
            WORDS: _banded(_below_benign(predictions, labels), WORD_BANDS),
            HYPHEN: np.where(labels.str.contains("-", regex=False), "with hyphen", "no hyphen"),
            PUNYCODE: np.where(labels.str.startswith("xn--"), "punycode", "plain ASCII"),
            FAMILY: families,
            KIND: families.map(KINDS).fillna("").astype("str"),
        },
        index=predictions.index,
    )


def slices(
    predictions: pd.DataFrame,
    threshold: float = 0.5,
    *,
    minimum: int = MINIMUM,
    values: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The slices of at least `minimum` names at a threshold, worst first.

    Columns slice, value, names, benign, dga, fpr, recall, accuracy and gap: how much lower the
    slice's accuracy is than the overall recall and false-positive rate predict for its mix of
    classes, so that a slice does not rank as weak only because it has one class. NaN if a class is
    missing. `values`: the result of `attributes`, to avoid recomputing it for each threshold.
    """
    values = attributes(predictions) if values is None else values
    kinds = pd.Categorical(
        metrics.outcomes(predictions, threshold), categories=["TP", "FP", "TN", "FN"]
    ).codes
    parts = [_counted(values[column], kinds) for column in values.columns]
    table = pd.concat(parts, ignore_index=True)
    return ranked(table, metrics.confusion(predictions, threshold), minimum)


def ranked(counts: pd.DataFrame, whole: Confusion, minimum: int = MINIMUM) -> pd.DataFrame:
    """Add rates to counted slices (columns slice, value, tp, fp, tn, fn), as `slices` returns
    them; `whole` counts all rows."""
    names = counts[["tp", "fp", "tn", "fn"]].sum(axis=1)
    table = _rated(counts.assign(names=names)[names >= minimum])
    expected = table["dga"] * (whole.recall or 0) + table["benign"] * (1 - (whole.fpr or 0))
    table["gap"] = expected / table["names"] - table["accuracy"]
    order = ["gap", "names", "slice", "value"]
    ranked = table.sort_values(order, ascending=[False, False, True, True], ignore_index=True)
    return ranked[list(COLUMNS)]


def members(
    predictions: pd.DataFrame, slice: str, value: str, values: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The predictions of one slice, in their order; empty for an unknown slice or value."""
    values = attributes(predictions) if values is None else values
    if slice not in values.columns or not value:
        return predictions.iloc[:0]
    return predictions[(values[slice] == value).to_numpy()]


def _parts(predictions: pd.DataFrame) -> tuple[pd.Series[str], pd.Series[str]]:
    """Suffix and label of each row; a name that cannot be registered is all label."""
    suffixes, labels = [], []
    for domain in predictions[DOMAIN].tolist():
        name, suffix = parse.split_suffix(domain)
        suffixes.append(suffix if name and suffix else NO_SUFFIX)
        labels.append(name[: -len(suffix) - 1] if name and suffix else domain)
    index = predictions.index
    return pd.Series(suffixes, index, dtype="str"), pd.Series(labels, index, dtype="str")


def _below_benign(predictions: pd.DataFrame, labels: pd.Series[str]) -> npt.NDArray[np.float64]:
    """The share of the benign names that look less like words than each row (rows,)."""
    benign = np.asarray(predictions[TRUE_CLASS] == BENIGN, dtype=np.bool_)
    measured = likeness(labels.tolist(), benign)
    known = np.sort(measured[benign])
    return np.searchsorted(known, measured) / max(len(known), 1)


def _banded(numbers: npt.ArrayLike, bands: Mapping[int, str] | Mapping[float, str]) -> list[str]:
    edges, titles = list(bands), list(bands.values())
    places = np.searchsorted(edges, np.asarray(numbers, dtype=np.float64), side="right") - 1
    return [titles[place] for place in places]


def _counted(values: pd.Series[str], kinds: npt.NDArray[np.int8]) -> pd.DataFrame:
    """Rows of one attribute by value and outcome; rows with the value "" are in no slice."""
    codes, found = pd.factorize(values)
    counts = np.bincount(codes * 4 + kinds, minlength=4 * len(found)).reshape(-1, 4)
    table = pd.DataFrame(counts, columns=["tp", "fp", "tn", "fn"])
    table.insert(0, "slice", str(values.name))
    table.insert(1, "value", np.asarray(found, dtype=object))
    return table[table["value"] != ""]


def _rated(table: pd.DataFrame) -> pd.DataFrame:
    benign, dga = table["fp"] + table["tn"], table["tp"] + table["fn"]
    return table.assign(
        benign=benign,
        dga=dga,
        fpr=table["fp"] / benign,
        recall=table["tp"] / dga,
        accuracy=(table["tp"] + table["tn"]) / table["names"],
    )
