"""Words of languages in the Arabic script, in Latin letters as people write them. Benign.

The script leaves out short vowels. People put them in, each after their own ear: `haqooq`, `huquq`.
"""

from __future__ import annotations

from functools import cache
from random import Random

from dga.names.frequent_words import frequent_words

LANGUAGES = ("ar", "fa", "ur")
WORDS = 8_000  # of a language
VOWELS = frozenset("aeiou")
SHORT_VOWELS, VOWEL_SHARES = "aieuo", (50, 20, 12, 10, 8)
VOWELLESS = 0.3  # of the places between two consonants, that get no vowel
LONG = {"و": ("oo", "u", "ou", "o", "w"), "ي": ("i", "ee", "y"), "ی": ("i", "ee", "y")}
GLIDES = {"و": "w", "ي": "y", "ی": "y"}  # at the start, or after a vowel
LETTERS = {
    "ا": "a", "أ": "a", "إ": "i", "آ": "aa", "ى": "a", "ة": "a", "ع": "a", "ء": "", "ؤ": "o",
    "ئ": "e", "ے": "e", "ب": "b", "پ": "p", "ت": "t", "ٹ": "t", "ث": "th", "ج": "j", "چ": "ch",
    "ح": "h", "خ": "kh", "د": "d", "ڈ": "d", "ذ": "dh", "ر": "r", "ڑ": "r", "ز": "z", "ژ": "zh",
    "س": "s", "ش": "sh", "ص": "s", "ض": "d", "ط": "t", "ظ": "z", "غ": "gh", "ف": "f", "ق": "q",
    "ك": "k", "ک": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n", "ں": "n", "ه": "h", "ہ": "h",
    "ھ": "h",
}  # fmt: skip


def drawn(dice: Random, language: str) -> str:
    """A frequent word of the language in Latin letters."""
    return romanise(dice.choice(_words(language)), dice)


def romanise(word: str, dice: Random) -> str:
    """A word of the script in Latin letters, its short vowels drawn."""
    latin = ""
    for letter in word:
        after_vowel = latin[-1:] in VOWELS
        if letter in LONG:
            sound = GLIDES[letter] if after_vowel or not latin else dice.choice(LONG[letter])
        else:
            sound = LETTERS[letter]
        consonant = sound[:1] not in {*VOWELS, ""}
        if consonant and latin and not after_vowel and dice.random() >= VOWELLESS:
            latin += dice.choices(SHORT_VOWELS, VOWEL_SHARES)[0]
        latin += sound
    return latin


@cache
def _words(language: str) -> list[str]:
    """The most frequent words of a language whose letters are all known."""
    known = LETTERS.keys() | LONG.keys()
    words = frequent_words(language, WORDS)
    return [word for word in words if set(word) <= known and 2 <= len(word) <= 9]
