"""Start child processes that run a command of this program."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]  # from which the package can be imported

Output = IO[bytes] | int


def spawn(
    *arguments: str,
    output: Output = subprocess.DEVNULL,
    errors: Output = subprocess.DEVNULL,
    detached: bool = False,
    inherited: Sequence[int] = (),
    variables: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start `dga` with these arguments, without waiting.

    `detached`: in its own session, so that neither a closed tab nor Ctrl-C ends it; a thread waits
    for it, so that no zombie is left. `inherited`: file descriptors passed on. `variables`: added
    to its environment.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", "dga", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        start_new_session=detached,
        cwd=ROOT,
        pass_fds=tuple(inherited),
        env={**os.environ, **(variables or {})},
    )
    if detached:
        threading.Thread(target=child.wait, daemon=True).start()
    return child


def printed(*arguments: str, seconds: float) -> str:
    """The output of `dga` with these arguments; OSError or SubprocessError if it fails."""
    with spawn(*arguments, output=subprocess.PIPE) as child:
        try:
            told, _ = child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            raise
    return told.decode("utf-8", "replace")
