"""Read the files of an archive or folder as one table with the union of their columns.

Rotated logs and split exports become one stream. A file that is not a table is skipped, with a
note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pyarrow as pa

from dga.errors import FeedError
from dga.names import arrow_strings
from dga.tables.columns import SAMPLE_ROWS, guess_column
from dga.tables.readers import READERS
from dga.tables.sniff import MAX_COLUMNS, TableInfo, layout
from dga.tables.unpack import Payload, refuse_foreign

FILE = "file"  # the column with the file that a row is from
MAX_NOTES = 5  # skipped files that are listed singly

OpenPayload = Callable[[Payload], tuple[TableInfo, Iterator[pa.Table]]]


def as_table(payload: Payload) -> tuple[TableInfo, Iterator[pa.Table]]:
    """The layout of a file and its rows; raises FeedError if it is not a table."""
    refuse_foreign(payload)
    info = layout(payload)
    return info, READERS[info.format](payload, info)


@dataclass
class Survey:
    """The layouts of the files of an archive or folder. `renamed`: the columns' names by file, None
    for a file that is not a table."""

    infos: list[TableInfo] = field(default_factory=list)
    renamed: list[dict[str, str] | None] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    size: int = 0
    _domain: str = ""

    def add(self, payload: Payload, open_payload: OpenPayload) -> None:
        """Examine one more file."""
        self.size += payload.size
        try:
            info, rows = open_payload(payload)
            first = next(rows)
        except FeedError as error:
            self.renamed.append(None)
            self.notes.append(f"left out: {error}")
            return
        self.infos.append(info)
        self.renamed.append(self._names(info, first))

    def info(self, name: str) -> TableInfo:
        """The layout of the joined table; raises FeedError if no file is a table."""
        if not self.infos:
            reason = self.notes[0].removeprefix("left out: ") if self.notes else f"{name}: no file"
            raise FeedError(reason)
        tables = [names for names in self.renamed if names is not None]
        columns = list(dict.fromkeys(new for names in tables for new in names.values()))
        if self.several:
            columns.append(self.file_column)
        if len(columns) > MAX_COLUMNS:
            raise FeedError(
                f"{name}: {len(columns):,} columns in all its files; give files of one kind"
            )
        formats = {info.format for info in self.infos}
        return replace(
            self.infos[0],
            format=formats.pop() if len(formats) == 1 else "several",
            columns=tuple(columns),
            surplus=False,
        )

    @property
    def several(self) -> bool:
        """Whether more than one file is a table."""
        return len(self.infos) > 1

    @property
    def file_column(self) -> str:
        """A name for the file column that no file uses."""
        taken = {new for names in self.renamed if names for new in names.values()}
        name = FILE
        while name in taken:
            name += "_"
        return name

    def told(self) -> tuple[str, ...]:
        """Notes on the files for the user, one sentence each."""
        more = len(self.notes) - MAX_NOTES
        return (*self.notes[:MAX_NOTES], *([f"left out: {more:,} more files"] if more > 0 else []))

    def _names(self, info: TableInfo, first: pa.Table) -> dict[str, str]:
        """The file's columns and their names in the joined table; all domain columns become one."""
        names = dict(zip(info.columns, info.columns, strict=True))
        try:
            domain = guess_column(info.columns, first.slice(0, SAMPLE_ROWS).to_pandas())
        except FeedError:
            return names
        self._domain = self._domain or domain
        if self._domain not in names:
            names[domain] = self._domain
        return names


def rows(
    payloads: Iterator[Payload], survey: Survey, info: TableInfo, open_payload: OpenPayload
) -> Iterator[pa.Table]:
    """The rows of all files, in the joined columns."""
    for payload, names in zip(payloads, survey.renamed, strict=True):
        if names is None:
            continue
        for table in open_payload(payload)[1]:
            table = table.rename_columns([names[name] for name in table.column_names])
            yield _widened(table, info, payload.member if survey.several else None)


def _widened(table: pa.Table, info: TableInfo, member: str | None) -> pa.Table:
    columns = {name: table[name] for name in table.column_names}
    if member is not None:
        columns[info.columns[-1]] = pa.array([member] * len(table), pa.large_string())
    blank = arrow_strings.blank(len(table))
    return pa.table([columns.get(name, blank) for name in info.columns], names=list(info.columns))
