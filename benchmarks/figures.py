"""A table of figures, and the few figures that the core does not know. Trains and reads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from benchmarks.rivals import Rival
from dga.datasets import dataset
from dga.evaluation import metrics
from dga.schema import DGA, DOMAIN, FAMILY, FEED, LABEL, PRED_PROB, TRUE_CLASS

SMALLEST = 100  # families with fewer names stay out of the means

Row = tuple[str, str, dict[str, str]]  # what is measured, its bar, the figure of each rival


@dataclass
class Table:
    """Rows of figures, a column a rival."""

    title: str
    rows: list[Row] = field(default_factory=list)

    def add(self, what: str, figures: Mapping[str, float | None], bar: str = "") -> None:
        """Add a row; None stands where a rival cannot be measured."""
        self.rows.append((what, bar, {rival: _told(value) for rival, value in figures.items()}))

    def text(self) -> str:
        """The table as Markdown."""
        rivals = list(dict.fromkeys(name for _, _, figures in self.rows for name in figures))
        lines = [("", "bar", *rivals), ("---",) * (2 + len(rivals))]
        lines += [(what, bar, *(f.get(r, "") for r in rivals)) for what, bar, f in self.rows]
        return f"\n## {self.title}\n\n" + "\n".join("| " + " | ".join(r) + " |" for r in lines)


def scored(frame: pd.DataFrame, rival: Rival) -> pd.DataFrame:
    """A predictions frame of a dataset's rows, on a fresh index."""
    rows = frame.reset_index(drop=True)
    return pd.DataFrame(
        {
            DOMAIN: rows[dataset.NAME],
            TRUE_CLASS: rows[LABEL],
            PRED_PROB: rival(rows[dataset.NAME].tolist()),
            FAMILY: rows[FAMILY],
        }
    )


def on_feed(
    predictions: Mapping[str, pd.DataFrame], test: pd.DataFrame, feed: str
) -> dict[str, pd.DataFrame]:
    """The DGA names with the benign names of one feed alone."""
    kept = ((test[LABEL] == DGA) | (test[FEED] == feed)).to_numpy()
    return {title: frame[kept] for title, frame in predictions.items()}


def expected(predictions: pd.DataFrame) -> float | None:
    """The 50:50 accuracy by family that any draw has on average."""
    passed = metrics.confusion(predictions, 0.5).fpr
    recall = metrics.family_table(predictions).query("names >= @SMALLEST")["recall"].mean()
    return None if passed is None else float(recall + 1 - passed) / 2


def cut_at(predictions: pd.DataFrame, fpr: float) -> float:
    """The threshold that these rows' benign names give for a rate."""
    benign = predictions.loc[predictions[TRUE_CLASS] != DGA, PRED_PROB]
    return metrics.threshold_at_fpr(benign.to_numpy(), fpr).threshold


def recalls(predictions: pd.DataFrame, cut: float) -> pd.Series[float]:
    """The share of each family's names that reach the threshold."""
    return (predictions[PRED_PROB] >= cut).groupby(predictions[FAMILY]).mean()


def _told(value: float | None) -> str:
    if value is None:
        return "not measured"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"
