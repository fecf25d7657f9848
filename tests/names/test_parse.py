from __future__ import annotations

import random

import idna
import pytest

from dga.errors import DomainError
from dga.names import public_suffix, top_levels
from dga.names.parse import normalise, parse, parse_many, registered_name


@pytest.mark.parametrize(
    "text",
    [
        "evil.com",
        "EVIL.Com.",
        "  evil.com\r\n",
        "'evil.com',",
        "<evil.com>",
        "(evil.com)",
        "[evil.com]",
        "\u200bevil.com\ufeff",
        "evil[.]com",
        "evil[.com",
        "evil.]com",
        "evil(.)com",
        "evil{.}com",
        "evil<.>com",
        "evil[dot]com",
        "evil [DOT] com",
        "evil(punkt)com",
        "evil\\.com",
        "evil\u3002com",
        "ｅｖｉｌ．ｃｏｍ",
        "hxxp://evil.com/path",
        "hXXps[:]//evil[.]com",
        "hxxp[://]evil.com",
        "h**p://evil.com",
        "fxp://evil.com/x",
        "https:\\\\evil.com\\x",
        "//evil.com/x",
        "tcp://evil.com:4444",
        "https://user:secret@evil.com:8443/a?b=c@d#e",
        "evil.com:443",
        "evil.com?q=1",
        "evil.com#part",
        "mailto:someone@evil.com",
        "someone[at]evil[.]com",
        "someone(@)evil.com",
        "||evil.com^$third-party",
        "@@||evil.com^",
        "*.evil.com",
        ".evil.com",
    ],
)
def test_the_host_is_found_in_what_people_paste(text: str) -> None:
    assert parse(text).domain == "evil.com"


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("www.example.com", "example.com"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("a.foo.github.io", "foo.github.io"),
        ("a.b.foo.ddns.net", "foo.ddns.net"),
        ("a.foo.co.cc", "foo.co.cc"),
        ("x.a.b.kawasaki.jp", "a.b.kawasaki.jp"),
        ("x.city.kawasaki.jp", "city.kawasaki.jp"),
        ("www.ck", "www.ck"),
        ("x.xn--55qx5d.cn", "x.xn--55qx5d.cn"),
        ("foo.nosuchtld", None),
        ("x.abcdefghijklmnop.onion.to", "abcdefghijklmnop.onion.to"),
        ("www.spamhaus.org", "spamhaus.org"),
        ("_dmarc.example.com", "example.com"),
        ("com", None),
        ("github.io", None),
        ("printer.local", None),
    ],
)
def test_the_registered_name_stands_under_the_public_suffix(domain: str, name: str | None) -> None:
    assert registered_name(domain) == name


def test_every_zone_of_ours_is_a_public_suffix() -> None:
    lines = public_suffix.ZONES.read_text(encoding="utf-8").splitlines()
    zones = [line for line in lines if line and not line.startswith("//")]
    assert len(zones) > 400
    assert [z for z in zones if registered_name(f"abc.{z}") != f"abc.{z}"] == []


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("www.Bücher.example", "www.xn--bcher-kva.example"),
        ("faß.de", "xn--fa-hia.de"),
        ("ЯНДЕКС.рф", "xn--d1acpjx3f.xn--p1ai"),
        ("💩.la", "xn--ls8h.la"),
        ("_dmarc.bücher.de", "_dmarc.xn--bcher-kva.de"),
        ("evil\u200b.com", "evil.com"),
        ("xn--bcher-kva.de", "xn--bcher-kva.de"),
        ("-edge-._srv.example.com", "-edge-._srv.example.com"),
        (f"{'a' * 63}.com", f"{'a' * 63}.com"),
        (".".join(["a" * 62] * 4) + ".", ".".join(["a" * 62] * 4)),
    ],
)
def test_names_are_made_lower_case_ascii(text: str, domain: str) -> None:
    assert normalise(text) == domain


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty: no domain name in this text"),
        (" . ", "empty: no domain name in this text"),
        ("192.0.2.7", "an IP address, not a domain name"),
        ("192[.]0[.]2[.]7:80", "an IP address, not a domain name"),
        ("10.0.0.0/8", "an IP address, not a domain name"),
        ("http://[2001:db8::1]:80/", "an IP address, not a domain name"),
        ("fe80::1%eth0", "an IP address, not a domain name"),
        ("1.2.3", "ends in the number 3: no top-level domain is a number"),
        ("com", "no dot in 'com': a single label, not a domain name"),
        ("a..b.com", "an empty label: two dots in a row, or a dot at the start"),
        (f"{'a' * 64}.com", "a label of 64 characters; a label has at most 63"),
        (f"{'ñ' * 60}.com", "a label of 66 characters; a label has at most 63"),
        ("a." * 130 + "com", "263 characters long; a domain name has at most 253"),
        ("ñ" * 300 + ".com", "304 characters long; a domain name has at most 253"),
        ("a b.com", "the character ' ' cannot stand in a domain name"),
        ("a\x00.com", r"the character '\x00' cannot stand in a domain name"),
        ("b\ufffdcher.de", "damaged text: it holds the replacement character U+FFFD"),
        (
            "7.2.0.192.in-addr.arpa",
            "a reverse look-up or infrastructure name (.arpa), which nobody registers",
        ),
        ("co.uk", "co.uk is itself a public suffix, under which others register names"),
    ],
)
def test_what_is_no_registered_domain_is_told_in_a_sentence(text: str, problem: str) -> None:
    parsed = parse(text)
    assert parsed.problem == problem
    assert parsed.registered_name is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("printer.local", "special use: .local is for multicast DNS (RFC 6762)"),
        ("abcdefgh.onion", "special use: .onion is for the Tor network"),
        ("abcdefgh.i2p", "special use: .i2p is for the I2P network"),
        ("one.test", "special use: .test is for tests (RFC 6761)"),
        ("one.invalid", "special use: .invalid"),
        ("one.example", "special use: .example"),
        ("localhost.localdomain", "special use: .localdomain"),
        ("explorer.exe", "no such top-level domain (.exe); it looks like the name of a file"),
        ("https://www.abc.nosuch/x.php", "no such top-level domain (.nosuch)"),
        ("abcdef.bazar", "no ICANN top-level domain (EmerDNS): .bazar"),
        ("abcdef.emc", "no ICANN top-level domain (EmerDNS)"),
        ("abcdef.coin", "no ICANN top-level domain (EmerDNS)"),
        ("abcdef.lib", "no ICANN top-level domain (EmerDNS)"),
        ("abcdef.bit", "no ICANN top-level domain (Namecoin)"),
        ("abcdef.pirate", "no ICANN top-level domain (OpenNIC)"),
        ("/gate.php", "a path"),
        ("../gate.php", "a path"),
        ("C:\\Users\\a.com\\b.exe", "a path"),
        ("\\\\server\\share\\a.com", "a path"),
        ("_kerberos._udp.example.com", "a service name (_kerberos._udp)"),
        ("_ldap._tcp.dc._msdcs.example.com", "a service name (_ldap._tcp._msdcs)"),
        ("_gc._tcp", "a service name (_gc._tcp)"),
        ("a.b.c._msdcs", "a service name (_msdcs)"),
        ("4.3.2.1.dnsbl.example.com", "a block-list look-up (dnsbl.example.com)"),
        ("4.3.2.1.bl.spamcop.net", "a block-list look-up (bl.spamcop.net)"),
        ("shop.example.com.dbl.spamhaus.org", "a block-list look-up (dbl.spamhaus.org)"),
        ("1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "a reverse look-up"),
    ],
)
def test_what_nobody_registers_is_told_with_the_reason(text: str, told: str) -> None:
    parsed = parse(text)
    assert parsed.problem
    assert parsed.problem.startswith(told)
    assert parsed.registered_name is None


