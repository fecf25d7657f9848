"""Read JSON documents: rows nested inside an object, or several objects in a row.

The head tells where the rows are, such as in an array under the key "hits"; STIX bundles and MISP
events are recognised by their keys. Documents are streamed, never held in memory as a whole.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any, Final

from dga.errors import FeedError
from dga.tables.columns import is_domain
from dga.tables.encodings import one_line
from dga.tables.indicators import attribute_rows, stix_rows
from dga.tables.jsonrows import line_value, record, scalar
from dga.tables.keyed_json import KEY, keyed_rows
from dga.tables.unpack import MAX_LINE, Payload

FORMATS: Final = ("json-document", "json-objects", "stix", "misp")
ITEM: Final = "[]"  # in a path: an element of an array
ANY: Final = "*"  # in a path: any key
MAX_DEPTH: Final = 200
MAX_LINES_HEAD: Final = 2**16  # bytes to examine where each line is an object
MAX_ROW_BYTES: Final = 2**25
SNIFFED_STRINGS: Final = 4_000
# Keys of arrays of rows.
MAX_DIGITS: Final = 4_000
_LONG_NUMBER = re.compile(rb"\d{%d}" % MAX_DIGITS)
_COUNTED = re.compile(rb"^Record \d{1,12}\r?\n", re.M)
_JSON = re.compile(rb"\{\s*[\"}]|\[\s*[\[{\"]")
_WRAPPERS = frozenset((
    "alerts", "attributes", "blacklist", "blocklist", "data", "docs", "documents", "domain",
    "domain_suffix", "domains", "entries", "events", "hits", "hosts", "indicators", "iocs", "items",
    "list", "logs", "messages", "names", "objects", "queries", "records", "response", "result",
    "results", "rows", "rules", "urls", "value", "values", "denied-remote-domains",
    "denied-remote-hosts", "resources", "hostnames", "observables", "payload", "content",
))  # fmt: skip

MOST_REPEATED = 2**24  # characters of what stands around an array, in all its rows
# Keys of addresses of the document itself, and of arrays that answer.
_LINKS = frozenset((
    "self", "href", "link", "links", "next", "prev", "previous", "permalink", "reference",
    "references", "$schema", "@context", "@odata.context", "@odata.nextlink", "nextlink", "related",
))  # fmt: skip
_ANSWERS = frozenset(("answer", "answers", "authorities", "additional", "additionals", "rdata"))
# Where documents name the columns of rows that are lists of cells.
_HEADS = frozenset(("columns", "fields", "header", "headers"))
_HEAD_NAMES = frozenset(("name", "columnname", "text", "title"))

Path = tuple[str, ...]
_EVENTS: Final[tuple[Path, ...]] = (("Event",), (ITEM, "Event"), ("response", ITEM, "Event"))
_MISP: Final[tuple[Path, ...]] = (
    *((*event, "Attribute", ITEM) for event in _EVENTS),
    *((*event, "Object", ITEM, "Attribute", ITEM) for event in _EVENTS),
    ("response", "Attribute", ITEM),
    ("Attribute", ITEM),
)
# Rows nested in several arrays: responses of the query APIs of Azure Monitor and Loki.
_INNER_ROWS: Final[tuple[Path, ...]] = (
    ("tables", ITEM, "rows"),
    ("data", "result", ITEM, "values"),
)
_RULE_SET: Final[tuple[Path, ...]] = (  # of sing-box
    ("rules", ITEM, "domain", ITEM),
    ("rules", ITEM, "domain_suffix", ITEM),
)


@dataclass(frozen=True)
class DocumentLayout:
    """Where the rows of a document are: their paths, and the function that turns a value into
    rows."""

    format: str
    paths: tuple[Path, ...]
    rows: Callable[[Any], list[dict[str, str]]]


def find_document(payload: Payload) -> DocumentLayout | None:
    """The layout of a JSON document; None for JSON lines or an array of records."""
    head = next(_objects(payload.sample.pieces()), b"").lstrip(codecs.BOM_UTF8 + b" \t\r\n")
    if not _JSON.match(head):
        return None
    lines = _is_lines(head)
    seen = _Seen()
    with suppress(FeedError):  # the head may end within a value; damage is told later
        _walk(_events(iter([head[:MAX_LINES_HEAD] if lines else head])), seen.see)
    whole = line_value(head.decode(errors="replace")) if seen.roots == 1 else None
    if keyed_rows(whole) and not payload.goes_on:
        return DocumentLayout("json-document", ((),), keyed_rows)
    return seen.layout(lines)


def document_rows(payload: Payload, layout: DocumentLayout) -> Iterator[dict[str, str]]:
    """The rows of a document, in order."""
    pieces = _as_utf8(chain(_objects(payload.pieces()), [b""]))
    try:
        for value in _values(pieces, layout.paths):
            yield from layout.rows(value)
    except FeedError as error:
        raise FeedError(f"{payload.name}: {error}") from None


def _objects(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces without the lines "Record 1" that evtx_dump writes between objects."""
    first = next(pieces, b"")
    if not _COUNTED.match(first):
        yield from chain([first], pieces)
        return
    rest = b""
    for piece in chain([first], pieces):
        cut = (rest + piece).rfind(b"\n") + 1
        rest, whole = (rest + piece)[cut:], (rest + piece)[:cut]
        yield _COUNTED.sub(b"", whole)
    yield rest


