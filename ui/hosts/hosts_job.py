"""A log being judged in a thread of the server: its progress, then its result.

Draws nothing and calls nothing of Streamlit, which no thread but a page's may.
"""

from __future__ import annotations

import io
import secrets
import threading
from pathlib import Path
from typing import BinaryIO
from weakref import WeakValueDictionary

from dga.hosts import attribution, feedback, score_hosts
from dga.hosts.score_hosts import HostsResult, MakeAttributor
from dga.logs.events import read_events
from dga.names import allow_list
from dga.scoring.bundle import ModelBundle
from ui.common import memory

SHARED = "everybody"  # owner of the example's result
_JOBS: WeakValueDictionary[str, HostsJob] = WeakValueDictionary()


class Cancelled(Exception):  # noqa: N818
    """The log is not wanted any more."""


class HostsJob:
    """Judges a log; `result` or `error` is set by its thread at the end."""

    def __init__(
        self,
        name: str,
        source: bytes | Path,
        bundle: ModelBundle,
        *,
        run: str,
        fpr: float,
        attribute: bool,
        key: str = "",
        owner: str = "",
    ) -> None:
        self.key = key or secrets.token_urlsafe(16)
        self.name, self.run, self.fpr, self.attribute = name, run, fpr, attribute
        self.events, self.share = 0, 0.0
        self.columns: tuple[str, ...] = ()
        self.result: HostsResult | None = None
        self.error: Exception | None = None
        self._source, self._bundle = source, bundle
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="hosts", daemon=True)
        self.owner = owner
        _JOBS[self.key] = self

    def start(self) -> HostsJob:
        """Begin; returns itself."""
        memory.keep_small()
        self._thread.start()
        return self

    @property
    def running(self) -> bool:
        """True while the thread works."""
        return self._thread.is_alive()

    @property
    def cancelled(self) -> bool:
        """True when the job was asked to stop."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Stop after the events in hand; there is no result then."""
        self._stop.set()

    def wait(self) -> HostsJob:
        """Wait for the end; returns itself."""
        self._thread.join()
        return self

    def again(self) -> HostsJob:
        """The same log judged anew, such as after feedback."""
        return HostsJob(
            self.name, self._source, self._bundle, run=self.run, fpr=self.fpr,
            attribute=self.attribute, key=self.key, owner=self.owner,
        ).start()  # fmt: skip

    def _work(self) -> None:
        try:
            self.result = self._judge()
        except Cancelled:
            pass
        except Exception as error:  # the page shows a user's error and raises any other
            self.error = error
        finally:
            memory.give_back()

    def _judge(self) -> HostsResult:
        events = read_events(self._open(), name=self.name)
        self.columns = tuple(events.description.sentences())
        return score_hosts.score_hosts(
            events,
            self._bundle,
            fpr=self.fpr,
            allow=allow_list.stored(),
            silencer=feedback.load(),
            attributor=_attributor(self.attribute),
            keep_events=True,
            on_progress=self._note,
        )

    def _open(self) -> Path | BinaryIO:
        return self._source if isinstance(self._source, Path) else io.BytesIO(self._source)

    def _note(self, events: int, share: float) -> None:
        self.events, self.share = events, share
        if self.cancelled:
            raise Cancelled


def _attributor(wanted: bool) -> MakeAttributor:
    return attribution.built_index_of if wanted else attribution.standing_index_of


def find(key: str, owner: str) -> HostsJob | None:
    """The job of a key, in whichever session it lies: so a reload of the page finds its result."""
    job = _JOBS.get(key)
    return job if job is not None and job.owner in (owner, SHARED) else None
