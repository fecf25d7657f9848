from __future__ import annotations

import numpy as np
import pyarrow as pa

from dga import arrow_texts
from dga.arrow_texts import column_of

TEXTS = ["abc", "", "é", "x" * 70]


def test_a_column_is_made_of_what_callers_have() -> None:
    for given in (TEXTS, pa.array(TEXTS), pa.chunked_array([TEXTS[:1], TEXTS[1:]])):
        assert column_of(given).to_pylist() == TEXTS
    assert column_of(pa.array(["a", None])).to_pylist() == ["a", ""]


def test_a_view_and_back() -> None:
    for column in (column_of(TEXTS), column_of(["no", *TEXTS, "no"]).slice(1, 4)):
        data, places = arrow_texts.view(column)
        assert bytes(data).decode() == "".join(TEXTS)
        assert places[0] == 0
        assert arrow_texts.column_from(data, places).to_pylist() == TEXTS


def test_pieces_are_cut_in_their_order() -> None:
    data = np.frombuffer(b"www.example.com", np.uint8)
    pieces = arrow_texts.cut(data, np.array([12, 4, 0]), np.array([3, 7, 0]))
    assert pieces.to_pylist() == ["com", "example", ""]


def test_lengths_and_first_bytes() -> None:
    column = column_of(TEXTS)
    assert arrow_texts.lengths_of(column).tolist() == [3, 0, 2, 70]
    assert arrow_texts.first_bytes(column).tolist() == [ord("a"), 0, 0xC3, ord("x")]


def test_blank_texts_become_nulls() -> None:
    assert arrow_texts.without_blanks(column_of(TEXTS)).to_pylist() == ["abc", None, *TEXTS[2:]]
    assert arrow_texts.without_blanks(column_of([])).to_pylist() == []
    assert arrow_texts.blank(2).to_pylist() == ["", ""]
