"""The fitted parameters of the host tests: one file without pickle, written by `fit_host_tests`."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dga.errors import BundleError
from dga.hosts.label_traits import Language
from dga.hosts.null_distribution import NullDistribution
from dga.hosts.trees import Trees

FILE = Path(__file__).with_name("tests.npz")
FORMAT_VERSION = 1
LARGEST_FILE = 20_000_000  # bytes


@dataclass(frozen=True)
class SuffixShares:
    """How common public suffixes are among ordinary names: -log10 of each one's share."""

    rarities: dict[str, float]
    unknown: float

    @classmethod
    def of(cls, suffixes: Sequence[str]) -> SuffixShares:
        """Count the suffixes of ordinary names; those seen once are as good as unknown."""
        known, counts = np.unique(np.array(suffixes), return_counts=True)
        shares = -np.log10((counts + 0.5) / (len(suffixes) + 1))
        rarities = {
            str(suffix): float(share)
            for suffix, share, count in zip(known, shares, counts, strict=True)
            if count > 1
        }
        return cls(rarities, float(np.log10(len(suffixes) + 1)))

    def rarity(self, suffixes: Sequence[str]) -> npt.NDArray[np.float32]:
        """The rarity of each suffix (rows,)."""
        values = [self.rarities.get(suffix, self.unknown) for suffix in suffixes]
        return np.array(values, dtype=np.float32)


@dataclass(frozen=True)
class HostTests:
    """Everything that was fitted.

    `ordinary` and `generated` are the names of the reference samples, made by our own generators;
    `name_trees` weigh single names, `trees` judge sets;
    `features` the names of the trees' columns; `null` what ordinary hosts score.
    """

    language: Language
    suffixes: SuffixShares
    ordinary: tuple[str, ...]
    generated: tuple[str, ...]
    name_trees: Trees
    trees: Trees
    features: tuple[str, ...]
    null: NullDistribution
    null_without_answers: NullDistribution

    def save(self, path: Path) -> None:
        """Write the parameters as a compressed NumPy archive."""
        known = sorted(self.suffixes.rarities)
        arrays: dict[str, Any] = {
            "format_version": np.int64(FORMAT_VERSION),
            "log_prob": self.language.log_prob.astype(np.float16),
            "words": self.language.words,
            "suffixes": _packed(known),
            "suffix_rarities": np.array(
                [self.suffixes.rarities[name] for name in known], np.float32
            ),
            "suffix_unknown": np.float64(self.suffixes.unknown),
            "ordinary": _packed(self.ordinary),
            "generated": _packed(self.generated),
            "features": _packed(self.features),
            **self.name_trees.to_arrays("name_trees"),
            **self.trees.to_arrays("trees"),
            **self.null.to_arrays("null"),
            **self.null_without_answers.to_arrays("null_without_answers"),
        }
        np.savez_compressed(path, allow_pickle=False, **arrays)


@cache
def load(path: Path = FILE) -> HostTests:
    """Read the parameters; BundleError says what is wrong with the file."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ValueError("the file is too large")
        with np.load(path, allow_pickle=False) as arrays:
            return _from_arrays({name: arrays[name] for name in arrays.files})
    except FileNotFoundError:
        raise BundleError(f"{path}: no fitted host tests; fit them with fit_host_tests") from None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise BundleError(
            f"{path}: damaged host tests ({error}); fit them again with fit_host_tests"
        ) from None


def _from_arrays(arrays: dict[str, npt.NDArray[Any]]) -> HostTests:
    version = int(arrays["format_version"])
    if version != FORMAT_VERSION:
        raise ValueError(f"format version {version}, this program reads {FORMAT_VERSION}")
    rarities = dict(
        zip(_unpacked(arrays["suffixes"]), arrays["suffix_rarities"].tolist(), strict=True)
    )
    return HostTests(
        language=Language(arrays["log_prob"].astype(np.float32), arrays["words"]),
        suffixes=SuffixShares(rarities, float(arrays["suffix_unknown"])),
        ordinary=_unpacked(arrays["ordinary"]),
        generated=_unpacked(arrays["generated"]),
        name_trees=Trees.from_arrays(arrays, "name_trees"),
        trees=Trees.from_arrays(arrays, "trees"),
        features=_unpacked(arrays["features"]),
        null=NullDistribution.from_arrays(arrays, "null"),
        null_without_answers=NullDistribution.from_arrays(arrays, "null_without_answers"),
    )


def _packed(texts: Sequence[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("\n".join(texts).encode("ascii"), dtype=np.uint8)


def _unpacked(packed: npt.NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(packed.tobytes().decode("ascii").split("\n"))
