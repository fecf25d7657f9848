"""Continue from a stored network: its weights in a model that also has outputs for new families.

Runs in a child process: it imports Keras. Trains nothing and writes nothing.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from dga.config import ResolvedConfig
from dga.errors import ConfigError
from dga.networks import architectures, heads
from dga.scoring.encoder import CharEncoder

_WEIGHTS = "model.weights.h5"  # the member of a Keras file that holds its weights
_LARGEST = 2  # bytes of that member to those of the network's weights, at most
_OTHER_VERSION = "run {} has the {} of another version; train a new run"


@dataclass(frozen=True)
class Base:
    """A stored network to start from: of which run, its Keras file, and the classes it knows.

    `graph`: its ONNX file, None for one from elsewhere, which may hold other operations.
    """

    run: str
    path: Path
    classes: tuple[str, ...]
    graph: Path | None = None


def grown(
    base: Base, encoder: CharEncoder, classes: Sequence[str], config: ResolvedConfig
) -> keras.Model:
    """Build the base's network, with its weights, for `classes`, which start with the base's own.

    A new class starts near the mean of the known ones, so that it hardly changes any score at
    first. ConfigError if the base's file does not fit.
    """
    known = stored(base, encoder, config)
    keras.utils.set_random_seed(config.seed)
    model = _built(encoder, classes, config)
    pairs = list(zip(known.weights, model.weights, strict=False))
    grows = (len(base.classes), len(classes))
    if len(known.weights) != len(model.weights) or not all(_fits(*pair, grows) for pair in pairs):
        raise ConfigError(_OTHER_VERSION.format(base.run, config.architecture))
    for old, new in pairs:
        new.assign(_widened(np.asarray(old), np.asarray(new)))
    return model


def _built(encoder: CharEncoder, classes: Sequence[str], config: ResolvedConfig) -> keras.Model:
    outputs = heads.outputs_for(config.task, classes)
    return architectures.build(config.architecture, encoder, outputs)


def stored(base: Base, encoder: CharEncoder, config: ResolvedConfig) -> keras.Model:
    """The base's network, built by this program; only the weights come from the base's file.

    A file from elsewhere could describe a network of any size.
    """
    model = _built(encoder, base.classes, config)
    try:
        _load_weights(model, base.path)
    except (ValueError, KeyError) as error:  # shapes or layers that the file has not
        told = _OTHER_VERSION.format(base.run, config.architecture)
        raise ConfigError(f"{told} ({_one_line(error)})") from None
    except Exception as error:  # Keras raises many exception classes for a damaged file
        told = f"run {base.run}: its Keras file cannot be loaded ({_one_line(error)})"
        raise ConfigError(told) from None
    return model


def _load_weights(model: keras.Model, path: Path) -> None:
    """Give a network the weights in a Keras file.

    HDF5 reads here and there, and in a compressed file each step back decompresses it anew, so the
    weights are extracted first: a tenth of the time. ValueError if they are too large.
    """
    with zipfile.ZipFile(path) as file, tempfile.TemporaryDirectory() as folder:
        if file.getinfo(_WEIGHTS).file_size > _LARGEST * _bytes_of(model) + 2**20:
            raise ValueError("its weights are larger than the network's")
        model.load_weights(file.extract(_WEIGHTS, folder))


def _bytes_of(model: keras.Model) -> int:
    return sum(np.asarray(weight).nbytes for weight in model.weights)


def _one_line(error: Exception) -> str:
    """The beginning of an error's text, for a sentence."""
    return " ".join(str(error).split())[:200]


def _fits(old: keras.Variable, fresh: keras.Variable, grows: tuple[int, int]) -> bool:
    """Whether shapes match, except for the number of classes in an output's last dimension."""
    inner = old.shape[:-1] == fresh.shape[:-1]
    return old.shape == fresh.shape or (inner and (old.shape[-1], fresh.shape[-1]) == grows)


def _widened(old: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    """The new values with the old ones in their first columns, and their mean added to the others.

    A score that is the log-sum-exp of the classes' logits would rise for every name if a new class
    started at a logit of about 0, where the known ones of a benign name are far below.
    """
    if old.shape == fresh.shape:
        return old
    result = fresh + old.mean(axis=-1, keepdims=True)
    result[..., : old.shape[-1]] = old
    return np.asarray(result, dtype=fresh.dtype)
