"""Networks ready to learn: fresh ones or grown from a stored one, with tables counted.

Runs in a child process: it imports Keras. Trains nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras

from dga.config import ResolvedConfig
from dga.networks import architectures, char_lm, heads, ngrams, recurrent
from dga.networks.grown import Base, grown
from dga.scoring.encoder import CharEncoder, Codes


def first(
    encoder: CharEncoder, classes: Sequence[str], config: ResolvedConfig, base: Base | None
) -> keras.Model:
    """The network that a training starts from: the base's, grown to the classes, or a fresh one."""
    return grown(base, encoder, classes, config) if base else fresh(encoder, classes, config)


def fresh(encoder: CharEncoder, classes: Sequence[str], config: ResolvedConfig) -> keras.Model:
    """Build an untrained network; the same seed gives the same weights."""
    keras.utils.set_random_seed(config.seed)
    outputs = heads.outputs_for(config.task, classes)
    model = architectures.build(config.architecture, encoder, outputs)
    if _trims_padding(model, config):
        recurrent.waken(model)
    return model


def count_tables(model: keras.Model, codes: Codes, benign: Codes, vocabulary: int) -> None:
    """Fill the tables that learn by counting: frequent n-grams and the character language model.

    `codes`: (rows, columns) of the training part; `benign`: the same of its benign names alone.
    """
    ngrams.choose(model, codes, vocabulary)
    char_lm.learn(model, benign, vocabulary)


def learner_of(model: keras.Model, config: ResolvedConfig) -> keras.Model:
    """The model to train: the given one, or one that shares its weights and skips padding."""
    return recurrent.unpadded(model) if _trims_padding(model, config) else model


def _trims_padding(model: keras.Model, config: ResolvedConfig) -> bool:
    return model.input_shape[1] is not None and config.padding == "trimmed"