def _is_lines(head: bytes) -> bool:
    """Whether each line is an object."""
    first, _, rest = head.partition(b"\n")
    whole = first.rstrip().endswith((b"}", b"},")) and first.count(b"{") == first.count(b"}")
    return whole and rest.lstrip()[:1] in (b"{", b"")


@dataclass
class _Seen:
    """Counts in a document's head, by path: the elements of each array, and those that contain a
    domain."""

    elements: dict[Path, int] = field(default_factory=dict)
    named: dict[Path, set[int]] = field(default_factory=dict)
    keys: set[Path] = field(default_factory=set)
    outside: bool = False  # a domain outside all arrays
    domain_keys: int = 0
    direct: set[Path] = field(default_factory=set)  # arrays of objects that have a domain as field
    heads: dict[Path, list[str]] = field(default_factory=dict)  # names of columns
    bundle: bool = False
    roots: int = 0
    _strings: int = 0

    def see(self, path: Path, event: str, value: Any, places: list[int]) -> None:
        """Count one event of the parser. `places`: the element of each open array that it is in."""
        if not path and event in ("start_map", "start_array"):
            self.roots += 1
        if event == "map_key":
            if len(path) < 4:
                self.keys.add((*path, str(value)))
            if not path:
                self.domain_keys += is_domain(str(value))
        if path and path[-1] == ITEM and event not in ("end_map", "end_array"):
            array = path[:-1]
            self.elements[array] = max(self.elements.get(array, 0), places[-1] + 1)
        if event == "string":
            self._see_text(path, str(value), places)

    def _see_text(self, path: Path, text: str, places: list[int]) -> None:
        self.bundle |= path == ("type",) and text == "bundle"
        if _is_head(path) and not any(places[:-1]):
            self.heads.setdefault(path, []).append(text)
        if any(part.lower() in _LINKS for part in path):
            return
        if self._strings >= SNIFFED_STRINGS or not is_domain(text):
            return
        self._strings += 1
        arrays = [at for at, part in enumerate(path) if part == ITEM]
        self.outside |= not arrays
        for at, place in zip(arrays, places, strict=True):
            self.named.setdefault(path[:at], set()).add(place)
        if arrays and arrays[-1] < len(path) - 1:
            self.direct.add(path[: arrays[-1]])

    def layout(self, lines: bool) -> DocumentLayout | None:
        """The layout of the document."""
        if self.bundle and ("objects",) in self.keys:
            return DocumentLayout("stix", (("objects", ITEM),), stix_rows)
        if {("objects", ITEM, "pattern"), ("objects", ITEM, "spec_version")} <= self.keys:
            return DocumentLayout("stix", (("objects", ITEM),), stix_rows)
        if misp := tuple(path for path in _MISP if path[:-1] in self.elements):
            return DocumentLayout("misp", misp, attribute_rows)
        if inner := tuple((*path, ITEM) for path in _INNER_ROWS if path in self.elements):
            return DocumentLayout("json-document", inner, self._to_rows())
        if rules := tuple(path for path in _RULE_SET if path[:-1] in self.named):
            return DocumentLayout("json-document", rules, _named_row)
        if () in self.elements or (lines and self._is_rows()):
            return None  # an array of records, or one a line
        if array := self._array():
            rows = _grouped_row if array == (ANY, ITEM) else self._to_rows(self._inner(array))
            return DocumentLayout("json-document", (array,), rows)
        if not self.outside and (array := self._unnamed_array()):
            return DocumentLayout("json-document", ((*array, ITEM),), self._to_rows())
        top = sum(len(key) == 1 for key in self.keys)
        if self.domain_keys > 1 and self.domain_keys * 2 > top:
            return DocumentLayout("json-document", ((ANY,),), _keyed_row)
        return None if lines else DocumentLayout("json-objects", ((),), _plain_row)

    def _to_rows(self, inner: Path = ()) -> Callable[[Any], list[dict[str, str]]]:
        """What turns a value into rows: by the names of columns, or by an array within it."""
        heads = next(iter(self.heads.values()), [])
        if inner:
            return partial(_inner_rows, inner=inner)
        return partial(_listed_row, heads=tuple(heads)) if heads else _named_row

    def _inner(self, array: Path) -> Path:
        """The path within a row to the only array of objects that holds its names; () for none."""
        if array[:-1] in self.direct or array[-1] != ITEM:
            return ()
        found = [path[len(array) :] for path in self.direct if path[: len(array)] == array]
        found = [path for path in found if path and ITEM not in path]
        return found[0] if len(found) == 1 and not _ANSWERS & {*found[0]} else ()

    def _is_rows(self) -> bool:
        """Whether the objects on the lines are rows (which may contain arrays), not pages of
        rows."""
        known = [
            path
            for path in self.elements
            if 0 < len(path) <= 2 and not {part.lower() for part in path} - _WRAPPERS
        ]
        if self.roots > 1:
            return self.outside or not any(self.elements[path] > 1 for path in known)
        if known:
            return False
        inner = bool(self.named) and all(
            len(path) > 1 and self.elements[path] < 2 for path in self.named
        )
        return self.outside or inner

    def _unnamed_array(self) -> Path | None:
        """The path to rows that are log lines or lists of cells, in which no value is a name."""
        found = [path for path in self.elements if path and path[-1].lower() in _WRAPPERS]
        found = [path for path in found if ITEM not in path and self.elements[path] > 1]
        return min(found, key=len) if found and self.roots == 1 else None

    def _array(self) -> Path | None:
        """The path to the rows: the outermost array whose elements contain domains."""
        found = [path for path in self.named if path and ITEM not in path]
        if not found:
            return None
        tops = [path for path in found if len(path) == 1]
        if len(tops) > 1 and not any(path[0].lower() in _WRAPPERS for path in tops):
            return None if self.outside else (ANY, ITEM)
        known = [path for path in found if path[-1].lower() in _WRAPPERS]
        best = min(known or found, key=lambda path: (len(path), -len(self.named[path])))
        alone = self.outside and self.elements.get(best, 0) < 2
        if best in known or not (self.outside or alone):
            return (*best, ITEM)
        return None


