"""Downloads of public lists and feeds over http and https, whole or not at all.

Checks what can be told without reading rows: size, length, and that it is no web page. Reads no
list (`dga.feeds` does).
"""

from __future__ import annotations

import http.client
import os
import re
import secrets
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

from dga import __version__
from dga.errors import FetchError
from dga.progress import OnProgress, Progress, ShouldStop, ignore, never

LISTS = {
    "tranco": "https://tranco-list.eu/top-1m.csv.zip",
    "umbrella": "https://s3-us-west-1.amazonaws.com/umbrella-static/top-1m.csv.zip",
    "majestic": "https://downloads.majestic.com/majestic_million.csv",
}
MAX_BYTES = 2**30
BLOCK = 2**17
AGENT = f"dga-workbench/{__version__}"
_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|\?xml|!--)", re.I)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def data_folder() -> Path:
    """Where users' feeds lie: the folder in DGA_DATA, else `data/` beside the package."""
    told = os.environ.get("DGA_DATA")
    return Path(told).resolve() if told else Path(__file__).resolve().parent.parent / "data"


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

    `timeout`: seconds of silence after which it gives up. A file of that name is replaced once
    the new one is whole. Progress counts bytes. Raises FetchError.
    """
    url = address(source)
    target = folder / file_name(source, url)
    with _errors_told(source, timeout), _aside(folder, target) as file:
        request = urllib.request.Request(url, headers={"User-Agent": AGENT})
        with closing(_opener().open(request, timeout=timeout)) as answer:
            _copy(answer, file, source, max_bytes, on_progress, should_stop)
    return target


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
            f"{source[:80]!r} is neither a list ({', '.join(LISTS)}) nor an http or https URL"
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


def _opener() -> urllib.request.OpenerDirector:
    """An opener that knows the web alone, also behind redirects: no files, no FTP, no data URLs."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.UnknownHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.HTTPRedirectHandler,
    ):
        opener.add_handler(handler())
    return opener


def _copy(
    answer: http.client.HTTPResponse,
    file: IO[bytes],
    source: str,
    max_bytes: int,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> None:
    """Copy an answer's body; raises FetchError unless it is whole, not too large, and no page."""
    total = _length(answer)
    started, size = time.monotonic(), 0
    while block := answer.read(BLOCK):
        if should_stop():
            raise FetchError(f"{source}: cancelled; nothing was written")
        if size == 0 and _PAGE.match(block):
            raise FetchError(f"{source}: a web page came, not a list; give the list's own address")
        size += len(block)
        if max(size, total) > max_bytes:
            raise FetchError(f"{source}: larger than the limit of {max_bytes:,} bytes; not fetched")
        file.write(block)
        elapsed = time.monotonic() - started
        on_progress(
            Progress(phase="fetch", message=source, batch=size, batches=total, elapsed=elapsed)
        )
    if not size:
        raise FetchError(f"{source}: the answer was empty; try again later")
    if size < total:
        raise FetchError(f"{source}: cut short, {size:,} of {total:,} bytes came; try again")


def _length(answer: http.client.HTTPResponse) -> int:
    told = answer.headers.get("Content-Length", "")
    return int(told) if told.isdecimal() else 0


@contextmanager
def _aside(folder: Path, target: Path) -> Iterator[IO[bytes]]:
    """A file beside the target that takes its place at the end, or vanishes."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{target.name}.{secrets.token_hex(4)}.part"
    try:
        with open(part, "xb") as file:
            yield file
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


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
        return f"sent in circles or away from the web ({status})"
    return f"the server refused ({status})"


def _silence(source: str, timeout: float) -> str:
    return f"{source}: no answer for {timeout:g} seconds; try again later"


def _reason(error: object) -> str:
    text = str(getattr(error, "strerror", None) or error or type(error).__name__)
    return " ".join(text.split())[:120]
