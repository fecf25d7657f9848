"""Make the table by which the second look knows words that belong together.

`python -m dga.datasets.link_table` writes it again, of the pairs of `dga.generators.linked_words`.
"""

from __future__ import annotations

import numpy as np

from dga.generators import linked_words
from dga.scoring import word_links
from dga.scoring.encoder import CharEncoder
from dga.scoring.second_look import Labels


def labels_hashes(labels: list[str]) -> word_links.Hashes:
    """The hashes of labels (labels,) as the second look hashes them."""
    encoder = CharEncoder(max_length=max(map(len, labels)) + 1, side="right")
    found = Labels.of(encoder.encode([f"{label}." for label in labels]), encoder)
    return word_links.hashes(found.codes, found.starts, found.lengths)


if __name__ == "__main__":
    pairs = linked_words.pairs()
    hashed = labels_hashes([pair.first + pair.second for pair in pairs])
    table = word_links.table_of(hashed, [pair.strength for pair in pairs])
    np.save(word_links.FILE, table, allow_pickle=False)
    print(f"{word_links.FILE}: {len(table):,} pairs of words")
