"""Top-level domains: those of the root zone, special-use ones, and those of alternative roots.

The root zone's list is that of the Public Suffix List, whose ICANN section names every one.
"""

from __future__ import annotations

from functools import cache

from publicsuffixlist import PSLFILE

_PRIVATE = "===BEGIN PRIVATE DOMAINS==="

# Special-use top-level domains, under which nobody registers names, and their purpose.
SPECIAL_USE = {
    "arpa": "the infrastructure of the Internet",
    "test": "tests (RFC 6761)",
    "example": "documentation (RFC 6761)",
    "invalid": "names that must not resolve (RFC 6761)",
    "localhost": "the machine itself (RFC 6761)",
    "local": "multicast DNS (RFC 6762)",
    "onion": "the Tor network (RFC 7686)",
    "alt": "names outside the DNS (RFC 9476)",
    "internal": "private networks (ICANN)",
    **dict.fromkeys(
        ("localdomain", "lan", "home", "corp", "intranet", "private", "mail", "domain", "workgroup",
         "belkin", "dlink", "fritz", "router", "localnet", "homenet"),
        "private networks by custom",
    ),
    "i2p": "the I2P network",
    "exit": "the Tor network",
    "loki": "the Lokinet network",
    "gnu": "the GNU Name System",
    "zkey": "the GNU Name System",
}  # fmt: skip

# Top-level domains of other roots than ICANN's, which ordinary resolvers don't know.
ALTERNATIVE_ROOTS = {
    **dict.fromkeys(("bazar", "coin", "emc", "lib"), "EmerDNS"),
    "bit": "Namecoin",
    **dict.fromkeys(
        ("bbs", "chan", "cyb", "dyn", "epic", "fur", "geek", "glue", "gopher", "indy", "ku",
         "libre", "neo", "null", "o", "opennic", "oss", "oz", "parody", "pirate", "te", "ti", "uu"),
        "OpenNIC",
    ),
    "eth": "the Ethereum Name Service",
    **dict.fromkeys(
        ("888", "bitcoin", "blockchain", "crypto", "dao", "nft", "polygon", "unstoppable",
         "wallet", "x", "zil"),
        "Unstoppable Domains",
    ),
}  # fmt: skip
_USED_BY_MALWARE = {
    "bazar": "the Bazar malware generates such names",
    "bit": "several malware families generate such names",
}

# Extensions of file names that are not top-level domains.
_FILE_ENDINGS = frozenset((
    "7z", "asp", "aspx", "bak", "bat", "bin", "bmp", "cab", "cfg", "cgi", "chm", "class", "cmd",
    "conf", "css", "csv", "dat", "db", "dll", "doc", "docm", "docx", "dmg", "elf", "eml", "exe",
    "gif", "gz", "hta", "htm", "html", "ico", "img", "ini", "iso", "jar", "jpeg", "jpg", "js",
    "jse", "json", "jsp", "lnk", "log", "lua", "msc", "msg", "msi", "ocx", "odt", "pcap", "pdb",
    "pdf", "php", "png", "ppt", "pptx", "ps1", "psm1", "rar", "rtf", "scr", "sct", "sql", "svg",
    "swf", "sys", "tar", "tgz", "tmp", "ttf", "txt", "url", "vbe", "vbs", "war", "wasm", "wsf",
    "xls", "xlsm", "xlsx", "xml", "yaml", "yml",
))  # fmt: skip


@cache
def root_zone() -> frozenset[str]:
    """Every top-level domain of the root zone, in ASCII."""
    found = set()
    with open(PSLFILE, encoding="utf-8") as listed:
        for line in listed:
            if _PRIVATE in line:
                break
            if rule := "" if line.startswith("//") else line.strip():
                found.add(_ascii(rule.lower().rpartition(".")[2]))
    return frozenset(found)


def is_registrable(top: str) -> bool:
    """Whether somebody can register names under a top-level domain of the public DNS.

    >>> is_registrable("com"), is_registrable("exe"), is_registrable("onion")
    (True, False, False)
    """
    return top in root_zone() and top not in SPECIAL_USE


def why_not_registrable(top: str) -> str:
    """The reason why nobody can register names under a top-level domain.

    >>> why_not_registrable("exe")
    'no such top-level domain (.exe); it looks like the name of a file'
    """
    if top in SPECIAL_USE:
        return f"special use: .{top} is for {SPECIAL_USE[top]}; nobody registers such names"
    if root := ALTERNATIVE_ROOTS.get(top):
        used = f"; {_USED_BY_MALWARE[top]}" if top in _USED_BY_MALWARE else ""
        return f"no ICANN top-level domain ({root}): .{top} is known to resolvers of it only{used}"
    file = "; it looks like the name of a file" if top in _FILE_ENDINGS else ""
    return f"no such top-level domain (.{top}){file}"


def _ascii(label: str) -> str:
    return label if label.isascii() else label.encode("idna").decode("ascii")
