"""Who this session belongs to, and what they may do; nobody else asks Streamlit for users."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from dga.runs import audit
from ui.common.text import escape
from ui.server import access
from ui.server.access import Visitor
from ui.server.login import logs_in


def visitor() -> Visitor:
    """Who asks, as the access settings tell users apart."""
    headers = {name.lower(): value for name, value in st.context.headers.items()}
    told = st.user.get("email") or st.user.get("sub") or ""
    return access.identify(
        access.load(),
        logs_in=logs_in(),
        user=str(told) if st.user.get("is_logged_in") else "",
        headers=headers,
        address=str(st.context.ip_address or "this machine"),
    )


def may(action: str) -> bool:
    """Whether this session's visitor may do something."""
    return visitor().may(action)


@contextmanager
def acting(action: str) -> Iterator[None]:
    """Do something as this session's visitor; AccessError where their role does not allow it."""
    who = visitor()
    who.require(action)
    with audit.acting(who.name or "not named", who.address):
        yield


def guarded(action: str, do: Callable[..., Any]) -> Callable[..., Any]:
    """A function that does the same, where the visitor may."""

    def done(*given: Any) -> Any:
        with acting(action):
            return do(*given)

    return done


def owner() -> str:
    """A key for what belongs to a known user alone; "" where users are not told apart."""
    name = visitor().name
    return f"user-{hashlib.sha256(name.encode()).hexdigest()[:32]}" if name else ""


def let_in() -> None:
    """Stop the page, and offer the way in, where nobody is known or the user may see nothing."""
    who = visitor()
    if who.may("look"):
        return
    st.title("DGA Workbench", anchor=False)
    if who.name:
        st.error(f"{who.name} may not use this server. Ask its operator.", icon=":material/lock:")
        st.button("Log out", on_click=st.logout, icon=":material/logout:")
    elif logs_in():
        st.markdown("Log in to continue.")
        st.button("Log in", type="primary", on_click=st.login, icon=":material/login:")
    else:
        st.error("The reverse proxy sent no user name.", icon=":material/lock:")
    st.stop()


def sign() -> None:
    """Who is logged in, and the way out; nothing where users are not told apart."""
    who = visitor()
    if not who.name:
        return
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        st.caption(f"{escape(who.name)} ({who.role})", width="content")
        if logs_in():
            st.button("Log out", on_click=st.logout, type="tertiary", key="log_out")
