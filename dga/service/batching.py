"""Score concurrent look-ups in batches, with one call of the network for each.

The look-ups that arrive while a batch is being scored form the next one, so batches grow with the
load and a single look-up does not wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

Row = dict[str, Any]
MAX_BATCH = 512


class MicroBatcher:
    """Scores the names of several requests in one thread, batch by batch.

    `score`: names to as many rows, called in that thread. `on_batch`: called with each batch's
    size.
    """

    def __init__(
        self,
        score: Callable[[list[str]], list[Row]],
        on_batch: Callable[[int], None] = lambda size: None,
    ) -> None:
        self._score, self._on_batch = score, on_batch
        self._waiting: list[tuple[str, asyncio.Future[Row]]] = []
        self._busy = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lookup")

    async def lookup(self, text: str) -> Row:
        """The row of one name."""
        future: asyncio.Future[Row] = asyncio.get_running_loop().create_future()
        self._waiting.append((text, future))
        if not self._busy:
            self._busy = True
            asyncio.get_running_loop().call_soon(self._begin)
        return await future

    def _begin(self) -> None:
        batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
        if not batch:
            self._busy = False
            return
        self._on_batch(len(batch))
        loop = asyncio.get_running_loop()
        scored = loop.run_in_executor(self._thread, self._score, [text for text, _ in batch])
        scored.add_done_callback(lambda done: self._end(batch, done))

    def _end(
        self, batch: list[tuple[str, asyncio.Future[Row]]], done: asyncio.Future[list[Row]]
    ) -> None:
        error = done.exception()
        for place, (_, future) in enumerate(batch):
            if future.done():  # its client has disconnected
                continue
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(done.result()[place])
        self._begin()

    def close(self) -> None:
        """Stop the thread after its current batch."""
        self._thread.shutdown(wait=False)
