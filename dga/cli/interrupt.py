"""Stop a long command cleanly by Ctrl-C."""

from __future__ import annotations

import signal


class StopRequest:
    """True after Ctrl-C was pressed; a second Ctrl-C raises KeyboardInterrupt.

    A context manager: it handles SIGINT only inside its block.
    """

    def __init__(self) -> None:
        self.pressed = False

    def __call__(self) -> bool:
        return self.pressed

    def __enter__(self) -> StopRequest:
        self.before = signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self.before)

    def _press(self, *_: object) -> None:
        if self.pressed:
            raise KeyboardInterrupt
        self.pressed = True
