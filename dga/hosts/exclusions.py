"""Names that count for nothing, and why: infrastructure, private suffixes, common names.

Depends on the name and on the number of clients that asked for it; the caller supplies any score.
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
        "azurefd.net", "azure-api.net", "azure-mobile.net", "azurestaticapps.net",
        "azurecontainer.io", "akamaihd.net", "akamaiorigin.net", "fastlylb.net", "fastly-edge.com",
        "edgecompute.app", "freetls.fastly.net", "cdn77-ssl.net", "cdn77-storage.com", "cdn77.net",
        "r2.dev", "trycloudflare.com", "cloudflare-ipfs.com", "cf-ipfs.com", "cloudflare.app",
        "elasticbeanstalk.com", "on.aws", "awsapprunner.com", "awsapps.com", "amplifyapp.com",
        "amazoncognito.com", "sagemaker.aws", "repost.aws", "webview-assets.aws-cloud9.com",
        "cloudfunctions.net", "run.app", "gateway.dev", "translate.goog", "usercontent.goog",
        "blogspot.com", "firebasestorage.app", "hosted.app", "withgoogle.com", "withyoutube.com",
        "digitaloceanspaces.com", "ondigitalocean.app", "linode.com", "linodeobjects.com",
        "linodeusercontent.com", "vultrobjects.com", "scw.cloud", "backblazeb2.com",
        "oraclecloudapps.com", "oraclegovcloudapps.com", "customer-oci.com", "appdomain.cloud",
        "fly.dev", "onrender.com", "railway.app", "deno.dev", "deno.net", "surge.sh", "now.sh",
        "vercel.dev", "vercel.run", "vusercontent.net", "northflank.app", "koyeb.app", "zeabur.app",
        "leapcell.app", "leapcell.dev", "cleverapps.io", "upsun.app", "platformsh.site",
        "platform.sh", "supabase.co", "supabase.net", "convex.cloud", "convex.site", "hasura.app",
        "hf.space", "streamlit.app", "streamlitapp.com", "snowflake.app", "databricksapps.com",
        "ngrok.io", "ngrok.app", "ngrok.dev", "ngrok-free.app", "ngrok-free.dev", "telebit.io",
        "localtonet.com", "gitlab.io", "bitbucket.io", "codeberg.page", "githubusercontent.com",
        "csb.app", "w-staticblitz.com", "w-corp-staticblitz.com", "bolt.host", "lovable.app",
        "lovableproject.com", "base44.app", "replit.app", "replit.dev", "repl.co", "glitch.me",
        "webflow.io", "wixsite.com", "wixstudio.com", "editorx.io", "framer.app", "framer.website",
        "notion.site", "canva.site", "bubbleapps.io", "myshopify.com", "wpengine.com",
        "wpenginepowered.com", "pantheonsite.io", "gotpantheon.com", "hlx.live", "hlx.page",
        "aem.live", "aem.page", "adobeaemcloud.com", "adobeaemcloud.net", "adobeioruntime.net",
        "atlassian-dev.net", "crm.dev", "balena-devices.com", "tailscale.net", "ts.net",
        "wal.app", "expo.app", "val.run", "gitpod.io", "devinapps.com", "b-cdn.net", "plex.direct",
    ),
}  # fmt: skip
_ZONES = {zone: reason for reason, zones in INFRASTRUCTURE.items() for zone in zones}

MOST_CLIENTS = 0.2  # of the log's clients: a name that more ask for is the network's own
ALL_CLIENTS = 0.5  # a name that more ask for is so even where it looks generated
LEAST_CLIENTS = 5  # of a name for the two rules above

NO_PUBLIC_SUFFIX = "ends in no public top-level domain (a network's own suffix)"
RESOLVES = "resolves for a client of this log"
SEARCHED = "its first label is asked for alone too (a browser's probe, or a search suffix)"
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
