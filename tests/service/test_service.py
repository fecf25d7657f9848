"""The HTTP service, called through its ASGI interface; no port is opened."""

from __future__ import annotations

import datetime as dt
import gc
import json
import os
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from fastapi import FastAPI

from dga import generators
from dga.errors import ServiceError
from dga.generators.attribution import AttributionIndex
from dga.hosts.score_hosts import score_hosts
from dga.runs import store
from dga.runs.store import Run
from dga.scoring.scorer import Scorer
from dga.service import app as service_app
from dga.service import server
from dga.service.attribution import Attributor
from dga.service.limits import Limits
from dga.service.model import ActiveModel
from dga.service.tokens import TokenFile
from tests.runs_factory import make_run

NAMES = ["garden.com", "xjpwkqzvbnt.ru", "not a domain", "192.0.2.7", "garden.com"]

Call = Callable[[httpx.AsyncClient], Coroutine[Any, Any, httpx.Response]]


@pytest.fixture
def models(tiny_run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DGA_MODELS", str(tiny_run.path.parent))
    return tiny_run.path.parent


@pytest.fixture
def tokens(tmp_path: Path) -> TokenFile:
    return TokenFile(tmp_path / "tokens.json")


def ask(
    tokens: TokenFile,
    call: Call,
    limits: Limits | None = None,
    attributor: Attributor | None = None,
) -> httpx.Response:
    """The answer to one call of a fresh service."""

    async def asked() -> httpx.Response:
        gate = service_app.create(tokens, limits=limits, attributor=attributor)
        transport = httpx.ASGITransport(app=gate, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await call(client)

    return anyio.run(asked)


def test_a_look_up_gives_the_row_of_the_scorer(models: Path, tokens: TokenFile) -> None:
    answer = ask(tokens, lambda client: client.get("/v1/lookup/xjpwkqzvbnt.ru"))
    [row] = Scorer(store.active_run().bundle()).table(["xjpwkqzvbnt.ru"]).to_pylist()
    assert answer.status_code == 200
    assert answer.json() == row


def test_every_name_comes_out_in_order(models: Path, tokens: TokenFile) -> None:
    answer = ask(tokens, lambda client: client.post("/v1/score", json={"domains": NAMES})).json()
    expected = Scorer(store.active_run().bundle()).table(NAMES).to_pylist()
    assert [row["given"] for row in answer["results"]] == NAMES
    assert [row["problem"] for row in answer["results"]] == [row["problem"] for row in expected]
    assert [row["score"] for row in answer["results"]] == pytest.approx(
        [row["score"] for row in expected], nan_ok=True
    )


def test_what_is_no_text_comes_out_with_a_problem(models: Path, tokens: TokenFile) -> None:
    given = {"domains": [None, 7, ["a.com"], "garden.com"]}
    rows = ask(tokens, lambda client: client.post("/v1/score", json=given)).json()["results"]
    assert [bool(row["problem"]) for row in rows] == [True, True, True, False]


def test_a_stream_gives_a_line_for_each_line(models: Path, tokens: TokenFile) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'"garden.com"\n{"domain": "xjpwkqz'
        yield b'vbnt.ru"}\nplain.org\n\n{"other": 1}'

    async def call(client: httpx.AsyncClient) -> httpx.Response:
        headers = {"content-type": "application/x-ndjson"}
        return await client.post("/v1/score", content=body(), headers=headers)

    rows = [json.loads(line) for line in ask(tokens, call).text.splitlines()]
    assert [row["given"] for row in rows][:3] == ["garden.com", "xjpwkqzvbnt.ru", "plain.org"]
    assert [bool(row["problem"]) for row in rows] == [False, False, False, True, True]


@pytest.fixture(scope="module")
def index() -> AttributionIndex:
    day = dt.date(2026, 11, 30)
    return AttributionIndex.build(day, day, families=["ramnit"])


def test_a_name_is_attributed_once_the_index_stands(
    models: Path, tokens: TokenFile, index: AttributionIndex
) -> None:
    may_open = threading.Event()

    def open_index() -> AttributionIndex:
        may_open.wait(10)
        return index

    [name] = generators.generate("ramnit", 1)

    async def call(client: httpx.AsyncClient) -> httpx.Response:
        early = await client.get(f"/v1/attribute/{name}")
        assert early.status_code == 503 and early.headers["retry-after"]
        may_open.set()
        for _ in range(500):
            answer = await client.get(f"/v1/attribute/{name}")
            if answer.status_code == 200:
                break
            await anyio.sleep(0.01)
        return answer

    answer = ask(tokens, call, attributor=Attributor(open_index))
    assert [match["family"] for match in answer.json()["matches"]] == ["ramnit"]


def dns_log() -> bytes:
    """One host that looks for a generator's names, one that asks for what there is."""
    rows = ["ts,client,query,rcode"]
    for minute, name in enumerate(generators.generate("necurs", 40)):
        rows.append(f"2026-11-30T10:{minute:02}:00Z,10.0.0.7,{name},NXDOMAIN")
        rows.append(f"2026-11-30T10:{minute:02}:30Z,10.0.0.8,garden{minute}.com,NOERROR")
    return "\n".join(rows).encode()


def test_the_hosts_of_a_posted_log_are_those_of_the_command(
    models: Path, tokens: TokenFile, tmp_path: Path
) -> None:
    answer = ask(tokens, lambda client: client.post("/v1/hosts", content=dns_log())).json()
    (tmp_path / "dns.csv").write_bytes(dns_log())
    expected = score_hosts(tmp_path / "dns.csv", store.active_run().bundle()).frame
    rows = {row["client"]: row for row in answer["hosts"]}
    assert list(rows) == expected["client"].tolist()
    assert [row["verdict"] for row in rows.values()] == expected["verdict"].tolist()
    assert [row["p_value"] for row in rows.values()] == pytest.approx(expected["p_value"].tolist())


def test_names_that_are_allowed_are_no_evidence_in_a_posted_log(
    models: Path, tokens: TokenFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DGA_STATE", str(tmp_path))
    post: Call = lambda client: client.post("/v1/hosts", content=dns_log())  # noqa: E731
    accused = {row["client"]: row["p_value"] for row in ask(tokens, post).json()["hosts"]}
    (tmp_path / "allow.txt").write_text("\n".join(generators.generate("necurs", 40)))
    excused = {row["client"]: row["p_value"] for row in ask(tokens, post).json()["hosts"]}
    assert accused["10.0.0.7"] < 1 and excused["10.0.0.7"] == 1


@pytest.mark.parametrize(
    ("query", "body", "status", "told"),
    [
        ("?fpr=2", b"ts,client,query,rcode\n", 422, "fpr must be"),
        ("", b"\0\0\0\0", 422, ""),
        ("", b"x" * 2_000, 413, "at most 1,000 bytes"),
    ],
)
def test_a_bad_log_is_a_problem(
    models: Path, tokens: TokenFile, query: str, body: bytes, status: int, told: str
) -> None:
    limits = Limits(log_bytes=1_000)
    answer = ask(tokens, lambda client: client.post(f"/v1/hosts{query}", content=body), limits)
    assert answer.status_code == status
    assert told in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b"{", 400, "not JSON"),
        (b"[]", 422, '"domains"'),
        (b'{"domains": "a.com"}', 422, '"domains"'),
        (b'{"domains": [], "fpr": true}', 422, "fpr must be"),
        (b'{"domains": [], "threshold": 2}', 422, "threshold must be"),
        (b'{"domains": [], "threshold": 1e999}', 422, "threshold must be"),
        (b'{"domains": [], "model": "x"}', 422, "unknown field 'model'"),
        (json.dumps({"domains": ["a.com"] * 11}).encode(), 413, "at most 10 names"),
        (b'{"domains": ["' + b"a" * 2000 + b'"]}', 413, "at most 1,000 bytes"),
        (b"[" * 900, 400, "not JSON"),
    ],
)
def test_a_bad_request_is_a_problem_that_says_what_is_wrong(
    models: Path, tokens: TokenFile, body: bytes, status: int, told: str
) -> None:
    limits = Limits(body_bytes=1000, names=10)
    answer = ask(tokens, lambda client: client.post("/v1/score", content=body), limits)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert told in answer.json()["detail"]
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_a_body_longer_than_its_head_says_is_refused(models: Path, tokens: TokenFile) -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 100

    answer = ask(
        tokens, lambda client: client.post("/v1/score", content=body()), Limits(body_bytes=1000)
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        ("/v1/lookup/a.com", "", 401),
        ("/v1/lookup/a.com", "wrong", 401),
        ("/v1/lookup/a.com", "read", 200),
        ("/v1/lookup/a.com", "admin", 200),
        ("/v1/admin/runs", "", 401),
        ("/v1/admin/runs", "read", 403),
        ("/v1/admin/runs", "admin", 200),
        ("/metrics", "", 401),
        ("/openapi.json", "", 401),
        ("/healthz", "", 200),
        ("/readyz", "", 200),
        ("/nothing", "read", 404),
    ],
)
def test_once_there_is_a_token_each_request_needs_one(
    models: Path, tokens: TokenFile, path: str, token: str, status: int
) -> None:
    secrets = {scope: tokens.create(scope, [scope]) for scope in ("read", "admin")}
    headers = {"authorization": f"Bearer {secrets.get(token, token)}"} if token else {}
    answer = ask(tokens, lambda client: client.get(path, headers=headers))
    assert answer.status_code == status


