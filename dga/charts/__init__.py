"""Frames to plotly figures. The only place with colours and hover texts; computes no metric.

Plotly reads some HTML in every text: whatever comes from data passes through `plain` first.
"""

from dga.charts.course import training_curves
from dga.charts.names import balance, characters, scores
from dga.charts.quality import (
    confusion_matrix,
    families,
    precision_recall,
    reliability,
    roc,
    score_histogram,
)
from dga.charts.style import plain

__all__ = [
    "balance",
    "characters",
    "confusion_matrix",
    "families",
    "plain",
    "precision_recall",
    "reliability",
    "roc",
    "score_histogram",
    "scores",
    "training_curves",
]
