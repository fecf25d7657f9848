"""The routes, with their OpenAPI descriptions."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

import dga
from dga.errors import DGAError
from dga.runs import store
from dga.service import examples, hosts, problems, scoring
from dga.service.attribution import Attributor
from dga.service.batching import MicroBatcher, Row
from dga.service.gate import LOCAL_HOSTS, Gate
from dga.service.limits import Limits
from dga.service.metrics import CONTENT_TYPE_LATEST, Metrics
from dga.service.model import ActiveModel
from dga.service.problems import ProblemError
from dga.service.tokens import TokenFile

REFRESH_SECONDS = 2.0
NDJSON = "application/x-ndjson"


@dataclass(frozen=True)
class Service:
    """The state that the routes share."""

    model: ActiveModel
    metrics: Metrics
    limits: Limits
    batcher: MicroBatcher
    attributor: Attributor

    def count(self, table: pa.Table) -> None:
        """Count the verdicts of a scored table."""
        for verdict, rows in scoring.verdict_counts(table).items():
            self.metrics.names.labels(verdict).inc(rows)

    def tell_model(self) -> None:
        """Set the metric of the run that scores."""
        self.metrics.model.clear()
        self.metrics.model.labels(self.model.current.run).set(1)

    def switched(self) -> None:
        """Count the switch to another run, and show that run in the metrics."""
        self.metrics.switches.inc()
        self.tell_model()
        settle()


def create(
    tokens: TokenFile,
    *,
    run: str | None = None,
    limits: Limits | None = None,
    hosts: tuple[str, ...] = LOCAL_HOSTS,
    attributor: Attributor | None = None,
) -> Gate:
    """Make the ASGI application. RunError or BundleError if no run can score."""
    limits, metrics, model = limits or Limits(), Metrics(), ActiveModel(run)

    def look_up(names: list[str]) -> list[Row]:
        table = model.current.default.table(names)
        service.count(table)
        return list(table.to_pylist())

    batcher = MicroBatcher(look_up, metrics.batch.observe)
    service = Service(model, metrics, limits, batcher, attributor or Attributor())
    service.tell_model()
    app = FastAPI(
        title="DGA Workbench",
        version=dga.__version__,
        description="Detects algorithmically generated domain names and infected hosts.",
        lifespan=_lifespan(service),
        docs_url=None,  # its page would load scripts from other sites
        redoc_url=None,
    )
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(DGAError, _user_problem)
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(Exception, _internal_problem)
    _add_health(app, service)
    _add_scoring(app, service)
    _add_hosts(app, service)
    _add_admin(app, service)
    return Gate(app, tokens, metrics, limits, hosts)


def _lifespan(service: Service) -> Any:
    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settle()
        watch = asyncio.create_task(_watch(service))
        yield
        watch.cancel()
        service.batcher.close()

    return lifespan


def settle() -> None:
    """Collect garbage and exempt all present objects from later collections.

    A collection over all modules and tables of the process would delay every request by a tenth of
    a second.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


async def _watch(service: Service) -> None:
    """Switch to a newly activated run within seconds."""
    while True:
        await asyncio.sleep(REFRESH_SECONDS)
        if await run_in_threadpool(service.model.refresh):
            service.switched()


