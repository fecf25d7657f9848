"""Why names of a family are missed: how they differ from the detected ones.

Frames in, numbers and names out; no drawing, no loading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from dga.generators.kinds import KINDS, kind_of
from dga.names.lexical import traits
from dga.schema import DGA, DOMAIN, FAMILY, PRED_PROB, TRUE_CLASS

SAMPLE = 300  # detected, and missed, names to compare
PAIRS = 5  # examples
COMPARED = {  # trait -> label
    "length": "Length of the label",
    "digits": "Share of digits",
    "words": "Share in dictionary words",
    "vowels": "Share of vowels",
}
SHORT = 8  # characters below which labels of both classes look alike
APART = 0.15  # difference of shares worth a sentence


@dataclass(frozen=True)
class WhyMissed:
    """How the missed names of a family differ from the detected ones.

    `traits`: columns trait, missed, found (means; NaN without such names). `suffixes`: columns
    suffix, missed, found (shares). `pairs`: a missed name and the most similar detected one.
    `reason`, `advice`: sentences.
    """

    family: str
    kind: str
    about: str
    missed: int
    found: int
    traits: pd.DataFrame
    suffixes: pd.DataFrame
    pairs: tuple[tuple[str, str], ...]
    reason: str
    advice: str


def why_missed(
    predictions: pd.DataFrame, family: str, threshold: float, seed: int = 23
) -> WhyMissed:
    """Compare the missed names of one family with its detected ones at a threshold."""
    rows = predictions[(predictions[TRUE_CLASS] == DGA) & (predictions[FAMILY] == family)]
    called = (rows[PRED_PROB] >= threshold).to_numpy()
    missed, found = (
        part[DOMAIN].sample(min(SAMPLE, len(part)), random_state=seed).tolist()
        for part in (rows[~called], rows[called])
    )
    seen = {"missed": traits(missed), "found": traits(found)}
    kind = kind_of(family, pd.concat(list(seen.values())))
    about, advice = KINDS[kind]
    table = _compared(seen)
    return WhyMissed(
        family=family,
        kind=kind,
        about=about,
        missed=int((~called).sum()),
        found=int(called.sum()),
        traits=table,
        suffixes=_suffixes(seen),
        pairs=_pairs(missed, found),
        reason=_reason(table, _suffixes(seen)),
        advice=advice,
    )


def confusion(predictions: pd.DataFrame, answers: Sequence[str], top: int = 15) -> pd.DataFrame:
    """The confusion matrix of families: rows are true, columns assigned families, largest first.

    Families beyond the `top` count as "other". `answers` (rows,): the family assigned to each row,
    "" for none.
    """
    is_dga = (predictions[TRUE_CLASS] == DGA).to_numpy()
    truth = predictions[FAMILY].astype(str).to_numpy()[is_dga]
    told = np.asarray(answers, dtype=object)[is_dga]
    table = pd.crosstab(pd.Series(truth, name=FAMILY), pd.Series(told, name="answer"))
    wrong = {name: table.loc[name].sum() - _own(table, name) for name in table.index}
    worst = sorted(table.index, key=lambda name: -wrong[name])[:top]
    shown = table.loc[worst]
    common = shown.sum().sort_values(ascending=False).index[:top]
    rest = shown.drop(columns=common).sum(axis=1)
    shown = shown[list(common)]
    return shown.assign(other=rest) if rest.any() else shown


def _own(table: pd.DataFrame, family: str) -> int:
    """How many names of a family are assigned to it or to a group that contains it."""
    names = [name for name in table.columns if family in str(name).split(" / ")]
    return int(table.loc[family, names].sum())


def _compared(seen: dict[str, pd.DataFrame]) -> pd.DataFrame:
    rows = [
        {"trait": title, **{side: _mean(table, trait) for side, table in seen.items()}}
        for trait, title in COMPARED.items()
    ]
    return pd.DataFrame(rows)


def _mean(table: pd.DataFrame, trait: str) -> float:
    return float(table[trait].mean()) if len(table) else float("nan")


def _suffixes(seen: dict[str, pd.DataFrame]) -> pd.DataFrame:
    shares = {side: t["suffix"].value_counts(normalize=True) for side, t in seen.items()}
    table = pd.DataFrame(shares).fillna(0.0).rename_axis("suffix").reset_index()
    apart = (table["missed"] - table["found"]).abs()
    return table.loc[apart.sort_values(ascending=False, kind="stable").index].head(PAIRS)


def _pairs(missed: list[str], found: list[str]) -> tuple[tuple[str, str], ...]:
    if not missed or not found:
        return ()
    first = missed[:PAIRS]
    labels = [[name.partition(".")[0] for name in part] for part in (first, found)]
    edits = process.cdist(*labels, scorer=OSA.distance)
    return tuple((name, found[int(at)]) for name, at in zip(first, edits.argmin(1), strict=True))


def _reason(table: pd.DataFrame, suffixes: pd.DataFrame) -> str:
    """The largest differences as a sentence."""
    of = table.set_index("trait")
    length, words = of.loc[COMPARED["length"]], of.loc[COMPARED["words"]]
    told = []
    if length["missed"] <= SHORT and not length["missed"] > length["found"]:
        told.append(f"they are short ({length['missed']:.1f} characters)")
    elif length["missed"] < 0.85 * length["found"]:
        told.append(f"they are shorter ({length['missed']:.1f} against {length['found']:.1f})")
    if words["missed"] - words["found"] > APART or (
        np.isnan(words["found"]) and words["missed"] > 0.5
    ):
        told.append(f"they contain more dictionary words ({100 * words['missed']:.0f} %)")
    if len(suffixes):
        first = suffixes.iloc[0]
        if first["missed"] - first["found"] > APART:
            told.append(
                f".{first['suffix']} is more frequent ({100 * first['missed']:.0f} % of them)"
            )
    if not told:
        return "The missed names do not differ from the detected ones in these traits."
    return f"Missed names differ: {'; '.join(told)}."