def test_a_token_is_kept_as_a_hash_in_a_private_file(tokens: TokenFile) -> None:
    secret = tokens.create("siem")
    assert secret not in tokens.path.read_text()
    assert tokens.path.stat().st_mode & 0o077 == 0
    found = tokens.find(secret)
    assert found is not None and found.name == "siem"
    tokens.revoke("siem")
    assert tokens.find(secret) is None


def test_a_request_by_another_host_name_is_refused(models: Path, tokens: TokenFile) -> None:
    call = lambda client: client.get("/v1/lookup/a.com", headers={"host": "evil.example"})  # noqa: E731
    assert ask(tokens, call).status_code == 421


def test_too_many_requests_are_told_to_wait(models: Path, tokens: TokenFile) -> None:
    async def call(client: httpx.AsyncClient) -> httpx.Response:
        answers = [await client.get("/v1/lookup/a.com") for _ in range(3)]
        return answers[-1]

    answer = ask(tokens, call, Limits(requests_per_second=0.5))
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1


def test_no_name_and_no_token_reaches_log_or_metrics(
    models: Path, tokens: TokenFile, caplog: pytest.LogCaptureFixture
) -> None:
    secret = tokens.create("siem")

    async def call(client: httpx.AsyncClient) -> httpx.Response:
        headers = {"authorization": f"Bearer {secret}"}
        await client.get("/v1/lookup/secret-name.com", headers=headers)
        return await client.get("/metrics", headers=headers)

    with caplog.at_level("INFO", "dga.service"):
        text = ask(tokens, call).text
    assert "secret-name" not in caplog.text + text
    assert secret not in caplog.text + text
    assert '"token": "siem"' in caplog.text
    assert 'route="/v1/lookup/{domain}"' in text


