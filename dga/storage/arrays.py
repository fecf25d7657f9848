"""NumPy arrays that may come from elsewhere, read without trust in the file."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


def mapped(path: Path) -> npt.NDArray[Any] | None:
    """An array in a .npy file, mapped into memory; None where the file is missing or damaged.

    A zip of arrays is refused as well as pickled objects, and a header that claims more than the
    file holds.
    """
    with suppress(OSError, ValueError, EOFError, OverflowError):
        return np.lib.format.open_memmap(path, mode="r")
    return None
