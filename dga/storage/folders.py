"""The workbench's folders: in the checkout it runs from, else in the user's platform folders.

`DGA_MODELS`, `DGA_DATA`, `DGA_STATE` and `DGA_CACHE` override them.
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
    """The repository that the package runs from; None for an installed package."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").is_file() and (root / "app.py").is_file() else None


def models_folder() -> Path:
    """The folder of runs."""
    return _folder(MODELS_VARIABLE, "models")


def data_folder() -> Path:
    """The folder of users' feeds and uploads."""
    return _folder(DATA_VARIABLE, "data")


def state_folder() -> Path:
    """The folder of the audit log and the allow list; by default inside the models folder."""
    told = os.environ.get(STATE_VARIABLE)
    return Path(told).resolve() if told else models_folder() / ".state"


def cache_folder() -> Path:
    """The folder of files that can be made again; by default the user's cache folder."""
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
