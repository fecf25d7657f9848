"""Logging in through OpenID Connect, to a role: a provider on the loopback, a real browser."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import oidc_provider
from tests.browser.conftest import ROOT, WAIT, _wait_until_healthy, free_port
from tests.browser.oidc_provider import Provider

ACCESS = """
trainers = ["tom@corp.example"]
analysts = ["*@corp.example"]
default_role = "nobody"
"""


@dataclass(frozen=True)
class App:
    """A server that users log in to, and who logs them in."""

    address: str
    provider: Provider


@pytest.fixture(scope="module")
def app(models_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder, port = tmp_path_factory.mktemp("login"), free_port()
    address = f"http://localhost:{port}"
    with oidc_provider.running() as provider:
        (folder / "access.toml").write_text(ACCESS, encoding="utf-8")
        (folder / "secrets.toml").write_text(
            f'[auth]\nredirect_uri = "{address}/oauth2callback"\n'
            'cookie_secret = "of this test alone, and long enough"\n'
            f'client_id = "{oidc_provider.CLIENT}"\nclient_secret = "{oidc_provider.SECRET}"\n'
            f'server_metadata_url = "{provider.issuer}/.well-known/openid-configuration"\n',
            encoding="utf-8",
        )
        command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
        with open(folder / "log", "wb") as output:
            server = subprocess.Popen(
                [*command, f"--secrets.files={folder / 'secrets.toml'}"],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={
                    **os.environ,
                    "DGA_MODELS": str(models_root),
                    "DGA_DATA": str(folder / "data"),
                    "DGA_ACCESS": str(folder / "access.toml"),
                },
            )
        try:
            _wait_until_healthy(f"{address}/_stcore/health", server, folder / "log")
            yield App(address, provider)
        finally:
            server.terminate()
            server.wait(timeout=20)


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context()
    context.set_default_timeout(WAIT)
    yield context
    context.close()


def log_in(context: BrowserContext, app: App, email: str) -> Page:
    app.provider.email = email
    page = context.new_page()
    page.goto(app.address)
    page.get_by_role("button", name="Log in").click()
    return page


@pytest.mark.parametrize(
    ("email", "role"), [("ann@corp.example", "analyst"), ("tom@corp.example", "trainer")]
)
def test_who_logs_in_has_the_role_of_the_lists(
    context: BrowserContext, app: App, email: str, role: str
) -> None:
    page = log_in(context, app, email)
    expect(page.get_by_text(f"{email} ({role})")).to_be_visible(timeout=WAIT)
    expect(page.get_by_label("Domain", exact=True)).to_be_visible(timeout=WAIT)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("Log in to continue.")).to_be_visible(timeout=WAIT)


def test_who_is_in_no_list_sees_nothing(context: BrowserContext, app: App) -> None:
    page = log_in(context, app, "mallory@evil.example")
    told = page.get_by_text("mallory@evil.example may not use this server")
    expect(told).to_be_visible(timeout=WAIT)
    expect(page.get_by_label("Domain", exact=True)).to_have_count(0)


def test_without_logging_in_nobody_sees_anything(context: BrowserContext, app: App) -> None:
    page = context.new_page()
    page.goto(f"{app.address}/runs")
    expect(page.get_by_text("Log in to continue.")).to_be_visible(timeout=WAIT)
    expect(page.get_by_text("tiny")).to_have_count(0)


@pytest.mark.parametrize("forged", ["own", "changed"])
def test_a_forged_cookie_lets_nobody_in(context: BrowserContext, app: App, forged: str) -> None:
    page = log_in(context, app, "tom@corp.example")
    expect(page.get_by_text("tom@corp.example (trainer)")).to_be_visible(timeout=WAIT)
    signed = [one for one in context.cookies() if one["name"].startswith("_streamlit_user")]
    assert signed
    context.clear_cookies()
    for cookie in signed:
        value = str(cookie["value"])
        middle = len(value) // 2
        other = "A" if value[middle] != "A" else "B"
        cookie["value"] = (
            '{"is_logged_in": true, "email": "tom@corp.example"}'
            if forged == "own"
            else f"{value[:middle]}{other}{value[middle + 1 :]}"
        )
    context.add_cookies(signed)  # type: ignore[arg-type]
    page.goto(app.address)
    expect(page.get_by_text("Log in to continue.")).to_be_visible(timeout=WAIT)
    expect(page.get_by_text("tom@corp.example")).to_have_count(0)
