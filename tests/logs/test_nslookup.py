"""nslookup's replies: the names that it answers."""

import io

import pytest

from dga.logs import read_events

WINDOWS = """\
C:\\Users\\anna b>nslookup www.anna-garden.net
Server:  dns.corp-home.com
Address:  192.0.2.53

Non-authoritative answer:
Name:    host.anna-garden.net
Addresses:  2001:db8::7
          192.0.2.7
Aliases:  www.anna-garden.net

C:\\Users\\anna b>nslookup xkqzvbntwq.net
Server:  dns.corp-home.com
Address:  192.0.2.53

*** dns.corp-home.com can't find xkqzvbntwq.net: Non-existent domain
"""
LINUX = """\
Server:\t\t192.0.2.53
Address:\t192.0.2.53#53

Non-authoritative answer:
www.anna-garden.net\tcanonical name = host.anna-garden.net.
Name:\thost.anna-garden.net
Address: 192.0.2.7

Server:\t\t192.0.2.53
Address:\t192.0.2.53#53

** server can't find xkqzvbntwq.net: NXDOMAIN
"""
GERMAN = """\
Server:  dns.corp-home.com
Address:  192.0.2.53

Nicht autorisierende Antwort:
Name:    www.anna-garden.net
Address:  192.0.2.7

Server:  dns.corp-home.com
Address:  192.0.2.53

*** xkqzvbntwq.net wurde von dns.corp-home.com nicht gefunden: Non-existent domain.
"""
PROMPT = """\
Default Server:  dns.corp-home.com
Address:  192.0.2.53

> www.anna-garden.net
Server:  dns.corp-home.com
Address:  192.0.2.53

anna-garden.net\tnameserver = ns.anna-garden.net
Name:    www.anna-garden.net
Address:  192.0.2.7

> xkqzvbntwq.net
Server:  dns.corp-home.com
Address:  192.0.2.53

*** dns.corp-home.com can't find xkqzvbntwq.net: Non-existent domain
> exit
"""


def told(text: str) -> list[tuple[str, str | None]]:
    events = read_events(io.BytesIO(text.encode()))
    rows = [row for batch in events.batches() for row in batch.to_pylist()]
    return [(row["query"], row["rcode"]) for row in rows]


@pytest.mark.parametrize("text", [WINDOWS, LINUX, GERMAN], ids=["Windows", "Linux", "German"])
def test_what_was_asked_is_read_and_not_the_server(text):
    assert told(text) == [("www.anna-garden.net", "NOERROR"), ("xkqzvbntwq.net", "NXDOMAIN")]


def test_replies_at_the_prompt():
    assert ("www.anna-garden.net", "NOERROR") in told(PROMPT)
    assert ("xkqzvbntwq.net", "NXDOMAIN") in told(PROMPT)
    assert not any("corp-home" in name for name, _ in told(PROMPT))


def test_a_name_without_a_reply_is_a_row():
    silent = "> qpwhzkxd.net\nServer:  dns.corp-home.com\nAddress:  192.0.2.53\n\n"
    assert told(silent + "DNS request timed out.\n" + WINDOWS)[0] == ("qpwhzkxd.net", None)


def test_a_server_that_refuses_is_no_missing_name():
    refused = LINUX.replace("NXDOMAIN", "SERVFAIL")
    assert told(refused)[1] == ("xkqzvbntwq.net", "SERVFAIL")
