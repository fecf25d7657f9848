"""`dga hosts -`: follow a log on standard input; a JSON line when a host's verdict changes."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from dga.cli import console
from dga.cli.main import CANCELLED
from dga.cli.options import allowed, day_first, open_bundle, roles
from dga.errors import ConfigError
from dga.hosts import attribution, feedback, parameters, stream_state
from dga.hosts.attribution import MakeAttributor
from dga.hosts.live_events import LiveEvents
from dga.hosts.name_evidence import NameEvidence
from dga.hosts.stream import HostStream, StreamState

SAVE_SECONDS = 30.0
NO_ANSWERS = (
    "the log has no response codes, so it cannot be followed; save it to a file and give that to "
    "dga hosts"
)


def follow(options: argparse.Namespace) -> int:
    """Process events as they arrive, until the end of the input, SIGINT or SIGTERM."""
    path = Path(options.state) if options.state else None
    state = stream_state.load(path) if path else StreamState()
    evidence = NameEvidence(open_bundle(options.run), parameters.load())
    stream = HostStream(
        evidence,
        fpr=options.fpr,
        allow=allowed(options),
        silencer=feedback.load(),
        attributor=_attributor(options),
        state=state,
    )
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        _follow(stream, options, path)
    except KeyboardInterrupt:
        return CANCELLED
    finally:
        signal.signal(signal.SIGTERM, before)
        if path:
            stream_state.save(stream.state, path)
    return 0


def _attributor(options: argparse.Namespace) -> MakeAttributor | None:
    """The index of each day, which a stream waits for only where it is asked to."""
    if options.no_attribution:
        return None
    return attribution.built_index_of if options.attribute else attribution.standing_index_of


def _stop(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the state is being saved
    raise KeyboardInterrupt


def _follow(stream: HostStream, options: argparse.Namespace, path: Path | None) -> None:
    events = LiveEvents(sys.stdin.fileno(), roles(options), day_first(options))
    for sentence in events.description.sentences():
        print(console.harmless(sentence), file=sys.stderr)
    if not (events.description.has_rcode or "answers" in events.description.columns):
        raise ConfigError(NO_ANSWERS)
    saved = time.monotonic()
    for batch in events.batches():
        for row in stream.add(batch):
            print(json.dumps(row), flush=True)
        if path and time.monotonic() - saved > SAVE_SECONDS:
            stream_state.save(stream.state, path)
            saved = time.monotonic()
