"""Frequent words of languages."""

from __future__ import annotations

import pytest
from wordfreq import top_n_list

from dga.names.frequent_words import frequent_words


@pytest.mark.parametrize("language", ["en", "de", "nl", "lv", "zh"])
def test_the_small_list_begins_like_the_large_one(language: str) -> None:
    assert frequent_words(language, 20_000) == top_n_list(language, 20_000)
