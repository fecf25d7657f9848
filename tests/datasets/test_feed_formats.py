"""Which columns tell a class or a family, and which only look so."""

from __future__ import annotations

import io

import pytest

from dga.datasets.feeds import preview

NAMES = [f"name{i}.example.com" for i in range(8)]


def shown(header: str, cells: list[str]):
    rows = (f"{name},{cells[i % len(cells)]}\n" for i, name in enumerate(NAMES))
    return preview(io.BytesIO(f"{header}{''.join(rows)}".encode()))


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("", ["udp", "tcp"]),
        ("", ["A", "AAAA"]),
        ("", ["NOERROR", "NXDOMAIN"]),
        ("", ["true", "false"]),
        ("", ["T", "F"]),
        ("domain,type\n", ["true", "false"]),
        ("domain,type\n", ["A", "AAAA"]),
        ("domain,family\n", [""]),
        ("domain,label\n", [""]),
        ("domain,malware\n", ["udp"]),
    ],
)
def test_what_logs_hold_is_neither_class_nor_family(header: str, cells: list[str]) -> None:
    found = shown(header, cells)
    assert found.families == {}
    assert set(found.classes) == {"unlabelled"}


@pytest.mark.parametrize(
    ("header", "cells", "classes"),
    [
        ("domain,is_dga\n", ["true", "false"], {"dga": 4, "benign": 4}),
        ("domain,label\n", ["dga", "benign"], {"dga": 4, "benign": 4}),
        ("", ["dga", "legit"], {"dga": 4, "benign": 4}),
    ],
)
def test_a_class_is_still_told(header: str, cells: list[str], classes: dict[str, int]) -> None:
    assert shown(header, cells).classes == classes


def test_a_family_is_still_told() -> None:
    assert shown("domain,family\n", ["tinba", "necurs"]).families == {"tinba": 4, "necurs": 4}
