"""A training's checkpoint: one npz file, written atomically, read without pickle.

It contains arrays in named groups, and facts as JSON. Knows no network.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dga.errors import JobError
from dga.storage import replacing

FORMAT_VERSION = 1
FACTS = "facts"

Arrays = Sequence[npt.NDArray[Any]]


@dataclass(frozen=True)
class State:
    """Arrays in named groups, and JSON-ready facts."""

    groups: Mapping[str, Arrays]
    facts: Mapping[str, Any]


def save(path: Path, state: State) -> None:
    """Replace the checkpoint; a kill leaves either the old or the new one."""
    arrays = {
        f"{group}-{place}": array
        for group, held in state.groups.items()
        for place, array in enumerate(held)
    }
    sizes = {group: len(held) for group, held in state.groups.items()}
    facts = {"format_version": FORMAT_VERSION, "sizes": sizes, "facts": state.facts}
    arrays[FACTS] = np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8)
    with replacing(path) as file:
        np.savez(file, allow_pickle=False, **arrays)


def fingerprint(settings: Mapping[str, Any], *arrays: npt.NDArray[Any]) -> str:
    """A hash of settings and arrays, by which a checkpoint is matched to its training."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def load(path: Path) -> State | None:
    """Read a checkpoint; None if there is none yet. JobError if it is damaged."""
    try:
        with np.load(path, allow_pickle=False) as held:
            told = json.loads(held[FACTS].tobytes())
            if told["format_version"] != FORMAT_VERSION:
                raise ValueError(f"unknown format version {told['format_version']!r}")
            groups = {
                group: [held[f"{group}-{place}"] for place in range(size)]
                for group, size in told["sizes"].items()
            }
            return State(groups, told["facts"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise JobError(
            f"the checkpoint {path.name} is damaged ({error}); delete it and train again"
        ) from None
