"""Incidents as STIX bundles and MISP events: read back by the libraries, plain and repeatable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import stix2
from pymisp import MISPEvent

from dga.cli.main import main
from dga.errors import FeedError
from dga.reports import incident, misp, stix

RECORD = {
    "client": "10.1.2.3",
    "verdict": "infected",
    "p_value": 1e-9,
    "family": "necurs",
    "attribution": "necurs (seed 0x9, 2026-03-01 to 2026-03-03)",
    "first_seen": "2026-03-01T10:00:00Z",
    "last_seen": "2026-03-01T10:07:00Z",
    "reasons": ["14 unresolved names; \"quoted\" and 'single'"],
    "names": [
        {"name": "qkzxtvv.net", "status": "not resolved", "score": 0.99, "weight": 4.5,
         "first": "2026-03-01T10:01:00Z", "attribution": "necurs (seed 0x9, 2026-03-01)"},
        {"name": "not a domain' OR", "score": None, "weight": None},
    ],
    "command_and_control": ["vzzqkw.biz"],
}  # fmt: skip
ODD = [
    {},
    {"client": "printer's \u00fcml\u00e4ut\n", "first_seen": None, "last_seen": None},
    {"client": "2001:db8::1", "family": "", "attribution": "", "p_value": None},
    {"names": [], "command_and_control": [], "reasons": []},
    {"verdict": "suspicious", "first_seen": "2026-03-02T00:00:00", "last_seen": "2026-03-01"},
]


@pytest.mark.parametrize("changes", ODD)
def test_a_bundle_is_read_back_by_the_library(changes: dict[str, Any]) -> None:
    case = incident.from_json({**RECORD, **changes})
    text = stix.render([case])
    parsed = stix2.parse(text, version="2.1")
    kinds = [made.type for made in parsed.objects]
    assert kinds.count("indicator") == len(case.names)
    assert kinds.count("report") == 1
    assert text == stix.render([case])  # the same identifiers each time


def test_a_bundle_holds_plain_names_and_what_they_indicate() -> None:
    parsed = stix2.parse(stix.render([incident.from_json(RECORD)]), version="2.1")
    patterns = {made.pattern for made in parsed.objects if made.type == "indicator"}
    assert patterns == {
        "[domain-name:value = 'qkzxtvv.net']",
        "[domain-name:value = 'vzzqkw.biz']",
    }
    (malware,) = [made for made in parsed.objects if made.type == "malware"]
    assert malware.name == "necurs"
    known = {made.id for made in parsed.objects}
    for made in parsed.objects:
        assert set(getattr(made, "object_refs", ())) <= known


def test_hosts_that_ask_for_the_same_names_share_their_indicators() -> None:
    hosts = [incident.from_json({**RECORD, "client": f"10.0.0.{n}"}) for n in range(3)]
    parsed = stix2.parse(stix.render(hosts), version="2.1")
    kinds = [made.type for made in parsed.objects]
    assert kinds.count("indicator") == 2
    assert kinds.count("report") == 3


@pytest.mark.parametrize("changes", ODD)
def test_an_event_is_read_back_by_pymisp(changes: dict[str, Any]) -> None:
    case = incident.from_json({**RECORD, **changes})
    event = MISPEvent()
    event.load(misp.render([case]))
    domains = [row.value for row in event.attributes if row.type == "domain"]
    assert domains == [row.name for row in case.names]
    assert all(row.to_ids for row in event.attributes if row.type == "domain")
    (host,) = [row for row in event.attributes if row.type in ("ip-src", "target-machine")]
    assert host.value == case.client.strip() or host.value == case.client
    assert misp.event(case).uuid == event.uuid


def test_incidents_are_read_from_one_object_a_list_or_lines(tmp_path: Path) -> None:
    path = tmp_path / "incidents.json"
    for text in (json.dumps(RECORD, indent=1), json.dumps([RECORD]), json.dumps(RECORD) + "\n"):
        path.write_text(text)
        (case,) = incident.read(path)
        assert case.client == "10.1.2.3"
        assert [row.name for row in case.names] == ["qkzxtvv.net", "vzzqkw.biz"]
        assert case.names[0].comment.startswith("did not resolve; score 0.990; weight +4.5; necurs")


def test_the_incidents_of_a_folder_are_read(tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"{number}.json").write_text(json.dumps({**RECORD, "client": f"h{number}"}))
    (tmp_path / "0.md").write_text("# a ticket")
    assert [case.client for case in incident.read(tmp_path)] == ["h0", "h1"]


@pytest.mark.parametrize(
    "text",
    [
        '{"client": "a", "verdict": "clean", "names": 3}',
        "",
        "no json",
        "[]",
        "[1]",
        '{"client": "a"}',
        "{}\n{}",
    ],
)
def test_what_is_no_incident_is_said(text: str, tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text(text)
    with pytest.raises(FeedError, match="not an incident|no incidents"):
        incident.read(path)


@pytest.mark.parametrize(("form", "key"), [("stix", "objects"), ("misp", "response")])
def test_the_command_writes_an_export(form: str, key: str, tmp_path: Path) -> None:
    path, out = tmp_path / "incidents.json", tmp_path / "out.json"
    path.write_text(json.dumps([RECORD, {**RECORD, "client": "laptop-7"}]))
    assert main(["report", str(path), "--format", form, "-o", str(out)]) == 0
    assert len(json.loads(out.read_text())[key]) >= 2
    assert main(["report", str(tmp_path / "missing.json"), "--format", form]) == 1