@pytest.mark.parametrize(
    "text", ["4.3.2.1.dyn.example.com", "300.3.2.1.zen.example.com", "//example.com/a"]
)
def test_what_only_looks_like_a_look_up_is_a_name(text: str) -> None:
    assert parse(text).registered_name == "example.com"


def test_no_alternative_or_special_top_level_domain_is_in_the_root_zone() -> None:
    zone = top_levels.root_zone()
    assert len(zone) > 1_400
    assert {"com", "xn--p1ai", "ck"} <= zone
    assert not zone & top_levels.ALTERNATIVE_ROOTS.keys()
    assert not zone & top_levels.SPECIAL_USE.keys() - {"arpa", "onion"}


def test_what_unicode_forbids_is_told() -> None:
    with pytest.raises(DomainError, match="not a valid international name"):
        normalise("a\u2060\ue000b.com")


def test_a_problem_keeps_the_domain_where_there_is_one() -> None:
    assert parse("PRINTER.local").domain == "printer.local"
    assert parse("not a domain").domain is None


def test_label_is_the_part_that_someone_chose() -> None:
    assert parse("www.abc.co.uk").label == "abc"
    assert parse("co.uk").label is None


def test_order_and_duplicates_are_kept() -> None:
    texts = ["b.com", "a.com", "b.com", "", "a.com"]
    assert [p.given for p in parse_many(texts)] == texts


def test_long_runs_of_blanks_and_brackets_are_parsed_in_linear_time() -> None:
    for text in (" " * 10**5 + ".", "[" * 10**5, "[ " * 10**5, "a" * 10**5 + " ", "ü" * 10**5):
        assert parse(text).problem


def test_a_normalised_domain_stays_as_it_is() -> None:
    dice = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789-_äßжøñ漢字"
    for _ in range(500):
        labels = ["".join(dice.choices(letters, k=dice.randint(1, 12))) for _ in range(3)]
        parsed = parse(".".join([*labels, "com"]))
        assert parsed.domain, parsed
        assert parse(parsed.domain).domain == parsed.domain
        assert parsed.registered_name == ".".join(parsed.domain.split(".")[-2:])


def test_defanging_changes_nothing() -> None:
    dice = random.Random(2)
    for _ in range(300):
        dots = dice.choices((".", "[.]", "(.)", "[dot]", " [.] ", "[.", "{.}"), k=2)
        start = dice.choice(("", "hxxp://", "hxxps[:]//", "https://u:p@", "*.", "||"))
        text = f"{start}www{dots[0]}evil{dots[1]}com{dice.choice(('', '/x', ':80', '.', '^'))}"
        assert parse(text).domain == "www.evil.com", text


def test_no_text_makes_parse_raise() -> None:
    dice = random.Random(3)
    pieces = ["a", ".", "..", "@", ":", "/", "[", "]", "xn--", "é", "\ud800", "\x00", " ", "%", "1"]
    for _ in range(3000):
        text = "".join(dice.choices(pieces, k=dice.randint(0, 12)))
        parsed = parse(text)
        assert (parsed.problem is None) == (parsed.registered_name is not None), text


@pytest.mark.parametrize("name", ["bücher.de", "яндекс.рф", "例え.テスト", "σίσυφος.gr", "ﷺ.com"])
def test_international_names_agree_with_idna_where_it_takes_them(name: str) -> None:
    try:
        expected = idna.encode(name, uts46=True).decode("ascii")
    except idna.IDNAError:
        assert parse(name).problem
    else:
        assert normalise(name) == expected
