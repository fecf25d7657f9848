"""CharEncoder: names to an integer matrix, vectorised; stored as JSON. Knows no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from dga.errors import BundleError, ConfigError

ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789-._"

Codes = npt.NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class CharEncoder:
    """Characters to integers, case-insensitive; 0 is padding, the last code any other character.

    `side` is where the padding goes. Of a name longer than `max_length` the end is kept.

    >>> CharEncoder(max_length=6).encode(["Abc.de", "b"]).tolist()
    [[1, 2, 3, 38, 4, 5], [2, 0, 0, 0, 0, 0]]
    """

    max_length: int = 75
    alphabet: str = ALPHABET
    side: Literal["left", "right"] = "right"

    def __post_init__(self) -> None:
        if not 1 <= self.max_length <= 255:
            raise ConfigError(f"max_length must be from 1 to 255, got {self.max_length}")
        if self.side not in ("left", "right"):
            raise ConfigError(f"side must be 'left' or 'right', got {self.side!r}")
        if not self.alphabet.isascii() or len(set(self.alphabet)) != len(self.alphabet):
            raise ConfigError("the alphabet must be distinct ASCII characters")

    @property
    def vocabulary(self) -> int:
        """The number of distinct codes, padding and unknown included."""
        return len(self.alphabet) + 2

    def encode(self, names: Sequence[str], width: int | None = None) -> Codes:
        """Encode names to a matrix (rows, width); width is `max_length` unless given."""
        lengths = np.fromiter(map(len, names), dtype=np.int64, count=len(names))
        raw = np.frombuffer("".join(names).encode("ascii", "replace"), dtype=np.uint8)
        return self.encode_bytes(raw, lengths, width)

    def encode_bytes(
        self, raw: Codes, lengths: npt.NDArray[np.int64], width: int | None = None
    ) -> Codes:
        """Encode concatenated names, one byte a character, as `encode` does.

        `lengths` (rows,) in bytes.
        """
        width = self.max_length if width is None else min(width, self.max_length)
        if len(lengths) and lengths.min() == width == lengths.max():
            return self._table.take(raw).reshape(-1, width)
        kept = np.minimum(lengths, width)
        columns = np.arange(width)
        if len(lengths) and lengths.max() > width:
            ends = np.repeat(np.cumsum(lengths) - kept, lengths)
            raw = raw[np.arange(len(raw)) >= ends]
        if self.side == "left":
            filled = columns >= width - kept[:, None]
        else:
            filled = columns < kept[:, None]
        codes = np.zeros((len(lengths), width), dtype=np.uint8)  # (rows, width), 0 = padding
        codes[filled] = self._table[raw]
        return codes

    @cached_property
    def _table(self) -> Codes:
        table = np.full(256, self.vocabulary - 1, dtype=np.uint8)
        for code, character in enumerate(self.alphabet, start=1):
            table[ord(character.lower())] = table[ord(character.upper())] = code
        return table

    def to_json(self) -> dict[str, Any]:
        """The settings as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> CharEncoder:
        """Make an encoder from `to_json`'s values; BundleError if they are invalid."""
        try:
            return cls(**values)
        except (TypeError, ConfigError) as error:
            raise BundleError(f"the bundle's encoder is damaged: {error}") from None
