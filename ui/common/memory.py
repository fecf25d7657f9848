"""Memory of a long-lived server: how it is asked for, and given back to the system.

Every page runs in a thread of its own. Allocators that keep a store for each thread would hold what
the busiest minute took; with few stores and a low limit it goes back when it is freed.
"""

from __future__ import annotations

import ctypes
import gc
from functools import cache
from typing import Any

import pyarrow as pa

# Names of glibc's mallopt(3) settings, and their values.
TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
SETTINGS = {TRIM_THRESHOLD: 2**17, MMAP_THRESHOLD: 2**17, ARENA_MAX: 2}


@cache
def keep_small() -> None:
    """Configure the allocator to return freed memory; glibc only, once per process."""
    if set_option := _of_libc("mallopt"):
        for option, value in SETTINGS.items():
            set_option(option, value)
        pa.set_memory_pool(pa.system_memory_pool())


def give_back() -> None:
    """Collect garbage and return free pages to the system."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    if trim := _of_libc("malloc_trim"):
        trim(0)


def _of_libc(name: str) -> Any:
    """A function of the C library; None if it has no function of this name."""
    try:
        return getattr(ctypes.CDLL(None), name, None)
    except (OSError, TypeError):  # TypeError: on Windows
        return None
