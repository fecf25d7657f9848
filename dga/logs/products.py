"""What exports of products look like, a row a product: the samples of docs and tests.

`$` words stand for what differs from row to row; a value without `$` is the same in every row, and
names of machines are among them. Data and its rendering; nothing here recognises anything.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any, Final

ROWS: Final = (  # client, queried name, answer code
    ("10.1.0.11", "www.garden-tools.com", 0), ("10.1.0.23", "xkqzvbntwq.net", 3),
    ("10.1.0.12", "mail.paper-boats.org", 0), ("10.1.0.23", "qpzmvbtrwx.info", 3),
    ("10.1.0.13", "cdn.lemon-market.de", 0),
)  # fmt: skip
HOST = "ws7.corp.aureola.com"
SENSOR = "sensor-1.corp.aureola.com"
JSON, CSV, NESTED = "json", "csv", "nested"

# How a product writes, its fields, and the roles that none of them tells.
PRODUCTS: Final[dict[str, tuple[str, dict[str, str], str]]] = {
    "ECS": (NESTED, {"@timestamp": "$iso", "agent.name": SENSOR, "host.name": SENSOR,
            "source.ip": "$client", "dns.question.name": "$query",
            "dns.question.registered_domain": "$query", "dns.response_code": "$rcode",
            "dns.answers.data": "edge.aureola.com"}, ""),
    "ECS in Kibana's CSV": (CSV, {"@timestamp": "May 1, 2026 @ 10:00:01.000", "host.name": SENSOR,
            "dns.question.name": "$query", "source.ip": "$client",
            "dns.response_code": "$rcode"}, ""),
    "Zeek JSON": (JSON, {"ts": "$epoch", "id.orig_h": "$client", "id.resp_h": "192.0.2.53",
            "query": "$query", "rcode": "$code", "rcode_name": "$rcode"}, ""),
    "Zeek underscored": (JSON, {"ts": "$iso", "id_orig_h": "$client", "query": "$query",
            "rcode_name": "$rcode", "host": SENSOR}, ""),
    "Zeek nested": (NESTED, {"zeek.dns.ts": "$epoch", "zeek.dns.id.orig_h": "$client",
            "zeek.dns.query": "$query", "zeek.dns.rcode_name": "$rcode",
            "observer.name": SENSOR}, ""),
    "Suricata v2": (NESTED, {"timestamp": "2026-05-01T10:00:01.0+0000", "event_type": "dns",
            "src_ip": "$client", "dest_ip": "192.0.2.53", "host": SENSOR, "dns.type": "answer",
            "dns.rrname": "$query", "dns.rcode": "$rcode"}, ""),
    "Suricata in Filebeat": (NESTED, {"@timestamp": "$iso", "observer.hostname": SENSOR,
            "source.address": "$client", "suricata.eve.dns.rrname": "$query",
            "suricata.eve.dns.rcode": "$rcode"}, ""),
    "Sysmon 22": (JSON, {"Computer": HOST, "UtcTime": "2026-05-01 10:00:01.000",
            "QueryName": "$query", "QueryStatus": "$status", "QueryResults": "-",
            "Image": "C:\\x.exe", "User": "CORP\\u"}, "client"),
    "Sysmon 22 in winlogbeat": (NESTED, {"@timestamp": "$iso", "host.name": HOST,
            "winlog.computer_name": HOST, "winlog.event_data.QueryName": "$query",
            "winlog.event_data.QueryStatus": "$status"}, "client"),
    "Sysmon 22 in Wazuh": (NESTED, {"timestamp": "2026-05-01T10:00:01.000+0000",
            "agent.name": HOST, "agent.ip": "$client", "manager.name": SENSOR,
            "data.win.system.computer": HOST, "data.win.eventdata.queryName": "$query",
            "data.win.eventdata.queryStatus": "$status"}, ""),
    "Defender network events": (CSV, {"Timestamp": "$iso", "DeviceId": "a7",
            "DeviceName": HOST, "ActionType": "ConnectionSuccess", "LocalIP": "$client",
            "RemoteIP": "192.0.2.7", "RemoteUrl": "https://$query/p",
            "InitiatingProcessFileName": "x.exe"}, "code"),
    "Sentinel DnsEvents": (CSV, {"TimeGenerated [UTC]": "5/1/2026, 10:00:01.000 AM",
            "Computer": SENSOR, "ClientIP": "$client", "Name": "$query", "QueryType": "A",
            "IPAddresses": "", "ResultCode": "$code"}, ""),
    "Sentinel ASIM": (CSV, {"TimeGenerated": "$iso", "SrcIpAddr": "$client", "DnsQuery": "$query",
            "DnsResponseCodeName": "$rcode", "DvcHostname": SENSOR, "Dvc": SENSOR}, ""),
    "Umbrella report": (CSV, {"Date": "2026-05-01", "Time": "10:00:01",
            "Policy Identity": "PC", "Identities": HOST, "Internal IP": "$client",
            "External IP": "192.0.2.9", "Action": "Allowed", "Query Type": "1 (A)",
            "Response Code": "$rcode", "Domain": "$query", "Categories": "Software"}, ""),
    "Route 53 resolver": (NESTED, {"version": "1.1", "query_timestamp": "2026-05-01T10:00:01Z",
            "query_name": "$query.", "query_type": "A", "rcode": "$rcode", "srcaddr": "$client",
            "srcids.instance": "i-07", "vpc_id": "vpc-7"}, ""),
    "AdGuard Home": (JSON, {"T": "$iso", "QH": "$query", "QT": "A",
            "Upstream": "https://dns.aureola.com:443/dns-query", "IP": "$client"}, "code"),
    "NextDNS": (CSV, {"timestamp": "$iso", "domain": "$query", "query_type": "A",
            "client_ip": "$client", "status": "allowed", "root_domain": "$query",
            "device_name": HOST}, "code"),
    "BloxOne": (CSV, {"timestamp": "$iso", "source ip": "$client", "user": "unknown",
            "query": "$query.", "query type": "A", "response": "$rcode", "dns view": "x"}, ""),
    "BloxOne JSON": (JSON, {"event_time": "$iso", "qname": "$query.", "qip": "$client",
            "rcode": "$rcode", "device": HOST}, ""),
    "tshark fields": (CSV, {"frame.time_epoch": "$epoch", "ip.src": "$client",
            "dns.qry.name": "$query", "dns.flags.rcode": "$code"}, ""),
    "tshark for Elasticsearch": (NESTED, {"timestamp": "$millis",
            "layers.ip.ip_ip_src": "$client", "layers.dns.dns_dns_qry_name": "$query",
            "layers.dns.dns_dns_flags_rcode": "$code"}, ""),
    "Splunk export": (NESTED, {"preview": "false", "result._time": "$iso", "result.host": SENSOR,
            "result.src": "$client", "result.query": "$query", "result.reply_code": "$rcode",
            "result.source": "/var/log/dns"}, ""),
    "DNS-collector JSON": (NESTED, {"network.query-ip": "$client",
            "network.response-ip": "192.0.2.53", "dns.qname": "$query", "dns.rcode": "$rcode",
            "dnstap.identity": SENSOR, "dnstap.timestamp-rfc3339ns": "$iso"}, ""),
    "passive DNS (COF)": (JSON, {"rrname": "$query", "rrtype": "A", "rdata": "192.0.2.7",
            "time_first": "$epoch", "time_last": "$epoch", "count": "7"}, "client code"),
    "DNSDB": (NESTED, {"obj.rrname": "$query.", "obj.rrtype": "A", "obj.rdata": "192.0.2.7",
            "obj.time_last": "$epoch"}, "client code"),
    "Google Cloud DNS": (NESTED, {"timestamp": "$iso", "jsonPayload.queryName": "$query.",
            "jsonPayload.sourceIP": "$client", "jsonPayload.responseCode": "$rcode",
            "jsonPayload.serverLatency": "7"}, ""),
    "Cloudflare Gateway": (JSON, {"Datetime": "$iso", "QueryName": "$query", "SrcIP": "$client",
            "RCode": "$code", "DeviceName": HOST, "Email": "u@aureola.com"}, ""),
    "CrowdStrike": (JSON, {"ContextTimeStamp": "$epoch", "ComputerName": HOST,
            "DomainName": "$query", "event_simpleName": "DnsRequest"}, "client code"),
    "SentinelOne": (NESTED, {"event.time": "$millis", "endpoint.name": HOST,
            "event.dns.request": "$query", "src.process.name": "x.exe"}, "client code"),
    "Cortex XDR": (CSV, {"_time": "$iso", "agent_hostname": HOST, "dns_query_name": "$query",
            "agent_ip_addresses": "$client"}, "code"),
    "Carbon Black": (JSON, {"device_timestamp": "$iso", "device_name": HOST,
            "netconn_domain": "$query"}, "client code"),
    "Zscaler DNS": (JSON, {"datetime": "$iso", "clt_sip": "$client", "dns_req": "$query",
            "dns_resp": "192.0.2.7", "devicehostname": HOST}, "code"),
    "Firepower": (JSON, {"EventTime": "$iso", "InitiatorIP": "$client",
            "ResponderIP": "192.0.2.53", "DNSQuery": "$query", "DNSResponseType": "$words"}, ""),
    "Chronicle": (NESTED, {"metadata.event_timestamp": "$iso", "principal.ip": "$client",
            "principal.hostname": HOST, "network.dns.questions.name": "$query",
            "network.dns.response_code": "$code"}, ""),
    "Technitium": (CSV, {"timestamp": "$iso", "clientIpAddress": "$client", "rcode": "$rcode",
            "qname": "$query", "server": SENSOR}, ""),
    "Rapid7": (CSV, {"timestamp": "$iso", "asset": HOST, "source_address": "$client",
            "query": "$query", "top_private_domain": "$query"}, "code"),
    "Packetbeat": (NESTED, {"@timestamp": "$iso", "client.ip": "$client", "server.ip": "192.0.2.53",
            "server.domain": SENSOR, "dns.question.name": "$query",
            "dns.question.etld_plus_one": "$query", "dns.response_code": "$rcode"}, ""),
    "CrowdStrike events": (CSV, {"@timestamp": "$millis", "ComputerName": HOST,
            "LocalAddressIP4": "$client", "ContextBaseFileName": "x.exe",
            "DomainName": "$query"}, "code"),
    "Chronicle's CSV": (CSV, {"timestamp": "$iso", "principal.hostname": HOST,
            "principal.ip": "$client", "network.dns.questions.name": "$query",
            "network.dns.response_code": "$code", "target.ip": "192.0.2.53"}, ""),
    "Datadog's CSV": (CSV, {"Date": "$iso", "Host": SENSOR, "@dns.question.name": "$query",
            "@network.client.ip": "$client", "@dns.flags.rcode": "$rcode"}, ""),
    "DNSFilter": (CSV, {"timestamp": "$iso", "fqdn": "$query", "domain": "aureola.com",
            "type": "A", "result": "allowed", "client_ip": "$client"}, "code"),
    "OCSF": (NESTED, {"time": "$millis", "class_uid": "4003", "query.hostname": "$query",
            "query.type": "A", "rcode": "$rcode", "src_endpoint.ip": "$client",
            "src_endpoint.hostname": HOST, "dst_endpoint.hostname": SENSOR,
            "device.hostname": HOST}, ""),
    "Pi-hole's JSON": (NESTED, {"time": "$epoch", "domain": "$query", "status": "FORWARDED",
            "client.ip": "$client", "client.name": HOST, "reply.type": "$rcode"}, ""),
    "Pi-hole's query table": (CSV, {"Time": "2026-05-01 10:00:01", "Type": "A", "Domain": "$query",
            "Client": "$client", "Status": "OK (answered by dns.aureola.com#53)",
            "Reply": "$rcode (12.3ms)"}, ""),
    "Get-DnsClientCache": (CSV, {"Status": "$exists", "Section": "Answer", "TimeToLive": "77",
            "Entry": "$query", "Name": "edge.aureola.com", "Type": "A",
            "PSComputerName": HOST}, "client time"),
    "Defender for Identity": (CSV, {"Timestamp": "$iso", "ActionType": "DNS query",
            "QueryTarget": "$query", "DeviceName": HOST, "IPAddress": "$client",
            "DestinationDeviceName": SENSOR}, "code"),
    "Palo Alto URL log": (CSV, {"Domain": "1", "Receive Time": "2026/05/01 10:00:01",
            "Source address": "$client", "Destination address": "192.0.2.7",
            "NAT Source IP": "192.0.2.9", "URL/Filename": "$query",
            "device_name": SENSOR}, "code"),
    "Windows DNS events as columns": (CSV, {"TimeStamp": "$iso", "EventID": "257",
            "InterfaceIP": "192.0.2.53", "Destination": "$client", "QNAME": "$query.",
            "RCODE": "$code", "MachineName": SENSOR}, ""),
    "Kibana's top values": (CSV, {"Top 50 values of host.name": HOST,
            "Top 50 values of dns.question.name.keyword": "$query",
            "Top values of source.ip": "$client", "Count of records": "7"}, "code time"),
    "a table in French": (CSV, {"Date et heure": "01/05/2026 10:00:01", "Ordinateur": HOST,
            "Adresse IP source": "$client", "Nom de domaine": "$query",
            "Code de réponse": "$rcode"}, ""),
    "a table in German": (CSV, {"Datum": "01.05.2026", "Uhrzeit": "10:00:01", "Client": "$client",
            "Domäne": "$query"}, "code"),
    "Elastic Endpoint": (NESTED, {"@timestamp": "$iso", "host.name": HOST, "host.ip": "$client",
            "dns.question.name": "$query", "dns.Ext.status": "$status",
            "event.outcome": "success"}, ""),
    "Defender DNS answers": (NESTED, {"Timestamp": "$iso", "DeviceName": HOST,
            "LocalIP": "$client", "ActionType": "DnsQueryResponse", "RemoteUrl": "",
            "AdditionalFields.DnsQueryString": "$query",
            "AdditionalFields.DnsQueryStatus": "$status"}, ""),
    "PowerDNS's protobuf as JSON": (NESTED, {"type": "DNSResponseType", "from": "$client",
            "serverIdentity": SENSOR, "timeSec": "1777629601", "question.qName": "$query.",
            "response.rcode": "$code"}, ""),
    "Netskope": (JSON, {"timestamp": "$epoch", "hostname": HOST, "srcip": "192.0.2.9",
            "userip": "$client", "user": "u@aureola.com", "domain": "$query"}, "code"),
    "Get-DnsClientCache in numbers": (CSV, {"Entry": "$query", "Name": "edge.aureola.com",
            "Type": "1", "Status": "$status", "TimeToLive": "77",
            "PSComputerName": HOST}, "client time"),
    "columns without names": (CSV, {"a1": "$iso", "a2": "$client", "a3": "$query",
            "a4": "$rcode", "a5": HOST}, ""),
    "Windows names in cells": (CSV, {"Time": "$iso", "ClientIP": "$client", "QName": "$coded",
            "Rcode": "$rcode"}, ""),
}  # fmt: skip
CODES: Final = {0: ("NOERROR", "0", "No Error"), 3: ("NXDOMAIN", "9003", "Non-Existent Domain")}


def filled(value: str, client: str, query: str, code: int) -> str:
    """A field's value in one row."""
    rcode, status, words = CODES[code]
    coded = "".join(f"({len(label)}){label}" for label in query.split(".")) + "(0)"
    values = {
        "$exists": "NotExist" if code else "Success",
        "$coded": coded, "$client": client, "$query": query, "$rcode": rcode, "$status": status,
        "$words": words, "$code": str(code), "$iso": "2026-05-01T10:00:01Z",
        "$epoch": "1777629601.0", "$millis": "1777629601000",
    }  # fmt: skip
    for word, replacement in values.items():
        value = value.replace(word, replacement)
    return value


def content_of(layout: str, fields: dict[str, str]) -> str:
    """The export of all ROWS, as a product writes it."""
    rows = [{key: filled(value, *row) for key, value in fields.items()} for row in ROWS]
    if layout == CSV:
        text = io.StringIO()
        writer = csv.DictWriter(text, list(fields))
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()
    return "".join(json.dumps(nested(row) if layout == NESTED else row) + "\n" for row in rows)


def nested(row: dict[str, str]) -> dict[str, Any]:
    """Dotted fields as objects within objects.

    >>> nested({"dns.question.name": "a.com"})
    {'dns': {'question': {'name': 'a.com'}}}
    """
    found: dict[str, Any] = {}
    for path, value in row.items():
        *above, last = path.split(".")
        inner: dict[str, Any] = found
        for part in above:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return found
