"""A log being judged in a thread of the server: its progress, then its result.

Draws nothing and calls nothing of Streamlit, which no thread but a page's may.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from dga.hosts import attribution, feedback, score_hosts
from dga.hosts.combine import INFECTED, SUSPICIOUS
from dga.hosts.score_hosts import HostsResult, MakeAttributor
from dga.logs.events import Description, read_events
from dga.names import allow_list
from dga.scoring.bundle import ModelBundle
from ui.common.text import counted
from ui.common.thread_job import Cancelled, ThreadJob


class HostsJob(ThreadJob):
    """Judges a log; `result` or `error` is set by its thread at the end, neither when cancelled."""

    def __init__(
        self,
        name: str,
        source: bytes | Path,
        bundle: ModelBundle,
        *,
        run: str,
        fpr: float,
        attribute: bool,
        sheet: str = "",
        roles: Mapping[str, str] | None = None,
        day_first: bool | None = None,
        key: str = "",
        owner: str = "",
    ) -> None:
        super().__init__(name, owner, key)
        self.run, self.fpr, self.attribute = run, fpr, attribute
        self.events, self.share = 0, 0.0
        self.roles = dict(roles or {})  # columns that a person chose, by role
        self.day_first = day_first  # in dates such as 1/5/2026; None: seen from the log
        self.description: Description | None = None
        self.result: HostsResult | None = None
        self.source, self.sheet, self._bundle = source, sheet, bundle

    @property
    def settings(self) -> tuple[float, bool]:
        """The false-positive rate by host and day, and whether names are attributed."""
        return self.fpr, self.attribute

    @property
    def about(self) -> str:
        """How far it is, or what came of it, in words."""
        if self.running:
            return "being judged"
        if self.result is None:
            return "failed" if self.error else "cancelled"
        found = self.result.frame["verdict"].value_counts()
        hosts = counted(len(self.result.frame), "host", "hosts")
        return (
            f"{hosts}, {found.get(INFECTED, 0):,} infected, "
            f"{found.get(SUSPICIOUS, 0):,} suspicious, by run {self.run}"
        )

    @property
    def weight(self) -> int:
        """The events that are kept in memory for its timelines."""
        return self.events

    def discard(self) -> None:
        """Stop; the result goes with the last page that shows it."""
        self.cancel()

    def again(self) -> HostsJob:
        """The same log judged anew, as after feedback, in the place of this result."""
        return self._anew(self.roles, self.day_first, self.key)

    def read_as(self, roles: Mapping[str, str], day_first: bool | None) -> HostsJob:
        """The same log with other columns, or another order of dates: a new result."""
        return self._anew(roles, day_first, "")

    def _anew(self, roles: Mapping[str, str], day_first: bool | None, key: str) -> HostsJob:
        return HostsJob(
            self.name, self.source, self._bundle, run=self.run, fpr=self.fpr,
            attribute=self.attribute, sheet=self.sheet,
            roles=roles, day_first=day_first, key=key, owner=self.owner,
        ).start()  # fmt: skip

    def _work(self) -> None:
        try:
            self.result = self._judge()
        finally:
            self._bundle.release_memory()

    def _judge(self) -> HostsResult:
        events = read_events(
            self._open(),
            name=self.name,
            sheet=self.sheet,
            roles=self.roles or None,
            day_first=self.day_first,
        )
        self.description = events.description
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
        return self.source if isinstance(self.source, Path) else io.BytesIO(self.source)

    def _note(self, events: int, share: float) -> None:
        self.events, self.share = events, share
        if self.cancelling:
            raise Cancelled


def _attributor(wanted: bool) -> MakeAttributor:
    return attribution.built_index_of if wanted else attribution.standing_index_of
