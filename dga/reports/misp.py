"""Convert incidents to MISP events, built and checked by pymisp.

Names are not defanged, since events are for machines.
"""

from __future__ import annotations

import ipaddress
import json
import uuid
from collections.abc import Sequence

from pymisp import MISPEvent

from dga.reports.incident import EvidenceName, Incident

NAMESPACE = uuid.UUID("0a6b6b1c-3c0e-4f5e-8e6d-5f6d8f3a9b10")  # of our identifiers
OWN_ORGANISATION, HIGH, COMPLETED = 0, 1, 2  # MISP's numbers: distribution, threat, analysis
MEDIUM = 2
MOST_NAMES = 2_000  # of an incident


def event(incident: Incident) -> MISPEvent:
    """Return an incident as an event visible only to one's own organisation until shared."""
    made = MISPEvent()
    made.info = f"DGA: {incident.title}"
    made.uuid = _uuid(f"{incident.client} {incident.first_seen.isoformat()}")
    made.date = incident.first_seen.date()
    made.distribution = OWN_ORGANISATION
    made.threat_level_id = HIGH if incident.verdict == "infected" else MEDIUM
    made.analysis = COMPLETED
    for tag in filter(None, ("tlp:amber", "dga", incident.family and f"dga:{incident.family}")):
        made.add_tag(tag)
    for row in incident.names[:MOST_NAMES]:
        _add_name(made, incident, row)
    _add_host(made, incident)
    return made


def render(incidents: Sequence[Incident]) -> str:
    """Return events as JSON for MISP, each validated by reading it back with pymisp.

    pymisp rejects attribute types and categories that MISP does not know.
    """
    events = [{"Event": json.loads(event(incident).to_json())} for incident in incidents]
    for made in events:
        MISPEvent().from_dict(**made["Event"])
    return json.dumps(events[0] if len(events) == 1 else {"response": events}, indent=1) + "\n"


def _add_name(made: MISPEvent, incident: Incident, row: EvidenceName) -> None:
    first = row.first_seen or incident.first_seen
    made.add_attribute(
        "domain",
        row.name,
        category="Network activity",
        to_ids=True,
        comment=row.comment,
        first_seen=first.isoformat(),
        uuid=_uuid(f"{made.uuid} {row.name}"),
    )


def _add_host(made: MISPEvent, incident: Incident) -> None:
    """The client: an address or a host name."""
    try:
        ipaddress.ip_address(incident.client)
        kind, category = "ip-src", "Network activity"
    except ValueError:
        kind, category = "target-machine", "Targeting data"
    reasons = "; ".join(filter(None, (incident.attribution, *incident.reasons)))
    made.add_attribute(
        kind,
        incident.client,
        category=category,
        to_ids=False,
        comment=reasons,
        uuid=_uuid(f"{made.uuid} host"),
    )


def _uuid(key: str) -> str:
    return str(uuid.uuid5(NAMESPACE, key))
