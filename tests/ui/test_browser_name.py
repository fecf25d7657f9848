"""Each browser gets a cookie of its own with its first page, and keeps it."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.server.browser import COOKIE, BrowserName


@pytest.fixture
def client() -> TestClient:
    routes = [
        Route("/", lambda request: HTMLResponse("<p>page</p>")),
        Route("/data", lambda request: PlainTextResponse("data")),
    ]
    return TestClient(BrowserName(Starlette(routes=routes)))


def test_a_page_brings_a_name_once(client: TestClient) -> None:
    assert COOKIE not in client.get("/data").cookies
    told = client.get("/").headers["set-cookie"]
    assert all(part in told for part in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="))
    assert "Secure" not in told
    assert "set-cookie" not in client.get("/").headers


def test_two_browsers_have_two_names(client: TestClient) -> None:
    first = client.get("/").cookies[COOKIE]
    client.cookies.clear()
    assert client.get("/").cookies[COOKIE] != first


def test_a_name_that_we_did_not_give_is_replaced(client: TestClient) -> None:
    client.cookies.set(COOKIE, "somebody")
    assert COOKIE in client.get("/").cookies


def test_over_https_the_name_is_sent_over_https_alone(client: TestClient) -> None:
    secure = TestClient(client.app, base_url="https://testserver")
    assert "Secure" in secure.get("/").headers["set-cookie"]
