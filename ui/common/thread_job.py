"""Background jobs in threads of the server, which survive reruns of their page and are found by a
key.

Draws nothing and does not call Streamlit, which only page threads may do.
"""

from __future__ import annotations

import secrets
import threading
from abc import ABC, abstractmethod
from typing import Self
from weakref import WeakValueDictionary

from ui.common import memory

SHARED = "everybody"  # the owner of a job that every browser may see
_JOBS: WeakValueDictionary[str, ThreadJob] = WeakValueDictionary()


class Cancelled(Exception):  # noqa: N818
    """Raised by a job's work when it stops without a result because it was asked to."""


class ThreadJob(ABC):
    """A job; `error` is set at its end to what its work raised.

    `owner`: the browser or user whose job it is. `key`: finds the job; a new one where none is
    given.
    """

    def __init__(self, name: str, owner: str, key: str = "") -> None:
        self.key = key or secrets.token_urlsafe(16)
        self.name, self.owner = name, owner
        self.error: Exception | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=type(self).__name__, daemon=True)
        _JOBS[self.key] = self

    def start(self) -> Self:
        """Start; returns itself."""
        self._thread.start()
        return self

    @property
    def running(self) -> bool:
        """True while the thread works."""
        return self._thread.is_alive()

    @property
    def cancelling(self) -> bool:
        """Whether the job was asked to stop."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Stop after the current rows."""
        self._stop.set()

    def wait(self) -> Self:
        """Wait for the end; returns itself."""
        self._thread.join()
        return self

    @classmethod
    def find(cls, key: str, owner: str) -> Self | None:
        """The job of a key, in whichever of its owner's sessions it lies: a reload finds it."""
        job = _JOBS.get(key)
        return job if isinstance(job, cls) and job.owner in (owner, SHARED) else None

    @abstractmethod
    def _work(self) -> None:
        """Do the work; what it raises becomes `error`, but for `Cancelled`."""

    def _run(self) -> None:
        try:
            self._work()
        except Cancelled:
            pass
        except Exception as error:  # the page shows a user's error and raises any other
            self.error = error
        finally:
            memory.give_back()
