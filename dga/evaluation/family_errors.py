"""Errors by family: which families are missed or confused, and what the missed names look like.

Frames in, a frame with a row per family out; it contains no names of the data.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dga.generators.kinds import KINDS, kind_of
from dga.names.lexical import traits
from dga.schema import DGA, DOMAIN, FAMILY, FEED, PRED_PROB, TRUE_CLASS
from dga.scoring.bundle import ModelBundle

SAMPLE = 200  # detected, and missed, names of a family whose traits are averaged
COMPARED = ("length", "digits", "words")
LISTED = 3
NONE_MISSED = 0.95  # recall from which no advice is given

Flags = npt.NDArray[np.bool_]


def report(
    predictions: pd.DataFrame,
    shares: npt.NDArray[np.float32],
    rows: pd.DataFrame,
    bundle: ModelBundle,
    seed: int = 23,
) -> pd.DataFrame:
    """Errors of each DGA family at the bundle's default threshold, worst first.

    `shares` (rows, families) and `rows` (with the column feed) belong to the predictions. Columns:
    family, kind, names, missed, recall; named (share of the detected names assigned to the
    family's group) and taken_for (what the others were assigned to), both empty if the bundle
    knows no families; the means of length, digits and words of detected and missed names, and the
    missed names' suffixes; false_alarms, benign names called dga and assigned to the group, by
    feed; advice.
    """
    threshold = bundle.threshold()
    called = (predictions[PRED_PROB] >= threshold).to_numpy()
    answers = np.asarray(
        bundle.groups.answers(shares, bundle.families)[0] if bundle.families else [""] * len(rows),
        dtype=object,
    )
    is_dga = (predictions[TRUE_CLASS] == DGA).to_numpy()
    alarms = pd.DataFrame({"answer": answers, "feed": rows[FEED].to_numpy()})[called & ~is_dga]
    table = pd.DataFrame(
        [
            _row(
                str(family),
                part[DOMAIN],
                called[at],
                answers[at],
                alarms=alarms,
                bundle=bundle,
                seed=seed,
            )
            for family, part in predictions[is_dga & (predictions[FAMILY] != "")].groupby(FAMILY)
            for at in [predictions.index.get_indexer(part.index)]
        ]
    )
    return table.sort_values(["recall", "family"], ignore_index=True) if len(table) else table


def as_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The report as plain JSON values; None where there are no names to average."""
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]


def _row(
    family: str,
    names: pd.Series[str],
    called: Flags,
    answers: npt.NDArray[np.object_],
    *,
    alarms: pd.DataFrame,
    bundle: ModelBundle,
    seed: int,
) -> dict[str, Any]:
    found, missed = (
        traits(part.sample(min(SAMPLE, len(part)), random_state=seed).tolist())
        for part in (names[called], names[~called])
    )
    group = bundle.groups.of([family])[0]
    named = bool(bundle.families) and called.any()
    kind, recall = kind_of(family, pd.concat([found, missed])), float(called.mean())
    others = answers[called & (answers != group)] if bundle.families else answers[:0]
    return {
        "family": family,
        "kind": kind,
        "names": len(names),
        "missed": int((~called).sum()),
        "recall": recall,
        "named": float((answers[called] == group).mean()) if named else None,
        "taken_for": _listed(pd.Series(others, dtype="str"), int(called.sum())),
        **{f"found_{trait}": _mean(found[trait]) for trait in COMPARED},
        **{f"missed_{trait}": _mean(missed[trait]) for trait in COMPARED},
        "missed_suffixes": _listed(missed["suffix"], len(missed)),
        "false_alarms": _counted(alarms.loc[alarms["answer"] == group, "feed"]),
        "advice": "" if recall >= NONE_MISSED else KINDS[kind][1],
    }


def _mean(values: pd.Series[float]) -> float | None:
    return round(float(values.mean()), 3) if len(values) else None


def _listed(values: pd.Series[str], whole: int) -> str:
    """The most frequent values with their share: `com 40 %, ru 12 %`."""
    counts = values.value_counts().head(LISTED)
    return ", ".join(f"{value} {100 * count / whole:.0f} %" for value, count in counts.items())


def _counted(values: pd.Series[str]) -> str:
    return ", ".join(f"{value} {count:,}" for value, count in values.value_counts().items())
