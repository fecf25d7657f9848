"""Names as people choose them, put together of frequent words, where no list may ship."""

from __future__ import annotations

import numpy as np

LANGUAGES = {"en": 20_000, "de": 3_000, "fr": 3_000, "es": 3_000, "it": 2_000, "pt": 2_000}
ENDS = ("com",) * 8 + ("net", "org", "de", "co.uk", "fr", "ru", "info", "io", "nl", "com.br", "it")


def dictionary_words() -> list[str]:
    """Frequent words of a few languages; of three letters only the most frequent."""
    from wordfreq import top_n_list

    words = [word for code, count in LANGUAGES.items() for word in top_n_list(code, count)]
    short = set(top_n_list("en", 1_500))
    letters = [word for word in words if word.isascii() and word.isalpha()]
    return [word for word in letters if len(word) > 3 or word in short]


def made_up_names(count: int, seed: int) -> list[str]:
    """Names as people choose them, put together of words: the shipped sample holds no list."""
    words = [word for word in dictionary_words() if 3 <= len(word) <= 9]
    rng = np.random.default_rng(seed)
    first, second = rng.choice(words, count), rng.choice(words, count)
    joined = rng.random(count)
    return [
        f"{a}{b if share < 0.6 else f'-{b}' if share < 0.7 else ''}.{rng.choice(ENDS)}"
        for a, b, share in zip(first, second, joined, strict=True)
    ]
