from __future__ import annotations

import pytest

from dga.names import trace


def test_each_step_shows_what_it_changed():
    read = trace.read("hxxps://www.Evil[.]co[.]uk:8443/a?b")
    assert read.refanged == "https://www.Evil.co.uk:8443/a?b"
    assert read.host == "www.Evil.co.uk"
    assert (read.domain, read.registered_name) == ("www.evil.co.uk", "evil.co.uk")
    assert (read.suffix, read.suffix_list, read.decoded) == ("co.uk", "public", "")


def test_a_plain_name_has_no_steps_between():
    read = trace.read("example.com")
    assert (read.refanged, read.host, read.decoded, read.problem) == ("", "", "", "")


def test_text_that_is_no_domain_keeps_its_problem():
    read = trace.read("192.0.2.7")
    assert read.problem and read.suffix == "" and read.suffix_list == "none"


@pytest.mark.parametrize(
    ("suffix", "listed"),
    [
        ("com", "public"),
        ("kawasaki.jp", "public"),
        ("xn--p1ai", "public"),
        ("blogspot.com", "private"),
        ("x.ck", "public"),  # by the rule *.ck
        ("cz.cc", "zones"),
        ("nosuch", "none"),
        ("", "none"),
    ],
)
def test_the_list_of_a_suffix_is_told(suffix: str, listed: str):
    assert trace.suffix_list(suffix) == listed


@pytest.mark.parametrize(
    ("domain", "shown"),
    [
        ("xn--bcher-kva.de", "bücher.de"),
        ("xn--!.de", "xn--!.de"),
        ("xn--.de", "xn--.de"),
        ("a.b", "a.b"),
    ],
)
def test_punycode_is_decoded_where_it_can_be(domain: str, shown: str):
    assert trace.decode(domain) == shown


@pytest.mark.parametrize(
    ("shown", "looks_like", "mixed"),
    [
        ("pаypal.com", "paypal.com", ("Cyrillic", "Latin")),
        ("аррӏе.com", "apple.com", ()),  # all Cyrillic
        ("bücher.de", "", ()),  # an accent deceives nobody
        ("яндекс.рф", "", ()),
        ("日本go.jp", "", ()),
        ("paypal.com", "", ()),
    ],
)
def test_letters_that_deceive_are_told(shown: str, looks_like: str, mixed: tuple[str, ...]):
    assert trace.looks_like(shown) == looks_like
    assert trace.mixed_scripts(shown) == mixed
