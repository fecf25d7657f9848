"""Downloads of public lists and feeds over http and https, whole or not at all.

Checks what can be told without reading rows: size, length, and that it is no web page. Reads no
list (`dga.datasets.feeds` does).
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

from dga import __version__, storage
from dga.errors import FetchError
from dga.progress import OnProgress, Progress, ShouldStop, ignore, never

LISTS = {
    "tranco": "https://tranco-list.eu/top-1m.csv.zip",
    "umbrella": "https://s3-us-west-1.amazonaws.com/umbrella-static/top-1m.csv.zip",
    "majestic": "https://downloads.majestic.com/majestic_million.csv",
}
MAX_BYTES = 2**30
BLOCK = 2**17
SLOWEST = 1_024  # bytes a second
HEADS = 2  # time-outs that an answer's head, and a slow start, may take
AGENT = f"dga-workbench/{__version__}"
_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|\?xml|!--)", re.I)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def data_folder() -> Path:
    """Where users' feeds lie (`dga.storage.data_folder`)."""
    return storage.data_folder()


def fetch(
    source: str,
    folder: Path,
    *,
    on_progress: OnProgress = ignore,
    should_stop: ShouldStop = never,
    timeout: float = 30,
    max_bytes: int = MAX_BYTES,
) -> Path:
    """Download a list of LISTS by its name, or a URL, into a folder; returns the file.

    `timeout`: seconds of silence after which it gives up, also where an answer's head or less than
    SLOWEST bytes a second dribble in. A file of that name is replaced once the new one is whole.
    Progress counts bytes. Raises FetchError.
    """
    url = address(source)
    target, shown = folder / file_name(source, url), without_password(source)
    with _errors_told(shown, timeout), _aside(folder, target) as file:
        request = urllib.request.Request(url, headers={"User-Agent": AGENT})
        with closing(_answer(request, timeout)) as answer:
            _copy(
                answer,
                file,
                shown,
                max_bytes=max_bytes,
                on_progress=on_progress,
                should_stop=should_stop,
                timeout=timeout,
            )
    return target


def without_password(source: str) -> str:
    """An address without the name and password in it.

    >>> without_password("https://me:secret@feeds.example/list.csv")
    'https://...@feeds.example/list.csv'
    """
    return re.sub(r"//[^/?#]*@", "//...@", source)


def address(source: str) -> str:
    """The URL of a list's name, or of a URL; raises FetchError for what is neither.

    >>> address("tranco")
    'https://tranco-list.eu/top-1m.csv.zip'
    """
    url = LISTS.get(source.strip().lower(), source.strip())
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and url.isascii()
        whole = whole and not re.search(r"\s", url) and (parts.port is None or parts.port > 0)
    except ValueError:
        whole = False
    if not whole:
        raise FetchError(
            f"{without_password(source)[:80]!r} is neither a list ({', '.join(LISTS)}) "
            "nor an http or https URL"
        )
    return url


def file_name(source: str, url: str) -> str:
    """A file name without folders for a list's name or a URL.

    >>> file_name("tranco", "https://tranco-list.eu/top-1m.csv.zip")
    'tranco.csv.zip'
    >>> file_name("", "https://example.com/..%2F..%2Fetc/a b.csv?x=/../y")
    'a_b.csv'
    """
    base = unquote(urlsplit(url).path).replace("\\", "/").rpartition("/")[2]
    base = _UNSAFE.sub("_", base).lstrip("._-")[-100:]
    if source.strip().lower() in LISTS:
        return source.strip().lower() + "".join(Path(base).suffixes[-2:])
    return base or _UNSAFE.sub("_", urlsplit(url).hostname or "list") + ".txt"


class _Lines:
    """The connections of a request, which can be cut while another thread waits for them."""

    def __init__(self) -> None:
        self.sockets: list[socket.socket] = []
        self.overdue = False

    def watched(self, kind: type[http.client.HTTPConnection]) -> type[http.client.HTTPConnection]:
        """A kind of connection that is known here as soon as it stands."""
        sockets = self.sockets

        class Watched(kind):  # type: ignore[misc,valid-type]
            def connect(self) -> None:
                super().connect()
                sockets.append(self.sock)

        return Watched

    def cut(self) -> None:
        """Close every connection; reads from them end."""
        self.overdue = True
        for line in self.sockets:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class _HTTP(urllib.request.HTTPHandler):
    def __init__(self, lines: _Lines) -> None:
        super().__init__()
        self.kind = lines.watched(http.client.HTTPConnection)

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self.kind, req)


