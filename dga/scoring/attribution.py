"""A column beside the verdicts: the known generator of the registered name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from dga.generators.attribution.match import attribution_text
from dga.schema import REGISTERED_NAME

if TYPE_CHECKING:
    from dga.generators.attribution.index import AttributionIndex

ATTRIBUTION = "attribution"
DOUBT = " (short or common enough to be a coincidence)"


def with_attribution(scored: pa.Table, index: AttributionIndex) -> pa.Table:
    """A scored table with a column of generators before its verdict columns; "" for none."""
    encoded = scored[REGISTERED_NAME].combine_chunks().dictionary_encode()
    matches = index.attribute(encoded.dictionary.to_pylist())
    texts = [
        attribution_text(found) + (DOUBT if found[0].doubtful else "") if found else ""
        for found in matches
    ]
    column = pc.take(pa.array(texts, pa.large_string()), encoded.indices)
    place = scored.column_names.index(REGISTERED_NAME)
    return scored.add_column(place, _free(ATTRIBUTION, scored.column_names), column)


def _free(name: str, taken: list[str]) -> str:
    """The name, changed if a column has it already."""
    while name in taken:
        name = f"{name}_"
    return name
