"""What is told of names beside their verdicts."""

from __future__ import annotations

import numpy as np
import pytest

from dga.names import remarks, subdomains
from dga.names.arrow_strings import column_of


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("example.com", ""),
        ("abcdefgh.onion.ws", "under onion.ws, a gateway to the Tor network"),
        ("bafyabc.ipfs.dweb.link", "under ipfs.dweb.link, a gateway to the IPFS network"),
        ("xn--hwevqwlocbvmrjdor.net", "xn--hwevqwlocbvmrjdor is no valid punycode"),
        ("xn--bcher-kva.de", ""),
        ("xn--d1acpjx3f.xn--p1ai", ""),
        ("xn--ls8h.la", ""),
        ("xn--pple-43d.com", "looks like apple.com, but contains other letters"),
        ("xn--zzzzzzzzz99999.com", "xn--zzzzzzzzz99999 is no valid punycode"),
        ("xn--.com", "xn-- is no valid punycode"),
    ],
)
def test_gateways_and_broken_punycode_are_told(name: str, told: str) -> None:
    assert remarks.remark(name).startswith(told)
    assert bool(remarks.remark(name)) == bool(told)
    assert remarks.name_remarks(column_of(["a.com", name])).to_pylist() == [
        "",
        remarks.remark(name),
    ]


def test_the_model_reads_what_follows_a_broken_prefix() -> None:
    names = ["a.com", "xn--hwevqwlocbvmrjdor.net", "xn--bcher-kva.de", "xn--.com"]
    assert remarks.judged_names(column_of(names)).to_pylist() == [
        "a.com", "hwevqwlocbvmrjdor.net", "xn--bcher-kva.de", "xn--.com",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("under", "told"),
    [
        ("www", ""),
        ("mail.europe.internationalisation", ""),
        ("ec2-198-51-100-7.eu-west-1.compute", ""),
        ("gq1h856599gqh538acqn.appsync-api.eu-west-1", "look random"),
        ("mhdosoksaccf9sni9icp.api", "look random"),
        ("qzxwvkjhgtrpmnbd", "look random"),
        ("a" * 45, "are long (45 characters)"),
        (".".join(["abcdefg"] * 9), "are long (71 characters)"),
    ],
)
def test_odd_labels_under_a_registered_name_are_told(under: str, told: str) -> None:
    remark = subdomains.remark(f"{under}.example.com", "example.com")
    assert (told in remark) if told else not remark
    assert not told or remark.startswith("only example.com was judged; the labels under it")


def test_sub_domains_are_told_in_the_wanted_rows_alone() -> None:
    domains = column_of(["gq1h856599gqh538acqn.a.com", "gq1h856599gqh538acqn.b.com", "c.com", ""])
    names = column_of(["a.com", "b.com", "c.com", ""])
    wanted = np.array([True, False, True, True])
    told = remarks.subdomain_remarks(domains, names, wanted).to_pylist()
    assert [bool(text) for text in told] == [True, False, False, False]


def test_remarks_are_joined() -> None:
    first, second = column_of(["", "a", "b"]), column_of(["c", "", "d"])
    assert remarks.joined(first, second).to_pylist() == ["c", "a", "b; d"]
    assert remarks.joined(column_of(["", ""]), column_of(["x", ""])).to_pylist() == ["x", ""]
