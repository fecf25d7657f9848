"""Frames to plotly figures. The only place with colours and hover texts; computes no metric.

Plotly reads some HTML in every text: whatever comes from data passes through `plain` first.
"""

from dga.charts.answer import characters, standing
from dga.charts.course import training_curves
from dga.charts.listed import counts, scores
from dga.charts.names import balance
from dga.charts.pairs import pair_course, pair_reliability, pair_roc
from dga.charts.quality import reliability
from dga.charts.style import plain

__all__ = [
    "balance",
    "characters",
    "counts",
    "pair_course",
    "pair_reliability",
    "pair_roc",
    "plain",
    "reliability",
    "scores",
    "standing",
    "training_curves",
]
