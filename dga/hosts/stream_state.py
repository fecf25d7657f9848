"""A stream's state in a file: JSON, written beside and renamed, so that a kill loses no state."""

from __future__ import annotations

import json
from collections import OrderedDict
from pathlib import Path
from typing import Any

from dga.errors import FeedError
from dga.hosts.combine import CLEAN, INFECTED, SUSPICIOUS
from dga.hosts.stream import ClientState, StreamState
from dga.storage.files import write_atomically

FORMAT_VERSION = 1
SAVED_RESOLVED = 100_000  # names, the last ones
LARGEST_FILE = 1 << 30


def save(state: StreamState, path: Path) -> None:
    """Write a state; the file is whole at any moment."""
    values = {
        "format_version": FORMAT_VERSION,
        "events": state.events,
        "clients": {name: _client_json(client) for name, client in state.clients.items()},
        "resolved": list(state.resolved)[-SAVED_RESOLVED:],
    }
    write_atomically(path, json.dumps(values))


def load(path: Path) -> StreamState:
    """Read a state, a new one where there is no file; FeedError for a file that is none."""
    if not path.exists():
        return StreamState()
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ValueError("the file is too large")
        values = json.loads(path.read_text(encoding="utf-8"))
        return _state(values)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FeedError(
            f"{path}: no state of a host stream ({error}); delete it to start anew"
        ) from None


def _client_json(client: ClientState) -> list[Any]:
    return [
        client.verdict, client.p_value, client.first, client.last, list(client.names.items()),
    ]  # fmt: skip


def _state(values: dict[str, Any]) -> StreamState:
    if values["format_version"] != FORMAT_VERSION:
        raise ValueError(f"format version {values['format_version']}")
    state = StreamState(events=int(values["events"]))
    for name, (verdict, p_value, first, last, names) in values["clients"].items():
        if verdict not in (INFECTED, SUSPICIOUS, CLEAN):
            raise ValueError(f"verdict {verdict!r}")
        kept = OrderedDict((str(asked), int(time)) for asked, time in names)
        state.clients[name] = ClientState(kept, verdict, float(p_value), int(first), int(last))
        for asked in kept:
            state.askers.setdefault(asked, set()).add(name)
    state.resolved.update((str(name), None) for name in values["resolved"])
    return state