def _is_head(path: Path) -> bool:
    """Whether a text's path is that of a column's name."""
    array = path[:-1] if path and path[-1].lower() in _HEAD_NAMES else path
    return len(array) > 1 and array[-1] == ITEM and array[-2].lower() in _HEADS


def _plain_row(value: Any) -> list[dict[str, str]]:
    return [record(value)]


def _named_row(value: Any) -> list[dict[str, str]]:
    if isinstance(value, list):
        return [{f"column_{at}": scalar(cell) for at, cell in enumerate(value, 1)}]
    return [record(value) if isinstance(value, dict) else {"domain": record(value)["value"]}]


def _grouped_row(value: Any) -> list[dict[str, str]]:
    """An element of one of several lists, with the key of its list where it has no key itself."""
    key, item = value
    (row,) = _named_row(item)
    return [row if KEY in row else {**row, KEY: key}]


def _listed_row(value: Any, heads: tuple[str, ...]) -> list[dict[str, str]]:
    """A list of cells as a row of the columns that the document names."""
    if not isinstance(value, list) or len(value) != len(heads):
        return _named_row(value)
    return [{head: scalar(cell) for head, cell in zip(heads, value, strict=True)}]


def _inner_rows(value: Any, inner: Path) -> list[dict[str, str]]:
    """A row for each object of an array within a value, with what stands around the array; in the
    first row alone where that would be repeated into more than MOST_REPEATED characters.

    >>> _inner_rows({"ip": "10.1.0.23", "asked": [{"q": "a.com"}, {"q": "b.com"}]}, ("asked",))
    [{'ip': '10.1.0.23', 'asked.q': 'a.com'}, {'ip': '10.1.0.23', 'asked.q': 'b.com'}]
    """
    if not isinstance(value, dict):
        return _named_row(value)
    around = dict(value)
    holder = around
    for key in inner[:-1]:
        if not isinstance(holder.get(key), dict):
            return [record(value)]
        holder[key] = holder = dict(holder[key])
    items = holder.pop(inner[-1], None)
    if not isinstance(items, list) or not items:
        return [record(value)]
    outer, prefix = record(around) if around else {}, ".".join(inner)
    repeated = sum(map(len, outer.values())) * len(items) <= MOST_REPEATED
    return [
        {
            **(outer if repeated or not at else {}),
            **{f"{prefix}.{key}": cell for key, cell in record(item).items()},
        }
        for at, item in enumerate(items)
    ]