def _add_health(app: FastAPI, service: Service) -> None:
    @app.get("/healthz", summary="Whether the process answers", tags=["health"])
    async def healthz() -> Response:
        return _json({"status": "ok"})

    @app.get("/readyz", summary="Whether a model is loaded, and which", tags=["health"])
    async def readyz() -> Response:
        model = service.model.current
        facts = {"status": "ready", "run": model.run, "threshold": model.default.threshold}
        return _json(facts | ({"problem": service.model.problem} if service.model.problem else {}))

    @app.get("/metrics", summary="Figures in the format of Prometheus", tags=["health"])
    async def metrics() -> Response:
        return Response(service.metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _add_scoring(app: FastAPI, service: Service) -> None:
    @app.get(
        "/v1/lookup/{domain}",
        summary="Score one name",
        tags=["scoring"],
        responses=examples.LOOKUP,
    )
    async def lookup(domain: str) -> Response:
        return _json(await service.batcher.lookup(domain))

    @app.post(
        "/v1/score",
        summary="Score names",
        tags=["scoring"],
        openapi_extra=examples.SCORE_REQUEST,
        responses=examples.SCORE,
    )
    async def score(request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip() == NDJSON:
            return StreamingResponse(await _begun(_scored(request, service)), media_type=NDJSON)
        body = await read_body(request, service.limits.body_bytes)
        names, fpr, threshold = scoring.parse_request(body, service.limits.names)
        model = service.model.current
        scorer = model.scorer(fpr, threshold)
        table = await run_in_threadpool(scorer.table, names)
        service.count(table)
        rows = await run_in_threadpool(scoring.rows_json, table)
        head = json.dumps({"run": model.run, "threshold": scorer.threshold})
        return Response(
            b'%s, "results": %s}' % (head[:-1].encode(), rows), media_type="application/json"
        )

    @app.get(
        "/v1/attribute/{domain}",
        summary="Which known generator makes a name, with which seed and when",
        tags=["scoring"],
        responses=examples.ATTRIBUTE,
    )
    async def attribute(domain: str) -> Response:
        return _json(await run_in_threadpool(service.attributor.attribute, domain))


async def _begun(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Wait for the first part, so that an error in the first lines becomes a problem response."""
    first = await anext(parts, b"")

    async def all_parts() -> AsyncIterator[bytes]:
        yield first
        async for part in parts:
            yield part

    return all_parts()


def _scored(request: Request, service: Service) -> AsyncIterator[bytes]:
    given: dict[str, Any] = {}
    for field in ("fpr", "threshold"):
        if (text := request.query_params.get(field)) is not None:
            try:
                given[field] = float(text)
            except ValueError:
                raise ProblemError(422, f"{field} must be a number from 0 to 1") from None
    rates = scoring.rate(given, "fpr"), scoring.rate(given, "threshold")
    return scoring.stream(request.stream(), service.model.current.scorer(*rates), service.count)


def _add_hosts(app: FastAPI, service: Service) -> None:
    @app.post(
        "/v1/hosts",
        summary="Judge the hosts of a DNS log",
        tags=["hosts"],
        openapi_extra=examples.HOSTS_REQUEST,
        responses=examples.HOSTS,
    )
    async def judge_hosts(request: Request) -> Response:
        bundle = service.model.current.bundle
        return _json(await hosts.judge(request, bundle, service.limits.log_bytes))


def _add_admin(app: FastAPI, service: Service) -> None:
    @app.get("/v1/admin/runs", summary="The runs that can score", tags=["admin"])
    async def runs() -> Response:
        active = service.model.current.run
        rows = [
            {"run": run.name, "status": run.status, "active": run.name == active}
            for run in await run_in_threadpool(store.list_runs)
        ]
        return _json({"runs": rows})

    @app.post("/v1/admin/runs/{run}/activate", summary="Make a run the active one", tags=["admin"])
    async def activate(run: str) -> Response:
        await run_in_threadpool(store.set_active, run)
        if await run_in_threadpool(service.model.refresh):
            service.switched()
        return _json({"run": service.model.current.run})


async def read_body(request: Request, most: int) -> bytes:
    """Read a request's body. ProblemError if it is longer than `most` bytes, whatever its header
    says."""
    parts, length = [], 0
    async for chunk in request.stream():
        length += len(chunk)
        if length > most:
            raise ProblemError(413, f"the body may hold at most {most:,} bytes; send it in parts")
        parts.append(chunk)
    return b"".join(parts)


def _json(value: object) -> Response:
    return Response(json.dumps(value, default=str, allow_nan=False), media_type="application/json")


async def _http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _refused(request, error.status_code, str(error.detail))


async def _user_problem(request: Request, error: Exception) -> Response:
    return _refused(request, 422, str(error))


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return _refused(request, error.status, error.detail, error.headers)


async def _internal_problem(request: Request, error: Exception) -> Response:
    return _refused(request, 500, problems.INTERNAL)


def _refused(
    request: Request, status: int, detail: str, headers: dict[str, str] | None = None
) -> Response:
    body = problems.body(status, detail, str(request.scope.get("request_id", "")))
    return Response(body, status, headers, problems.MEDIA_TYPE)
