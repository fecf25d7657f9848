"""The networks and settings that were tried beside the default, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from keras import layers, ops

from dga.networks.architectures import (
    BUCKETS,
    BUILDERS,
    GRAMS,
    Builder,
    Output,
    Tensor,
    dense,
    hybrid,
)
from dga.networks.ngrams import Frequent, numbered, table


@dataclass(frozen=True)
class Variant:
    """A network with its settings; `about` says how it differs from `default`, `outcome` what
    became of it."""

    about: str
    outcome: str
    builder: Builder = hybrid
    settings: Mapping[str, Any] = field(default_factory=dict)
    traits: Mapping[str, Any] = field(default_factory=dict)  # of its row in `dga.config`


def two_convolutions(codes: Tensor, vocabulary: int, outputs: Sequence[Output]) -> list[Tensor]:
    """The first `hybrid`: two full convolutions over characters and n-grams, one dilated."""
    present = ops.expand_dims(ops.cast(codes > 0, "float32"), -1)
    numbers = numbered(codes, vocabulary, 5)[1:]
    grams = layers.Concatenate()([layers.Embedding(BUCKETS, 8)(at % BUCKETS) for at in numbers])
    grams = layers.Dropout(0.25, noise_shape=(None, None, 1))(grams)
    characters = layers.Embedding(vocabulary, 40)(codes)
    x = layers.SpatialDropout1D(0.1)(layers.Concatenate()([characters, grams]) * present)
    near = layers.Conv1D(128, 3, padding="same", activation="relu")(x) * present
    far = layers.Conv1D(128, 3, padding="same", dilation_rate=2, activation="relu")(near) * present
    count = ops.sum(present, axis=1) + 1.0
    pooled = [layers.GlobalMaxPooling1D()(near), layers.GlobalMaxPooling1D()(far)]
    means = [ops.sum(x, axis=1) / count, ops.sum(far, axis=1) / count, count / 32.0]
    x = layers.Dropout(0.2)(layers.Concatenate()(pooled + means))
    return dense(layers.Dropout(0.2)(layers.Dense(160, activation="relu")(x)), outputs)


def hashed(numbers: Tensor, length: int, rows: int, width: int) -> Tensor:
    """A table in which any n-grams share a row whose numbers leave the same remainder."""
    shared = ops.where(numbers > 0, 1 + numbers % (rows - 1), 0)
    return table(shared, rows, width, f"grams_{length}")


def undoubted(numbers: Tensor, length: int, rows: int, width: int) -> Tensor:
    """The table of `hybrid` without the doubt about n-grams that occur seldom."""
    index = Frequent(length, rows, doubt=0.0, name=f"frequent_{length}")(numbers)
    return table(index, rows, width, f"grams_{length}")


SHORT = {3: 16, 4: 16, 5: 12, 6: 8}  # n to the width of its table, before longer n-grams were
SIX = GRAMS | {6: (65_000, 12)}
LARGER = {n: (65_000, width) for n, width in enumerate((16, 24, 32, 32, 24, 16), 3)}

VARIANTS: dict[str, Variant] = {
    "default": Variant("hybrid as it is", "kept"),
    "bigram": Variant("logistic regression on bigrams", "baseline", BUILDERS["bigram"]),
    "cnn": Variant("convolutions of five widths", "kept as an architecture", BUILDERS["cnn"]),
    "two-convolutions": Variant(
        "the first hybrid: two full convolutions over characters and n-grams, no shape",
        "dropped: three times the arithmetic for less",
        two_convolutions,
    ),
    "no-shape": Variant(
        "without suffix, label length and both together", "dropped", partial(hybrid, shape=False)
    ),
    "no-totals": Variant(
        "the outputs weigh the hidden layer alone",
        "open: better on an eighth of the rows, not compared on all",
        partial(hybrid, totals=False),
    ),
    "own-odds": Variant(
        "the score's log-odds are a unit of their own, not what the families come to together",
        "dropped: finds less, above all where scores are only scaled",
        partial(hybrid, joint=False),
    ),
    "scaled": Variant(
        "scores scaled on the validation part, the families that are named not weighed",
        "dropped: finds fewer names of known families",
        traits={"calibrated": "scaled"},
    ),
    "no-likelihood": Variant(
        "how likely people are to have chosen a name not weighed",
        "dropped: finds less",
        traits={"likelihood": False},
    ),
    "no-hosted": Variant(
        "no names as clouds give them",
        "dropped: a list that holds such names gets false alarms",
        settings={"hosted_share": 0.0},
    ),
    "six-letters": Variant(
        "a table of 6-grams too",
        "dropped: a tenth slower for little",
        partial(hybrid, tables=SIX),
    ),
    "hashed": Variant(
        "hashed tables of all n-grams up to 6 instead of the frequent ones up to 7",
        "dropped: rare n-grams blur the rows of words",
        partial(hybrid, table=hashed, tables={n: (BUCKETS, w) for n, w in SHORT.items()}),
    ),
    "hashed-larger": Variant(
        "the same with four times the rows",
        "dropped: learns by heart",
        partial(hybrid, table=hashed, tables={n: (262_139, w) for n, w in SHORT.items()}),
    ),
    "undoubted": Variant(
        "no n-gram passes for a rare one",
        "dropped: finds fewer names of words",
        partial(hybrid, table=undoubted),
    ),
    "more-dropout": Variant(
        "half of the places without n-grams", "dropped: words", partial(hybrid, dropped=0.5)
    ),
    "larger": Variant(
        "wider tables, n-grams up to 8, 128 instead of 64 units",
        "dropped: half as fast again for little",
        partial(hybrid, tables=LARGER, units=128),
    ),
    "heavier-benign": Variant(
        "benign names weigh three times as much",
        "dropped: on all rows no better",
        settings={"benign_weight": 3.0},
    ),
    "even-weight": Variant(
        "benign names weigh as much as generated ones", "dropped", settings={"benign_weight": 1.0}
    ),
    "no-invented": Variant(
        "no names beside those of the lists", "dropped", settings={"invented_share": 0.0}
    ),
    "no-generated": Variant(
        "no further names of the families that we have generators of",
        "dropped",
        settings={"generated_share": 0.0},
    ),
    "no-averaging": Variant(
        "the last weights instead of their average, at a rate that falls to a fiftieth",
        "dropped: finds less",
        settings={"averaging": 0.0, "epochs": 4},
    ),
    "no-suffix-dropout": Variant(
        "the suffix always shown", "dropped: a shortcut", settings={"suffix_dropout": 0.0}
    ),
    "larger-batch": Variant(
        "batches of 2,048 at four times the rate",
        "dropped",
        settings={"batch_size": 2048, "learning_rate": 8e-3, "schedule": "warmup"},
    ),
    "best-epoch": Variant(
        "weights of the epoch with the lowest validation loss", "dropped", settings={"keep": "best"}
    ),
}
