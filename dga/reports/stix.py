"""Convert incidents to a STIX 2.1 bundle, built and checked by the stix2 library.

Names are not defanged, since bundles are for machines. An incident always gets the same
identifiers, so that importing it twice changes nothing.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import stix2

from dga.reports.incident import EvidenceName, Incident

NAMESPACE = uuid.UUID("6f0b5d1e-6d0a-4a3b-9a63-3b8d0f5e7c21")  # of our identifiers
CREATED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # of objects without a date of their own
MOST_NAMES = 2_000  # of an incident


def bundle(incidents: Sequence[Incident]) -> stix2.Bundle:
    """Return the incidents as one bundle: producer, families, indicators, sightings, reports.

    ValueError (from stix2) if an object violates the standard.
    """
    objects: dict[str, Any] = {}
    for incident in incidents:
        for made in _objects(incident):
            objects.setdefault(made.id, made)
    return stix2.Bundle(
        id=_id("bundle", " ".join(sorted(objects))),
        objects=[_identity(), *objects.values()],
        allow_custom=False,
    )


def render(incidents: Sequence[Incident]) -> str:
    """Return the bundle as JSON, validated by reading it back with the library."""
    text = bundle(incidents).serialize(pretty=True)
    stix2.parse(json.loads(text), version="2.1", allow_custom=False)
    return str(text) + "\n"


def _objects(incident: Incident) -> Iterator[Any]:
    key = f"{incident.client} {incident.first_seen.isoformat()}"
    malware = _malware(incident)
    names = incident.names[:MOST_NAMES]
    domains = [stix2.DomainName(value=row.name) for row in names]
    indicators = [_indicator(incident, row) for row in names]
    links = [_link(indicator, malware) for indicator in indicators]
    host, address = _host(incident), _address(incident)
    yield from (malware, host, *address, *domains, *indicators, *links)
    seen = [made.id for made in (*address, *domains)]
    observed = [_observed(incident, key, seen)] if seen else []
    yield from observed
    told = [malware, host, *observed, *indicators, *links]
    yield stix2.Report(
        id=_id("report", key),
        created=incident.first_seen,
        modified=incident.last_seen,
        created_by_ref=_identity().id,
        name=incident.title,
        description=_description(incident),
        report_types=["malware", "observed-data"],
        published=incident.last_seen,
        object_refs=[made.id for made in told],
    )


def _identity() -> stix2.Identity:
    return stix2.Identity(
        id=_id("identity", "DGA Workbench"),
        created=CREATED,
        modified=CREATED,
        name="DGA Workbench",
        identity_class="system",
    )


def _malware(incident: Incident) -> stix2.Malware:
    family = incident.family or "unknown DGA malware"
    return stix2.Malware(
        id=_id("malware", family),
        created=CREATED,
        modified=CREATED,
        created_by_ref=_identity().id,
        name=family,
        is_family=True,
        malware_types=["bot"],
        capabilities=["communicates-with-c2"],
    )


def _host(incident: Incident) -> stix2.Identity:
    return stix2.Identity(
        id=_id("identity", f"host {incident.client}"),
        created=CREATED,
        modified=CREATED,
        created_by_ref=_identity().id,
        name=incident.client,
        identity_class="system",
    )


def _address(incident: Incident) -> list[Any]:
    """The client as an address object; none if it is a name."""
    try:
        address = ipaddress.ip_address(incident.client)
    except ValueError:
        return []
    kind = stix2.IPv4Address if address.version == 4 else stix2.IPv6Address
    return [kind(value=str(address))]


def _observed(incident: Incident, key: str, seen: Sequence[str]) -> stix2.ObservedData:
    return stix2.ObservedData(
        id=_id("observed-data", key),
        created=incident.first_seen,
        modified=incident.last_seen,
        created_by_ref=_identity().id,
        first_observed=incident.first_seen,
        last_observed=incident.last_seen,
        number_observed=len(seen),
        object_refs=seen,
    )


def _indicator(incident: Incident, row: EvidenceName) -> stix2.Indicator:
    first = row.first_seen or incident.first_seen
    return stix2.Indicator(
        id=_id("indicator", row.name),
        created=first,
        modified=first,
        created_by_ref=_identity().id,
        name=row.name,
        description=row.comment,
        indicator_types=["malicious-activity"],
        pattern=f"[domain-name:value = '{row.name}']",
        pattern_type="stix",
        valid_from=first,
    )


def _link(indicator: stix2.Indicator, malware: stix2.Malware) -> stix2.Relationship:
    return stix2.Relationship(
        id=_id("relationship", f"{indicator.id} {malware.id}"),
        created=indicator.created,
        modified=indicator.created,
        created_by_ref=_identity().id,
        relationship_type="indicates",
        source_ref=indicator.id,
        target_ref=malware.id,
    )


def _description(incident: Incident) -> str:
    p_value = "" if incident.p_value is None else f"p-value {incident.p_value:.2g}"
    return "; ".join(part for part in (incident.attribution, p_value, *incident.reasons) if part)


def _id(kind: str, key: str) -> str:
    return f"{kind}--{uuid.uuid5(NAMESPACE, f'{kind} {key}')}"