def _keyed_row(value: Any) -> list[dict[str, str]]:
    key, inner = value
    return [{"domain": key, **{k: v for k, v in record(inner).items() if k != "domain"}}]


def _parser() -> Any:
    try:
        import ijson  # imported here, since it belongs to an optional extra
    except ImportError:
        raise FeedError("JSON documents need the package ijson: pip install ijson") from None
    return ijson


def _as_utf8(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces without invalid UTF-8, at which the parser would stop."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for piece in pieces:
        yield decoder.decode(piece, final=not piece).encode()


class _Source:
    """Pieces of bytes as a file for the parser; counts the bytes that it reads for one row."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest, self._tail = pieces, b"", b""
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        if not self._rest and size:
            self._rest = next((piece for piece in self._pieces if piece), b"")
        size = min(size if size >= 0 else MAX_LINE, 2**16)
        found, self._rest = self._rest[:size], self._rest[size:]
        self.taken += len(found)
        if _LONG_NUMBER.search(self._tail + found):  # the parser cannot convert it
            raise FeedError("a JSON number of thousands of digits; not a table")
        self._tail = found[-MAX_DIGITS:]
        if self.taken > MAX_ROW_BYTES:
            raise FeedError(f"a JSON object of more than {MAX_ROW_BYTES:,} bytes; not a table")
        return found


def _events(pieces: Iterator[bytes]) -> Iterator[tuple[str, Any, _Source]]:
    """The parser's events; FeedError for damaged JSON."""
    ijson = _parser()
    source = _Source(pieces)
    try:
        for event, value in ijson.basic_parse(source, multiple_values=True):
            yield event, value, source
    except (ijson.JSONError, ValueError, OverflowError, ArithmeticError) as error:
        reason = one_line(str(error).partition("\n")[0])
        raise FeedError(f"damaged JSON ({reason}); mend it") from None


_See = Callable[[Path, str, Any, list[int]], None]


def _walk(events: Iterator[tuple[str, Any, _Source]], see: _See) -> None:
    """Call `see` with each event, its path and its positions in the open arrays."""
    path: list[str] = []
    places: list[int] = []
    for event, value, _ in events:
        if event == "map_key":
            path[-1:] = []
            see(tuple(path), event, value, places)
            path.append(value)
            continue
        if event in ("end_map", "end_array"):
            path.pop()
            places[len(places) - (event == "end_array") :] = []
        elif path and path[-1] == ITEM:
            places[-1] += 1
        see(tuple(path), event, value, places)
        if event == "start_map":
            path.append("")
        elif event == "start_array":
            path.append(ITEM)
            places.append(-1)
        if len(path) > MAX_DEPTH:
            raise FeedError(f"JSON nested more than {MAX_DEPTH} deep; not a table")


def _values(pieces: Iterator[bytes], paths: tuple[Path, ...]) -> Iterator[Any]:
    """Each value at one of the paths, in order; with its first key if ANY is in one."""
    ijson = _parser()
    longest = max(map(len, paths))
    builder: Any = None
    depth = start = 0
    path: list[str] = []
    for event, value, source in _events(pieces):
        if event in ("end_map", "end_array"):
            depth -= 1
            del path[depth:]
        if builder is not None:
            builder.event(event, value)
        elif event != "map_key" and depth <= longest and _at(path[:depth], paths):
            builder, start = ijson.ObjectBuilder(), depth
            builder.event(event, value)
        if event == "map_key":
            path[depth - 1 :] = [value]
        elif event in ("start_map", "start_array"):
            path[depth:] = ["" if event == "start_map" else ITEM]
            depth += 1
            if depth > MAX_DEPTH:
                raise FeedError(f"JSON nested more than {MAX_DEPTH} deep; not a table")
        elif builder is not None and depth == start:
            keyed = any(ANY in wanted for wanted in paths)
            yield (path[0], builder.value) if keyed else builder.value
            builder = None
            source.taken = 0


def _at(path: list[str], paths: tuple[Path, ...]) -> bool:
    return any(
        len(path) == len(wanted)
        and all(part in (key, ANY) for key, part in zip(path, wanted, strict=True))
        for wanted in paths
    )
