"""The generators against published names, and what `generate` promises of every family."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import islice
from typing import get_args

import pytest

from dga import domains
from dga.errors import GeneratorError
from dga.generators import FAMILIES, Kind, generate

ANY_DAY = dt.date(2015, 1, 1)

# family, day, seed, names that the write-up or the reimplementation's documentation shows.
PUBLISHED = [
    ("banjori", ANY_DAY, 0, "earnestnessbiophysicalohax.com kwtoestnessbiophysicalohax.com"),
    ("dircrypt", ANY_DAY, 0x72113C2B, "rauggyguyp.com llullzza.com mluztamhnngwgh.com"),
    ("dnschanger", ANY_DAY, 0x1554D, "aktklyvbiu.com zgimjzlnrl.com tcfejerekw.com"),
    ("kraken", ANY_DAY, 4, "ibbwnhgh.mooo.com rbqdxflojkj.mooo.com smhburg.dyndns.org"),
    ("padcrypt", dt.date(2016, 3, 6), 0, ""),
]
