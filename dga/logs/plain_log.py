"""Logs of unknown servers: which word of a line is the name, and which the client, by the others.

The word before a name or address, and what is glued to its front, say what it stands for: of these
places the one whose names vary most is that of queried names. A row a line; a line whose places
hold no name is a row with its text alone.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from dga.logs.client_choice import is_private
from dga.logs.field_names import CLIENT, CLIENT_WORDS, QUERY, RCODE, TIME
from dga.logs.fields import is_machine_kind
from dga.logs.heads import head_time
from dga.logs.paths import is_address, plain_address
from dga.logs.rcodes import rcode_name
from dga.names.find import names_in

FORMAT: Final = "plain-log"
TEXT: Final = "text"
COLUMNS: Final = (TIME, CLIENT, QUERY, RCODE, TEXT)
SNIFFED_LINES: Final = 500
HEAD: Final = 80  # characters in which a line's time begins
MAX_LINE: Final = 4_096
MOSTLY: Final = 0.8
OFTEN: Final = 0.5
SELDOM: Final = 0.05
_WORD = re.compile(r"""[^\s"'()\[\]{}<>,;|]+""")
_GLUED = re.compile(
    r"^[A-Za-z_.-]{1,30}[=:](?!//|\d{1,5}(?![\w.:]))|^[a-z][a-z0-9+.-]{0,20}://", re.IGNORECASE
)
_CODE = re.compile(
    r"\b(?:NXDOMAIN|NOERROR|SERVFAIL|REFUSED|FORMERR|NOTIMP|non-?existent domain|no such name"
    r"|no such domain|no error|name error|server failure|format error|query refused)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:")
_REQUEST_END = re.compile(r"\sHTTP/\d")
_OWN_PATH = re.compile(r'"[A-Z]{3,10} /\S{0,2000} HTTP/\d')
_SYSLOG = re.compile(r"<\d{1,3}>|[A-Z][a-z]{2} {1,2}\d{1,2} \d|\[")
_DIGIT = re.compile(r"\d")

Place = tuple[str, str]  # the word before, and what is glued to the front


@dataclass(frozen=True)
class PlainLog:
    """The places of queried names in the lines of a log, and the place of clients."""

    names: frozenset[Place]
    client: Place | None

    def row(self, line: str) -> tuple[str, str, str, str, str]:
        """What a line tells, in the order of COLUMNS."""
        client = query = ""
        for place, word in places_in(line):
            if place == self.client and not client and is_address(word):
                client = plain_address(word)
            elif place in self.names and not query:
                query = next(iter(names_in(word)), "")
        code = _CODE.search(line)
        rcode = rcode_name(code[0]) if code and query else None
        return head_time(line[:HEAD]), client, query, rcode or "", line


def places_in(line: str) -> Iterator[tuple[Place, str]]:
    """The words of a line that may be names or addresses, each with its place.

    >>> list(places_in("accepted tcp:a.example:443 from 10.1.0.23:5353"))
    [(('accepted', 'tcp:'), 'a.example:443'), (('from', ''), '10.1.0.23:5353')]
    """
    before = ""
    line = line[:MAX_LINE]
    request = _REQUEST_END.search(line)  # behind it stand referers and the like
    for found in _WORD.finditer(line[: request.start()] if request else line):
        word = found[0]
        glued = _GLUED.match(word)
        front = glued[0].lower() if glued else ""
        rest = word[len(front) :]
        if ("." in rest and not rest.startswith("/")) or _ADDRESS.match(rest):
            kept = word if front.endswith("//") else rest
            yield (before, front), kept
            before = ""
            continue
        letters = word.strip(":=-.").lower()
        before = letters[:20] if letters and not _DIGIT.search(letters) else ""


def find_plain_log(lines: Sequence[str]) -> PlainLog | None:
    """The places of a log by its first lines; None where they are no log or hold no names."""
    sample = [line for line in lines if line.strip()][:SNIFFED_LINES]
    timed = sum(bool(head_time(line[:HEAD])) for line in sample)
    if len(sample) < 2 or timed < MOSTLY * len(sample):
        return None
    names: dict[Place, dict[int, str]] = defaultdict(dict)
    addresses: dict[Place, dict[int, str]] = defaultdict(dict)
    for at, line in enumerate(sample):
        for place, word in places_in(line):
            if is_address(word):
                addresses[place].setdefault(at, plain_address(word))
            elif found := names_in(word):
                names[place].setdefault(at, found[0])
    chosen = _name_places(names)
    told = {at for place in chosen for at in names[place]}
    return PlainLog(frozenset(chosen), _client_place(addresses, told)) if chosen else None


def is_spaced_log(lines: Sequence[str]) -> bool:
    """Whether most lines hold a request of the web, or begin with a time that has blanks.

    >>> is_spaced_log(["May  1 10:00:01 fw1 asked a.com"]), is_spaced_log(["10.1.0.23 a.com A"])
    (True, False)
    """
    sample = [line for line in lines if line.strip()][:SNIFFED_LINES]
    fitting = sum(bool(_REQUEST_END.search(line) or _SYSLOG.match(line)) for line in sample)
    return fitting > OFTEN * len(sample)


def has_paths_alone(lines: Sequence[str]) -> bool:
    """Whether the requests of a web server's log name paths of its own, and no hosts.

    >>> has_paths_alone(['10.1.0.23 - - [x] "GET /a.php HTTP/1.1" 200 9 "https://a.com/"'])
    True
    """
    sample = [line for line in lines if line.strip()][:SNIFFED_LINES]
    return sum(bool(_OWN_PATH.search(line)) for line in sample) > OFTEN * len(sample)


def plain_log_tables(blocks: Iterable[Sequence[str]], log: PlainLog) -> Iterator[pa.Table]:
    """The rows of a log, a table a block of lines."""
    for lines in blocks:
        rows = [log.row(line) for line in lines if line.strip()]
        columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
        arrays = [pa.array(column, pa.large_string()) for column in columns]
        yield pa.table(arrays, names=list(COLUMNS))


def _name_places(names: dict[Place, dict[int, str]]) -> list[Place]:
    """The place of the most distinct names, and those whose lines have none there."""
    varied = {
        place: found
        for place, found in names.items()
        if len(found) > 1 and len(set(found.values())) > 1 and not is_machine_kind(found.values())
    }
    ranked = sorted(varied, key=lambda place: -len(set(varied[place].values())))
    chosen: list[Place] = []
    lines: set[int] = set()
    for place in ranked:
        if len(lines & varied[place].keys()) <= SELDOM * len(varied[place]):
            chosen.append(place)
            lines |= varied[place].keys()
    return chosen


def _client_place(addresses: dict[Place, dict[int, str]], told: set[int]) -> Place | None:
    """The place of private addresses that vary, or that a word says to be a client's."""
    best: Counter[Place] = Counter()
    for place, found in addresses.items():
        held = [address for at, address in found.items() if at in told]
        hinted = bool(CLIENT_WORDS & set(re.split(r"[^a-z]+", " ".join(place))))
        private = sum(map(is_private, held)) >= OFTEN * len(held)
        if len(held) >= OFTEN * len(told) and private and (hinted or len(set(held)) > 1):
            best[place] = 2 * len(set(held)) + hinted
    return best.most_common(1)[0][0] if best else None
