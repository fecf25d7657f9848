"""What names of a set have in common, in sentences: suffixes, lengths, letters, words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from dga.hosts.label_traits import TRAITS
from dga.hosts.set_features import Members

MOST = 0.6  # share of the names that must have a trait in common for it to be reported
LEAST_NAMES = 3
RARELY = "look more generated than 99 in 100 failed look-ups of ordinary hosts"
RARE = 2.0  # -log10: one in a hundred ordinary failed names scores as high
SHORTEST_WORD = 4
MOST_WORDS = 12
ALIKE_WEIGHT = 1.5  # of a resolved name that resembles the unresolved ones


def sentences(members: Members) -> list[str]:
    """What speaks for one generator behind the names, the most telling first."""
    if len(members) < LEAST_NAMES:
        return []
    return list(_facts(members))


def _facts(members: Members) -> Iterator[str]:
    size = len(members)
    rare = int((members.rarity >= RARE).sum())
    if rare:
        yield f"{rare} of {size} unresolved names {RARELY}"
    suffix, count = Counter(members.suffixes.tolist()).most_common(1)[0]
    if count >= MOST * size:
        yield f"{count} of {size} end in .{suffix}"
    lengths = members.traits[:, TRAITS.index("length")].astype(int)
    length, count = Counter(lengths.tolist()).most_common(1)[0]
    if count >= MOST * size:
        yield f"{count} of {size} have {length} characters before the suffix"
    wordy = int(members.wordy.sum())
    if wordy >= MOST * size:
        yield f"{wordy} of {size} are made of dictionary words"
    if words := recurring_words(members.labels.tolist()):
        yield f"Parts of names that recur: {', '.join(words[:5])}"


def recurring_words(labels: Sequence[str]) -> list[str]:
    """Heads and tails that several labels share, the most frequent first.

    >>> recurring_words(["marketline", "marketroad", "greenroad"])
    ['market', 'road']
    """
    counts: Counter[str] = Counter()
    for label in set(labels):
        cuts = range(SHORTEST_WORD, len(label) - 2)
        counts.update({label[:cut] for cut in cuts} | {label[-cut:] for cut in cuts})
    repeated = {word: count for word, count in counts.items() if count > 1}
    longest = [
        word
        for word, count in repeated.items()
        if not any(
            word != other and word in other and repeated[other] >= count for other in repeated
        )
    ]
    return sorted(longest, key=lambda word: (-repeated[word], -len(word), word))[:MOST_WORDS]


def resembles(names: Sequence[str], others: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which of `others` have a suffix of the names and a length among theirs (others,)."""
    suffixes = {name.partition(".")[2] for name in names}
    lengths = [len(name.partition(".")[0]) for name in names]
    low, high = min(lengths), max(lengths)
    return np.array(
        [
            other.partition(".")[2] in suffixes and low <= len(other.partition(".")[0]) <= high
            for other in others
        ],
        dtype=bool,
    )
