"""Score the hosts of a posted DNS log, which is kept in a private temporary file meanwhile."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from dga.hosts import attribution, feedback
from dga.hosts.score_hosts import score_hosts
from dga.names import allow_list
from dga.scoring.bundle import ModelBundle
from dga.service.problems import ProblemError

DEFAULT_FPR = 0.001


async def judge(request: Request, bundle: ModelBundle, most: int) -> dict[str, Any]:
    """A row per host, as `dga hosts` writes them, and notes on the log."""
    fpr = _fpr(request.query_params.get("fpr"))
    with tempfile.TemporaryDirectory(prefix="dga-service-") as folder:
        path = Path(folder) / "posted.log"
        await _save(request, path, most)
        return await run_in_threadpool(_judged, path, bundle, fpr)


async def _save(request: Request, path: Path, most: int) -> None:
    length = 0
    with open(path, "wb") as file:
        async for chunk in request.stream():
            length += len(chunk)
            if length > most:
                raise ProblemError(413, f"a log may hold at most {most:,} bytes; send it in parts")
            await run_in_threadpool(file.write, chunk)


def _judged(path: Path, bundle: ModelBundle, fpr: float) -> dict[str, Any]:
    result = score_hosts(
        path, bundle, fpr=fpr, allow=allow_list.stored(), silencer=feedback.load(),
        attributor=attribution.standing_index_of,
    )  # fmt: skip
    rows = result.frame.to_json(orient="records", date_format="iso", double_precision=15)
    return {"run": bundle.name, "fpr": fpr, "notes": result.notes, "hosts": json.loads(rows)}


def _fpr(text: str | None) -> float:
    try:
        fpr = DEFAULT_FPR if text is None else float(text)
    except ValueError:
        fpr = -1.0
    if not 0 < fpr < 1:
        raise ProblemError(422, "fpr must be a number between 0 and 1")
    return fpr
