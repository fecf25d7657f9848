"""Names that count for nothing, and why: infrastructure, private suffixes, common names.

Judges the name alone and how many clients asked; knows no score but the one that it is told.
"""

from __future__ import annotations

from collections.abc import Sequence

from dga.names.top_levels import ALTERNATIVE_ROOTS, is_registrable

INFRASTRUCTURE = {
    "DNS block-list look-up": (
        "spamhaus.org", "spamcop.net", "barracudacentral.org", "sorbs.net", "surbl.org",
        "uribl.com", "dnswl.org", "senderbase.org", "mailspike.net", "spamhaus.net", "abuse.ch",
        "uceprotect.net", "backscatterer.org", "njabl.org", "dsbl.org", "senderscore.com",
        "rfc-clueless.org", "hostkarma.com", "junkemailfilter.com", "invaluement.com",
    ),
    "antivirus or reputation look-up": (
        "mcafee.com", "avqs.mcafee.com", "sophosxl.net", "trendmicro.com", "avast.com", "avira.com",
        "cymru.com", "e5.sk", "eset.com", "kaspersky.com", "bitdefender.com", "symantec.com",
        "webcfs00.com", "sophosxl.com", "sxl.sophos.com", "dnsc.r-1x.com", "avcloud.com",
    ),
    "cloud or content network": (
        "cloudfront.net", "amazonaws.com", "azurewebsites.net", "azure.com", "windows.net",
        "trafficmanager.net", "akamaiedge.net", "akamai.net", "akadns.net", "edgesuite.net",
        "edgekey.net", "fastly.net", "herokuapp.com", "appspot.com", "googleusercontent.com",
        "cloudapp.net", "azureedge.net", "akamaized.net", "awsglobalaccelerator.com", "1e100.net",
        "googlevideo.com", "fbcdn.net", "cdn77.org", "llnwd.net", "footprint.net",
        "cloudflare.net", "vo.msecnd.net", "core.windows.net", "a.run.app", "web.app",
        "firebaseapp.com", "netlify.app", "vercel.app", "pages.dev", "workers.dev", "github.io",
    ),
}  # fmt: skip
_ZONES = {zone: reason for reason, zones in INFRASTRUCTURE.items() for zone in zones}

MOST_CLIENTS = 0.2  # of the log's clients: a name that more ask for is the network's own
ALL_CLIENTS = 0.5  # a name that more ask for is so even where it looks generated
LEAST_CLIENTS = 5  # of a name for the two rules above

NO_PUBLIC_SUFFIX = "ends in no public top-level domain (a network's own suffix)"
RESOLVES = "resolves for a client of this log"
COMMON = "asked for by {clients:,} of {total:,} clients"
ALLOWED = "on the allow list"
SILENCED = "set aside by a person: not infected"


def reason(name: str) -> str:
    """Why a registered name counts for nothing, by the name alone; "" where it counts.

    >>> reason("printer.belkin")
    "ends in no public top-level domain (a network's own suffix)"
    >>> reason("ybkgtjtj.bazar")
    ''
    """
    top = name.rpartition(".")[2]
    if not is_registrable(top) and top not in ALTERNATIVE_ROOTS:
        return NO_PUBLIC_SUFFIX
    zone = name
    while zone:
        if zone in _ZONES:
            return _ZONES[zone]
        zone = zone.partition(".")[2]
    return ""


def reasons(names: Sequence[str]) -> list[str]:
    """`reason` of many names."""
    return [reason(name) for name in names]


def company_reason(clients: int, total: int, *, generated: bool) -> str:
    """Why a name counts for nothing by the clients that ask for it; "" where it counts.

    Several infected machines of one campaign ask for the same names: company excuses a name
    that looks generated only where most of a network asks for it.

    >>> company_reason(30, 100, generated=False)
    'asked for by 30 of 100 clients'
    >>> company_reason(30, 100, generated=True)
    ''
    """
    most = ALL_CLIENTS if generated else MOST_CLIENTS
    common = clients >= LEAST_CLIENTS and clients > most * total
    return COMMON.format(clients=clients, total=total) if common else ""
