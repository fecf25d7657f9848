"""Families whose names change at several intervals at once, from an hour to two weeks."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re

from dga.generators.family import DAY, Family, Names, midnight, table

HOUR = 3_600  # seconds
QSNATCH_SEED = "IbjGOEgnuD"
QSNATCH_SUFFIXES = re.findall(
    r"[\w.]+",
    "cf tk com ml de rocks mx biz net cn ga gq org top nl men ws se info xyz today ru ec co ee rs "
    "com.sv com.cy co.zw kg com.ge tl name tw lv bs li ng ae bt tv pe uz me gy am kr by fr com.uy "
    "com.lb com.br vu hk in re ch af com.ps ug dz pro co.th sg cd so mo co.id co.il com.do ke cx "
    "ro id pm hm vg az com.eg bz su com.ar gg com.lr pa com.ve al fm to mu co.ck pk co.rs cw nr gd "
    "gl ac lk md fi sx lc es cc cm la co.za je cz jp ai pw bg nu ag bm eu com.my sc ax wf ly qa vn "
    "aq mobi com.tr com.ua com.py hk.org south.am com.kh co.zm ru.net com.km tt kn co.ls co.fk "
    "uy.com com.gu com.bn com.pf com.fj",
)
QSNATCH_LATER_SUFFIXES = re.findall(
    r"[\w.]+",
    "cf tk ml ga gq com biz org de rocks mx cn top nl men ws se info xyz net today ru fi name to "
    "in com.ua vg vn cd",
)
QSNATCH_LONGER = frozenset({"com", "net", "org"})  # a character more under these
QSNATCH_CLOCKS = (15 * DAY, 5 * DAY, DAY, 8 * HOUR, 2 * HOUR, HOUR)
QSNATCH_CODES = str.maketrans("-+/", "abc")


def qsnatch(day: dt.date, seed: int) -> Names:
    """Every name of a day: three to six characters, or six to ten in the later version (seed 1).

    The first version asks for its names of 15 days, of 5, of one, and then of parts of the day.
    """
    start = midnight(day)
    if seed:
        for suffix in QSNATCH_LATER_SUFFIXES:
            text = _qsnatch_text(start // (15 * DAY), suffix)
            yield from (f"{text[:size]}.{suffix}" for size in range(6, 11))
        return
    for clock in QSNATCH_CLOCKS:
        for number in range(start // clock, (start + DAY - 1) // clock + 1):
            texts = {suffix: _qsnatch_text(number, suffix) for suffix in QSNATCH_SUFFIXES}
            for size in (5, 3, 4):
                for suffix, text in texts.items():
                    yield f"{text[: size + (suffix in QSNATCH_LONGER)]}.{suffix}"


def _qsnatch_text(number: int, suffix: str) -> str:
    digest = hashlib.sha1(f"{number}{QSNATCH_SEED}{suffix}\n".encode()).digest()
    return base64.b64encode(digest).decode().lower().translate(QSNATCH_CODES)


FAMILIES = table(
    Family(
        "qsnatch",
        "random",
        "three to ten letters and digits, by hour to 15 days; such short names collide with others",
        "https://johannesbader.ch/blog/the-dga-of-qsnatch/",
        qsnatch,
        (0, 1),
    ),
)
