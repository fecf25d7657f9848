"""The style sheet that Streamlit's page is given."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.server.first_frame import FirstFrame

PAGE = f"<html><head><title>a</title></head><body>{'b' * 2000}</head></body></html>"


async def page(_: Request) -> Response:
    return HTMLResponse(PAGE)


async def missing(_: Request) -> Response:
    return HTMLResponse(PAGE, status_code=404)


async def data(_: Request) -> Response:
    return JSONResponse({"text": "</head>"})


async def parts(_: Request) -> Response:
    return StreamingResponse(iter([PAGE[:20], PAGE[20:]]), media_type="text/html")


@pytest.fixture
def client() -> TestClient:
    routes = [
        Route("/", page), Route("/missing", missing), Route("/data", data), Route("/parts", parts)
    ]  # fmt: skip
    compressed = Middleware(GZipMiddleware, minimum_size=10)
    return TestClient(FirstFrame(Starlette(routes=routes, middleware=[compressed]), "p {}"))


def test_a_page_is_given_the_style_once(client: TestClient) -> None:
    answer = client.get("/", headers={"Accept": "text/html,*/*"})
    assert answer.text == PAGE.replace("</head>", "<style>p {}</style></head>", 1)
    assert int(answer.headers["content-length"]) == len(answer.content)


@pytest.mark.parametrize(
    ("path", "accept"),
    [("/missing", "text/html"), ("/parts", "text/html"), ("/data", "*/*"), ("/", "*/*")],
)
def test_all_else_passes_as_it_is(client: TestClient, path: str, accept: str) -> None:
    answer = client.get(path, headers={"Accept": accept})
    assert "<style>" not in answer.text and "</head>" in answer.text
