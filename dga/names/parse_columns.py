"""Parse columns of texts: the results of `dga.names.parse`, computed for many texts at once.

Plain host names, the bulk of most lists, are split by arithmetic on their bytes. All other texts go
to `parse.parse`, each distinct one once. Both paths give the same results.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dga.names import arrow_strings, lookups, parse, public_suffix
from dga.names.byte_slices import Places
from dga.names.parse import Parsed

# A name that `parse.normalise` only lowers and strips of a final dot.
_PLAIN = rf"{parse.PLAIN}\.?"
_DEFANGED = "hxxp"  # `parse.refang` changes texts that start so
_DOT, _UNDERSCORE = ord("."), ord("_")

Mask = npt.NDArray[np.bool_]


class ParsedColumn:
    """The parsed column: columns with one text per row, "" for none.

    `registered_name` and `domain` are "" where there is a `problem`.
    """

    def __init__(self, texts: pa.LargeStringArray) -> None:
        self._hosts = Hosts(pc.ascii_lower(texts))
        starts = self._hosts.registered_starts()
        self._careful = starts == self._hosts.ends
        self._plain = arrow_strings.cut(self._hosts.data, starts, self._hosts.ends - starts)
        odd = texts.filter(arrow_strings.mask_of(self._careful)).dictionary_encode()
        self._parsed = [parse.parse(text) for text in odd.dictionary.to_pylist()]
        self._places = odd.indices

    @cached_property
    def registered_name(self) -> pa.LargeStringArray:
        """The registered names."""
        return self._with(self._plain, lambda parsed: parsed.registered_name)

    @cached_property
    def host(self) -> pa.LargeStringArray:
        """The normalised host names, including those that nobody registers (`printer.local`)."""
        return self._hosts_with(lambda parsed: parsed.domain)

    @cached_property
    def domain(self) -> pa.LargeStringArray:
        """The normalised host names."""
        return self._hosts_with(lambda parsed: None if parsed.problem else parsed.domain)

    @cached_property
    def problem(self) -> pa.LargeStringArray:
        """The problems."""
        blank = arrow_strings.blank(len(self._careful))
        return self._with(blank, lambda parsed: parsed.problem)

    def _hosts_with(self, told: Callable[[Parsed], str | None]) -> pa.LargeStringArray:
        hosts = self._hosts
        plain = arrow_strings.cut(hosts.data, hosts.starts, hosts.ends - hosts.starts)
        return self._with(plain, told)

    def _with(
        self, plain: pa.LargeStringArray, told: Callable[[Parsed], str | None]
    ) -> pa.LargeStringArray:
        """The results for plain rows, merged with the careful parser's results for the others."""
        if not self._parsed:
            return plain
        found = arrow_strings.column_of([told(parsed) or "" for parsed in self._parsed])
        return pc.replace_with_mask(
            plain, arrow_strings.mask_of(self._careful), found.take(self._places)
        )


class Hosts:
    """Lower-case texts as bytes, with the positions of their dots; one final dot is left out.

    `starts`, `ends`: the position of each text in `data`; `labels`: its number of labels (texts,).
    """

    def __init__(self, lowered: pa.LargeStringArray) -> None:
        self.texts = lowered
        self.data, places = arrow_strings.view(lowered)
        dots = np.flatnonzero(self.data == _DOT)
        before = np.searchsorted(dots, places)
        self.starts, self.ends = places[:-1], places[1:].copy()
        filled = self.ends > self.starts
        rooted = np.zeros(len(lowered), dtype=np.int64)
        rooted[filled] = self.data[self.ends[filled] - 1] == _DOT
        self.ends -= rooted
        self._dots = np.append(dots, 0)  # a sentinel, so that each index has a value
        self._behind = before[1:] - rooted
        self.labels = self._behind - before[:-1] + 1

    def registered_starts(self) -> Places:
        """Where the registered name of each plain text starts; the text's end if it has none."""
        starts = self.ends.copy()
        rows = np.flatnonzero(self.plain())
        labels = self.labels[rows]

        def endings(found: Places, depth: int) -> pa.LargeStringArray:
            at = self._ending_starts(rows[found], depth)
            return arrow_strings.cut(self.data, at, self.ends[rows[found]] - at)

        public = public_suffix.count_public_labels(labels, endings)
        registered = labels > public
        rows, public = rows[registered], public[registered]
        starts[rows] = self._ending_starts(rows, public + 1)
        return starts

    def plain(self) -> Mask:
        """Which texts are host names that only need lowering (texts,)."""
        plain = arrow_strings.matches(self.texts, _PLAIN)
        defanged = arrow_strings.flags_of(pc.starts_with(self.texts, _DEFANGED))
        found = plain & ~defanged & (self.ends - self.starts <= parse.MAX_NAME)
        found[self._looked_up(found)] = False
        return found

    def _looked_up(self, plain: Mask) -> Places:
        """The rows of plain names that machines look up but nobody registers."""
        at = np.flatnonzero(self.data == _UNDERSCORE)
        scored = np.searchsorted(self.starts, at, side="right") - 1
        scored = scored[np.diff(scored, prepend=-1) > 0]  # np.unique would import numpy.ma
        asking = np.flatnonzero(plain & (self.labels >= lookups.ADDRESS_LABELS))
        asking = asking[self.data[self.starts[asking]] <= ord("9")]
        services = self._matching(scored[plain[scored]], lookups.SERVICE)
        return np.concatenate([services, self._matching(asking, lookups.ADDRESS_QUERY)])

    def _matching(self, rows: Places, pattern: str) -> Places:
        if not len(rows):
            return rows
        texts = self.texts.take(arrow_strings.numbers_of(rows))
        return rows[arrow_strings.flags_of(pc.match_substring_regex(texts, pattern))]

    def _ending_starts(self, rows: Places, labels: Places | int) -> Places:
        """Where the last `labels` labels of some texts start; each text has at least that many."""
        whole = self.labels[rows] == labels
        return np.where(whole, self.starts[rows], self._dots[self._behind[rows] - labels] + 1)
