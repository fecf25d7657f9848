"""Access control: the settings in `access.toml`, the roles, and the actions that each role allows.

Knows no page and nothing of Streamlit. Without a way to authenticate users the server answers its
own machine only, unless `open` is set.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from pathlib import Path

from dga import storage
from dga.errors import ConfigError, DGAError

FILE, VARIABLE = "access.toml", "DGA_ACCESS"
NOBODY, VIEWER, ANALYST, TRAINER = "nobody", "viewer", "analyst", "trainer"
ROLES = (NOBODY, VIEWER, ANALYST, TRAINER)  # each may do what those before it may

# What a visitor does that others notice: the least role that may do it.
ACTIONS = {
    "look": VIEWER,
    "score": VIEWER,
    "export": VIEWER,
    "label": ANALYST,
    "allow": ANALYST,
    "note": ANALYST,
    "upload": TRAINER,
    "train": TRAINER,
    "cancel": TRAINER,
    "queue": TRAINER,
    "activate": TRAINER,
    "rename": TRAINER,
    "delete": TRAINER,
    "restore": TRAINER,
    "import": TRAINER,
}

UNPROTECTED = (
    "refusing to serve {address}: anybody who reaches it could score, train and delete, since "
    "there is no way to log in. Set up OpenID Connect ([auth] in .streamlit/secrets.toml), or a "
    "reverse proxy (user_header and proxies in {file}), or say that everybody may do everything: "
    "open = true there. See docs/security.md"
)
OPEN = (
    "serving {address} to everybody who reaches it: whoever comes may score, train, import and "
    "delete, and is known by no name (open = true in {file})"
)


class AccessError(DGAError):
    """An action that the visitor's role does not allow."""


@dataclass(frozen=True)
class Access:
    """What `access.toml` says. Users are given by name, `*` standing for any characters.

    `user_header`: the header in which the reverse proxies in `proxies` (addresses or networks) name
    the user. `default_role`: the role of an authenticated user in no list.
    """

    open: bool = False
    user_header: str = ""
    proxies: tuple[str, ...] = ()
    default_role: str = VIEWER
    viewers: tuple[str, ...] = ()
    analysts: tuple[str, ...] = ()
    trainers: tuple[str, ...] = ()
    upload_quota_mb: int = 4_096
    source: Path = field(default=Path(FILE), compare=False)

    def role(self, user: str) -> str:
        """The role of a known user.

        >>> Access(analysts=("*@corp.example",)).role("Ann@Corp.example")
        'analyst'
        """
        name = user.strip().lower()
        for role, names in (
            (TRAINER, self.trainers),
            (ANALYST, self.analysts),
            (VIEWER, self.viewers),
        ):
            if any(fnmatchcase(name, pattern.strip().lower()) for pattern in names):
                return role
        return self.default_role

    def is_proxy(self, address: str) -> bool:
        """Whether a connection comes from one of the named reverse proxies."""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in ipaddress.ip_network(one, strict=False) for one in self.proxies)


@dataclass(frozen=True)
class Visitor:
    """The user of a session: name ("" without authentication), role and address."""

    name: str
    role: str
    address: str = ""

    def may(self, action: str) -> bool:
        """Whether the role allows an action."""
        return ROLES.index(self.role) >= ROLES.index(ACTIONS[action])

    def require(self, action: str) -> None:
        """AccessError where the role does not allow an action."""
        if not self.may(action):
            raise AccessError(
                f"{self.name or 'a visitor'} may not {action}: that needs the role "
                f"{ACTIONS[action]}, this is {self.role}; ask whoever runs the server"
            )


def path() -> Path:
    """Where the settings lie: the file in DGA_ACCESS, else beside the audit log."""
    told = os.environ.get(VARIABLE)
    return Path(told) if told else storage.state_folder() / FILE


def load(source: Path | None = None) -> Access:
    """Read the settings; defaults where there is no file. ConfigError says what is wrong."""
    source = source or path()
    try:
        values = tomllib.loads(source.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Access(source=source)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{source}: cannot be read ({error})") from None
    return _checked(values, source)


def identify(
    access: Access, *, logs_in: bool, user: str, headers: Mapping[str, str], address: str
) -> Visitor:
    """The user of a session.

    `logs_in`: whether users log in by OpenID Connect; `user`: who is logged in, "" for nobody yet.
    `headers`: those of the session's connection, names in lower case; trusted only because the
    server takes no other connections where a proxy is named.
    """
    if logs_in:
        return Visitor(user, access.role(user) if user else NOBODY, address)
    if access.user_header:
        told = headers.get(access.user_header.lower(), "").strip()
        return Visitor(told, access.role(told) if told else NOBODY, address)
    return Visitor("", TRAINER, address)


def is_local(address: str) -> bool:
    """Whether an address is this machine's own.

    >>> is_local("127.0.0.1"), is_local("localhost"), is_local("::1"), is_local("0.0.0.0")
    (True, True, True, False)
    """
    if address.lower().rstrip(".") == "localhost":
        return True
    try:
        found = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def _checked(values: Mapping[str, object], source: Path) -> Access:
    known = {one.name: one.default for one in fields(Access) if one.name != "source"}
    if unknown := sorted(values.keys() - known.keys()):
        raise ConfigError(f"{source}: unknown setting {unknown[0]}; known: {', '.join(known)}")
    given: dict[str, object] = {}
    for name, value in values.items():
        default = known[name]
        fits = type(value) is type(default)
        if isinstance(default, tuple):
            fits = isinstance(value, list) and all(isinstance(one, str) for one in value)
            value = tuple(value) if isinstance(value, list) else value
        if not fits:
            raise ConfigError(f"{source}: {name} must be like {default!r}, got {value!r}")
        given[name] = value
    access = Access(**given, source=source)  # type: ignore[arg-type]
    _refuse_odd(access)
    return access


def _refuse_odd(access: Access) -> None:
    if access.default_role not in ROLES:
        raise ConfigError(f"{access.source}: default_role must be one of {', '.join(ROLES)}")
    if bool(access.user_header) != bool(access.proxies):
        raise ConfigError(f"{access.source}: user_header and proxies are given together")
    for proxy in access.proxies:
        try:
            ipaddress.ip_network(proxy, strict=False)
        except ValueError:
            raise ConfigError(f"{access.source}: {proxy!r} is no address or network") from None
