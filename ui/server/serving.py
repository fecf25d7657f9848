"""The app's middleware, set up from Streamlit's settings."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.middleware import Middleware
from streamlit import App, config, runtime

from dga import storage
from dga.errors import ConfigError
from dga.runs import recovery
from ui.common import memory
from ui.server import access
from ui.server.access import OPEN, UNPROTECTED, Access
from ui.server.browser import BrowserName
from ui.server.doorkeeper import Doorkeeper
from ui.server.first_frame import FirstFrame
from ui.server.gate import LOCAL_HOSTS, Gate
from ui.server.login import logs_in
from ui.server.slow_clients import Patience
from ui.server.sockets import SocketLimit
from ui.server.uploads import UploadLimit

MIB = 2**20
ANY_ADDRESS = ("", "0.0.0.0", "::")
FORM_BYTES = 4096  # what an upload's form adds to the file


def middleware() -> list[Middleware]:
    """The middleware in front of Streamlit's own routes, outermost first."""
    told = wide_address()
    if told and not _protected():
        raise SystemExit(UNPROTECTED.format(address=told, file=access.path()))
    if told and access.load().open:
        logging.getLogger(__name__).warning(OPEN.format(address=told, file=access.path()))
    return [
        Middleware(Doorkeeper, access=settings, logs_in=logs_in),
        Middleware(Gate, hosts=allowed_hosts, origins=allowed_origins),
        Middleware(SocketLimit, access=settings),
        Middleware(Patience),
        Middleware(UploadLimit, held=held_uploads, limit=upload_limit),
        Middleware(BrowserName),
        Middleware(FirstFrame),
    ]


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[None]:
    """At the server's start, keep memory small, files private, and recover what kills left."""
    memory.keep_small()
    storage.keep_private()
    await asyncio.to_thread(recovery.recover)
    yield


def wide_address() -> str:
    """The address on which the server listens, if other machines can reach it; else ""."""
    address = str(config.get_option("server.address") or "")
    return "" if address and access.is_local(address) else address or "all addresses"


def settings() -> Access:
    """The current access settings; with a damaged file, settings that admit nobody from outside."""
    try:
        return access.load()
    except ConfigError:
        return Access(user_header="none", proxies=())


def _protected() -> bool:
    found = access.load()
    return found.open or bool(found.user_header) or logs_in()


def allowed_hosts() -> list[str]:
    """The host names under which the server answers: its own address, and those configured."""
    address = str(config.get_option("server.address") or "")
    own = [] if address in ANY_ADDRESS else [address]
    return [*LOCAL_HOSTS, *own, *map(str, config.get_option("server.allowedHosts") or ())]


def allowed_origins() -> list[str]:
    """Origins besides the server's own from which requests are accepted."""
    return [str(origin) for origin in config.get_option("server.corsAllowedOrigins") or ()]


def upload_limit() -> int:
    """Bytes of uploads that a session may hold: two files of the largest size."""
    return 2 * (int(config.get_option("server.maxUploadSize")) * MIB + FORM_BYTES)


def held_uploads() -> dict[str, int]:
    """Bytes of uploads that each session holds."""
    if not runtime.exists():
        return {}
    stored = getattr(runtime.get_instance().uploaded_file_mgr, "file_storage", {})
    return {
        session: sum(len(file.data) for file in list(files.values()))
        for session, files in list(stored.items())
    }
