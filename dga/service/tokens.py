"""Access tokens: shown once, stored as hashes in a file, compared in constant time.

A token has 256 random bits, so a plain SHA-256 suffices: it cannot be guessed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from dga import storage
from dga.errors import ServiceError

READ, ADMIN = "read", "admin"
SCOPES = (READ, ADMIN)
FILE_NAME = "service-tokens.json"
PREFIX = "dga_"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Token:
    """A stored token: its holder and scopes; never the token itself."""

    name: str
    scopes: tuple[str, ...]
    sha256: str
    created: str

    def allows(self, scope: str) -> bool:
        """Whether the token has a scope; `admin` includes `read`.

        >>> Token("siem", ("admin",), "", "").allows("read")
        True
        """
        return scope in self.scopes or ADMIN in self.scopes


class TokenFile:
    """The tokens in a file (mode 0600); reread when the file changes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, int] | None = None
        self._tokens: list[Token] = []

    def tokens(self) -> list[Token]:
        """All stored tokens; none if there is no file. ServiceError for a damaged file."""
        try:
            facts = self.path.stat()
        except FileNotFoundError:
            self._stamp, self._tokens = None, []
            return []
        stamp = (facts.st_mtime_ns, facts.st_size)
        if stamp != self._stamp:
            self._tokens, self._stamp = _read(self.path), stamp
        return self._tokens

    def find(self, secret: str) -> Token | None:
        """The token with this secret, or None."""
        digest = _hash(secret)
        found = None
        for token in self.tokens():
            if hmac.compare_digest(token.sha256, digest):
                found = token
        return found

    def create(self, name: str, scopes: Iterable[str] = (READ,)) -> str:
        """Store a new token and return its secret, which is not stored and cannot be shown
        again."""
        if not _NAME.fullmatch(name):
            raise ServiceError(
                f"{name!r} cannot name a token: use letters, digits, '-', '_' and '.', "
                "at most 64 characters"
            )
        if unknown := [scope for scope in scopes if scope not in SCOPES]:
            raise ServiceError(f"no scope {unknown[0]!r}; there are {', '.join(SCOPES)}")
        kept = [token for token in self.tokens() if token.name != name]
        if len(kept) < len(self.tokens()):
            raise ServiceError(f"there is a token {name!r} already; revoke it first")
        secret = PREFIX + secrets.token_urlsafe(32)
        created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self._write([*kept, Token(name, tuple(scopes), _hash(secret), created)])
        return secret

    def revoke(self, name: str) -> None:
        """Remove a token by its name; ServiceError if there is none."""
        kept = [token for token in self.tokens() if token.name != name]
        if len(kept) == len(self.tokens()):
            names = ", ".join(token.name for token in kept) or "none"
            raise ServiceError(f"no token {name!r}; there are: {names}")
        self._write(kept)

    def _write(self, tokens: list[Token]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps([asdict(token) for token in tokens], indent=2)
        storage.write_atomically(self.path, text)
        self.path.chmod(storage.PRIVATE_FILE)  # also for an older file that others could read
        self._stamp = None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _read(path: Path) -> list[Token]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return [
            Token(
                str(row["name"]),
                tuple(str(scope) for scope in row["scopes"]),
                str(row["sha256"]),
                str(row["created"]),
            )
            for row in rows
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise ServiceError(
            f"{path}: not a file of tokens ({error}); delete it and make new tokens"
        ) from None
