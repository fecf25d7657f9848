"""Frames to plotly figures. The only place with colours and hover texts; computes no metric.

Plotly reads some HTML in every text: whatever comes from data passes through `plain` first.
"""

from ui.charts.answer import characters, standing
from ui.charts.course import training_curves
from ui.charts.hosts import host_timeline
from ui.charts.listed import counts, scores, timeline
from ui.charts.names import balance
from ui.charts.pairs import MOST as MOST_RUNS
from ui.charts.pairs import pair_course, pair_reliability, pair_roc
from ui.charts.quality import reliability
from ui.charts.style import plain

__all__ = [
    "MOST_RUNS",
    "balance",
    "characters",
    "counts",
    "host_timeline",
    "pair_course",
    "pair_reliability",
    "pair_roc",
    "plain",
    "reliability",
    "scores",
    "standing",
    "timeline",
    "training_curves",
]
