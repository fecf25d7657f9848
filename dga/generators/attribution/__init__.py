"""Exact attribution: which generator makes a name, with which seed, on which dates.

An `AttributionIndex` holds hashes of all names that the exact generators make in a window of dates.
A match is a fact about the generator; `Match.chance` is the probability that an unrelated name of
that shape would match too. Makes no verdicts and knows nothing of scores.
"""

from dga.generators.attribution.index import (
    LOG_MARGIN,
    NAME_WINDOW,
    AttributionIndex,
    window_of_log,
    window_of_name,
)
from dga.generators.attribution.lookup import (
    Attribution,
    attribute,
    attribute_many,
    attributions,
    open_index,
    standing_index,
    window,
)
from dga.generators.attribution.match import Match, attribution_text, dates_text, odds_text

__all__ = [
    "LOG_MARGIN",
    "NAME_WINDOW",
    "Attribution",
    "AttributionIndex",
    "Match",
    "attribute",
    "attribute_many",
    "attribution_text",
    "attributions",
    "dates_text",
    "odds_text",
    "open_index",
    "standing_index",
    "window",
    "window_of_log",
    "window_of_name",
]
