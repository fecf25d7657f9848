"""Where the workbench keeps its things: in the checkout it runs in, else in the user's folders.

`DGA_MODELS`, `DGA_DATA`, `DGA_STATE` and `DGA_CACHE` name other places.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

APPLICATION = "dga-workbench"
MODELS_VARIABLE, DATA_VARIABLE, STATE_VARIABLE = "DGA_MODELS", "DGA_DATA", "DGA_STATE"
CACHE_VARIABLE = "DGA_CACHE"


@cache
def checkout() -> Path | None:
    """The folder of the repository that the package runs in; None where it is installed."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").is_file() and (root / "app.py").is_file() else None


def models_folder() -> Path:
    """Where runs lie."""
    return _folder(MODELS_VARIABLE, "models")


def data_folder() -> Path:
    """Where users' feeds and uploads lie."""
    return _folder(DATA_VARIABLE, "data")


def state_folder() -> Path:
    """Where the audit log and the allow list lie: beside the runs unless told otherwise."""
    told = os.environ.get(STATE_VARIABLE)
    return Path(told).resolve() if told else models_folder() / ".state"


def cache_folder() -> Path:
    """Where files lie that can be made again: the user's cache folder unless told otherwise."""
    if told := os.environ.get(CACHE_VARIABLE):
        return Path(told).resolve()
    import platformdirs

    return platformdirs.user_cache_path(APPLICATION)


def _folder(variable: str, name: str) -> Path:
    if told := os.environ.get(variable):
        return Path(told).resolve()
    if root := checkout():
        return root / name
    import platformdirs

    return platformdirs.user_data_path(APPLICATION) / name