class _HTTPS(urllib.request.HTTPSHandler):
    def __init__(self, lines: _Lines) -> None:
        super().__init__()
        self.kind = lines.watched(http.client.HTTPSConnection)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self.kind, req, context=ssl.create_default_context())


def _answer(request: urllib.request.Request, timeout: float) -> http.client.HTTPResponse:
    """The answer to a request, its head whole within HEADS times the time-out."""
    lines = _Lines()
    timer = threading.Timer(HEADS * timeout, lines.cut)
    timer.daemon = True
    timer.start()
    try:
        answer: http.client.HTTPResponse = _opener(lines).open(request, timeout=timeout)
        if lines.overdue:
            raise TimeoutError
        return answer
    except (OSError, http.client.HTTPException):
        if lines.overdue:
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()


def _opener(lines: _Lines) -> urllib.request.OpenerDirector:
    """An opener that knows the web alone, also behind redirects: no files, no FTP, no data URLs."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        _HTTP(lines),
        _HTTPS(lines),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPRedirectHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _copy(
    answer: http.client.HTTPResponse,
    file: IO[bytes],
    source: str,
    *,
    max_bytes: int,
    on_progress: OnProgress,
    should_stop: ShouldStop,
    timeout: float,
) -> None:
    """Copy an answer's body; raises FetchError unless it is whole, not too large, and no page."""
    total = _length(answer)
    started, size = time.monotonic(), 0
    while block := answer.read1(BLOCK):
        if should_stop():
            raise FetchError(f"{source}: cancelled; nothing was written")
        if size == 0 and _PAGE.match(block):
            raise FetchError(f"{source}: a web page came, not a list; give the list's own address")
        size += len(block)
        if max(size, total) > max_bytes:
            raise FetchError(f"{source}: larger than the limit of {max_bytes:,} bytes; not fetched")
        file.write(block)
        elapsed = time.monotonic() - started
        if elapsed > HEADS * timeout and size < SLOWEST * elapsed:
            raise FetchError(f"{source}: under {SLOWEST:,} bytes a second; try again later")
        on_progress(
            Progress(phase="fetch", message=source, batch=size, batches=total, elapsed=elapsed)
        )
    if not size:
        raise FetchError(f"{source}: the answer was empty; try again later")
    if size < total:
        raise FetchError(f"{source}: cut short, {size:,} of {total:,} bytes came; try again")


def _length(answer: http.client.HTTPResponse) -> int:
    told = answer.headers.get("Content-Length", "").strip()
    if not re.fullmatch("[0-9]+", told):
        return 0
    return int(told[:30])  # as good as endless


@contextmanager
def _aside(folder: Path, target: Path) -> Iterator[IO[bytes]]:
    """A file beside the target that takes its place at the end, or vanishes."""
    folder.mkdir(parents=True, exist_ok=True)
    storage.sweep_parts(folder)
    with storage.replacing(target) as file:
        yield file


@contextmanager
def _errors_told(source: str, timeout: float) -> Iterator[None]:
    """Turn what the network and the disk raise into one sentence."""
    try:
        yield
    except urllib.error.HTTPError as error:
        error.close()
        raise FetchError(f"{source}: {_refusal(error.code)}; check the address") from None
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise FetchError(_silence(source, timeout)) from None
        raise FetchError(
            f"{source}: not reached ({_reason(error.reason)}); are you online?"
        ) from None
    except TimeoutError:
        raise FetchError(_silence(source, timeout)) from None
    except (ConnectionError, http.client.HTTPException, ssl.SSLError) as error:
        raise FetchError(f"{source}: the connection broke ({_reason(error)}); try again") from None
    except OSError as error:
        raise FetchError(f"{source}: cannot be written ({error.strerror}); free the way") from None


def _refusal(status: int) -> str:
    if status == 404:
        return "no such file there (404)"
    if 300 <= status < 400:
        return f"too many redirects, or a redirect to an address that is not http ({status})"
    return f"the server refused ({status})"


def _silence(source: str, timeout: float) -> str:
    return f"{source}: no answer for {timeout:g} seconds; try again later"


def _reason(error: object) -> str:
    text = str(getattr(error, "strerror", None) or error or type(error).__name__)
    return " ".join(text.split())[:120]