def test_another_active_run_is_taken_up(
    tmp_path: Path, tokens: TokenFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DGA_MODELS", str(tmp_path / "models"))
    for name in ("one", "two"):
        make_run(tmp_path / "models", name)
    store.set_active("one", tmp_path / "models")

    async def call(client: httpx.AsyncClient) -> httpx.Response:
        before = (await client.get("/readyz")).json()["run"]
        answer = await client.post("/v1/admin/runs/two/activate")
        return httpx.Response(200, json=[before, answer.json()["run"]])

    assert ask(tokens, call).json() == ["one", "two"]


def test_a_damaged_active_run_leaves_the_old_one_in_place(
    tmp_path: Path, tokens: TokenFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DGA_MODELS", str(tmp_path / "models"))
    for name in ("one", "two"):
        make_run(tmp_path / "models", name)
    store.set_active("one", tmp_path / "models")
    model = ActiveModel()
    store.set_active("two", tmp_path / "models")
    (tmp_path / "models" / "two" / "bundle" / "model.onnx").write_bytes(b"broken")
    assert not model.refresh()
    assert model.current.run == "one"
    assert model.problem


def test_a_bundle_that_is_written_anew_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DGA_MODELS", str(tmp_path / "models"))
    make_run(tmp_path / "models", "one")
    model = ActiveModel()
    before = model.current
    assert not model.refresh() and model.current is before
    os.utime(store.active_run().path / "bundle" / "bundle.json", ns=(1, 1))
    assert model.refresh() and model.current is not before


def test_collections_leave_out_what_is_there_at_the_start(models: Path, tokens: TokenFile) -> None:
    async def started() -> int:
        app = service_app.create(tokens).app
        assert isinstance(app, FastAPI)
        async with app.router.lifespan_context(app):
            return gc.get_freeze_count()

    try:
        assert anyio.run(started) > 10_000
    finally:
        gc.unfreeze()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])
def test_no_wider_address_without_a_token(host: str, tokens: TokenFile) -> None:
    options = server.Options(host=host)
    with pytest.raises(ServiceError, match="--new-token"):
        server.check_address(options, tokens)
    tokens.create("siem")
    server.check_address(options, tokens)


@pytest.fixture
def taken_port() -> Iterator[int]:
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        yield sock.getsockname()[1]


def test_a_taken_port_is_told(taken_port: int) -> None:
    with pytest.raises(ServiceError, match="choose another --port"):
        server.listener("127.0.0.1", taken_port)


def test_the_description_has_an_example_for_each_route_of_names(
    models: Path, tokens: TokenFile
) -> None:
    document = ask(tokens, lambda client: client.get("/openapi.json")).json()
    for path, methods in document["paths"].items():
        if path.startswith("/v1/") and "/admin/" not in path:
            [operation] = methods.values()
            content = operation["responses"]["200"]["content"]["application/json"]
            assert content["example"], path
