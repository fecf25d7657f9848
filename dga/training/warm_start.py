"""Continue from a finished run: its weights in a model that also has outputs for new families.

Runs in a child process: it imports Keras. Trains nothing and writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from dga.config import TrainingConfig
from dga.errors import ConfigError
from dga.networks import architectures, heads
from dga.runs.store import Run
from dga.schema import BENIGN
from dga.scoring import bundle
from dga.scoring.encoder import CharEncoder

_OTHER_VERSION = "run {} has the {} of another version; train a new run"
FIXED = ("architecture", "task", "scope", "max_length")


def check(run: Run, config: TrainingConfig) -> None:
    """ConfigError for settings that would give another network than the run's."""
    wanted = config.to_json()
    for name in FIXED:
        if run.settings.get(name) != wanted[name]:
            raise ConfigError(
                f"run {run.name} was trained with {name} {run.settings.get(name)!r}, not "
                f"{wanted[name]!r}; to continue from it, choose the same"
            )


def merged_classes(known: Sequence[str], found: Sequence[str]) -> list[str]:
    """The run's classes in their order, then the new ones; benign, if present, stays first.

    >>> merged_classes(["benign", "b"], ["benign", "a", "b"]), merged_classes([], ["benign", "a"])
    (['benign', 'b', 'a'], ['benign', 'a'])
    """
    if not known:
        return list(found)
    return [*known, *(name for name in found if name not in known and name != BENIGN)]


def grown(
    run: Run, encoder: CharEncoder, classes: Sequence[str], config: TrainingConfig
) -> keras.Model:
    """Build the run's network, with its weights, for `classes`, which start with the run's own.

    A new class starts with small random weights. ConfigError if the run's file does not fit.
    """
    known = _stored(run, encoder, config)
    keras.utils.set_random_seed(config.seed)
    given = heads.outputs_for(config.task, list(classes))
    model = architectures.build(config.architecture, encoder, given)
    pairs = list(zip(known.weights, model.weights, strict=False))
    grows = (len(run.bundle().classes), len(classes))
    if len(known.weights) != len(model.weights) or not all(_fits(*pair, grows) for pair in pairs):
        raise ConfigError(_OTHER_VERSION.format(run.name, config.architecture))
    for old, new in pairs:
        new.assign(_widened(np.asarray(old), np.asarray(new)))
    return model


def _stored(run: Run, encoder: CharEncoder, config: TrainingConfig) -> keras.Model:
    """The run's network, built by this program; only the weights come from the run's file.

    A file from elsewhere could describe a network of any size.
    """
    given = heads.outputs_for(config.task, list(run.bundle().classes))
    model = architectures.build(config.architecture, encoder, given)
    path = run.path / "bundle" / bundle.KERAS_FILE
    try:
        model.load_weights(path)
    except (ValueError, KeyError) as error:  # shapes or layers that the file has not
        told = _OTHER_VERSION.format(run.name, config.architecture)
        raise ConfigError(f"{told} ({one_line(error)})") from None
    except Exception as error:  # Keras raises many exception classes for a damaged file
        told = f"run {run.name}: its Keras file cannot be loaded ({one_line(error)})"
        raise ConfigError(told) from None
    return model


def one_line(error: Exception) -> str:
    """The beginning of an error's text, for a sentence."""
    return " ".join(str(error).split())[:200]


def _fits(old: keras.Variable, fresh: keras.Variable, grows: tuple[int, int]) -> bool:
    """Whether shapes match, except for the number of classes in an output's last dimension."""
    inner = old.shape[:-1] == fresh.shape[:-1]
    return old.shape == fresh.shape or (inner and (old.shape[-1], fresh.shape[-1]) == grows)


def _widened(old: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    """The new values with the old ones in their first columns."""
    if old.shape == fresh.shape:
        return old
    result = fresh.copy()
    result[..., : old.shape[-1]] = old
    return result
