"""Random-looking families whose names depend on a seed in the sample, never on the date.

Endless lists are cut after LIST names if further seeds give further lists.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from itertools import permutations

from dga.generators.family import BADER, MASK32, Family, Names, table

LIST = 10_000
LETTERS = "abcdefghijklmnopqrstuvwxyz"

# Tinba: key, first host, suffixes; only the last letters of the first host matter.
TINBA = (
    ("oGkS3w3sGGOGG7oc", "ssrgwnrmgrxe.com", ("com",)),
    ("jc74FlUna852Ji9o", "blackfreeqazyio.cc", ("com", "net", "in", "ru")),
    ("yqokqFC2TPBFfJcG", "watchthisnow.xyz", ("pw", "us", "xyz", "club")),
    ("j193HsnW72Yqns7u", "j193hsne720uie8i.cc", ("com", "net", "biz", "org")),
)
FOBBER = ((0xC87C8A78, -1719405398, 17, ".net"), (0x851A3E59, -1916503263, 10, ".com"))
SHIOTOB = ("4ypv1eehphg3a.com", "wtipubctwiekhir.net")
SHIOTOB_REACH = 16  # bytes of the buffer that a name of at most 15 characters depends on
DNSCHANGER_SEEDS = 300_000  # samples draw theirs from the first ones
DOWNLOADER_LETTERS = "ddknt"
SHIOTOB_KEYS = "qwertyuiopasdfghjklzxcvbnm123945678"


def dircrypt(_day: dt.date, seed: int) -> Names:
    """8 to 20 letters from a Park-Miller generator."""
    state = seed
    for _ in range(LIST):
        state = _park_miller(state)
        text = ""
        for _ in range(state % 13 + 8):
            state = (16807 * (state % 127773) - 2836 * (state // 127773)) & MASK32
            text += LETTERS[state % 26]
        yield text + ".com"


def ramnit(_day: dt.date, seed: int) -> Names:
    """8 to 19 letters from a Park-Miller generator that is reseeded after each name."""
    state = seed
    for _ in range(LIST):
        first, state = state, _park_miller(state)
        product, text = first * state, ""
        for _ in range(state % 12 + 8):
            state = (16807 * (state % 127773) - 2836 * (state // 127773)) & MASK32
            text += LETTERS[state % 25]
        state = (product + (product >> 32)) & MASK32
        yield text + ".com"


def _park_miller(state: int) -> int:
    return (16807 * (state % 127773) - 2836 * (state // 127773)) & MASK32


def dnschanger(_day: dt.date, seed: int, *, size: int = 5) -> Names:
    """Ten letters from Microsoft's rand(); a sample asks for five names of one seed."""
    state = seed
    for _ in range(size):
        text = ""
        for _ in range(10):
            state = (214013 * state + 2531011) & MASK32
            text += LETTERS[(state >> 16 & 0x7FFF) % 26]
        yield text + ".com"


def fobber(_day: dt.date, seed: int) -> Names:
    """One of the two published lists; a sample asks for the first 300 names."""
    state, increment, length, suffix = FOBBER[seed]
    while True:
        text = ""
        for _ in range(length):
            state = (321167 * state + increment) & MASK32
            state = (state >> 16 | state << 16) & MASK32
            text += LETTERS[(state & 0x17FF) % 26]
        yield text + suffix


def tinba(_day: dt.date, seed: int) -> Names:
    """Twelve letters, each name made from the one before it and a key."""
    if seed < len(TINBA):
        key, host, suffixes = TINBA[seed]
    else:
        key, host = _made_up(seed)
        suffixes = ("com", "net", "in", "ru")
    yield host
    total, last = sum(key.encode()), ord(key[15])
    codes = host.encode()
    for _ in range(LIST // len(suffixes)):
        codes = _tinba_next(codes, total, last)
        text = codes.decode()
        for suffix in suffixes:
            yield f"{text}.{suffix}"
        codes += b"." + suffixes[-1].encode()


def _tinba_next(codes: bytes, total: int, code: int) -> bytes:
    made = bytearray()
    for position in range(12):
        first, second = codes[position], codes[position + 1]
        while True:
            code = ((code + first ^ total & 0xFF) + second) & 0xFF
            if 0x61 < code < 0x7A:
                break
            total += 1
        made.append(code)
    return bytes(made)


def _made_up(seed: int) -> tuple[str, str]:
    """A key and a host, our own, for an unpublished seed."""
    digest = hashlib.md5(str(seed).encode()).hexdigest()
    return digest[:16], digest[16:30] + ".com"


def shiotob(_day: dt.date, seed: int) -> Names:
    """10 to 15 letters and digits, each name made from the one before it; .net and .com in turn."""
    host = SHIOTOB[seed] if seed < len(SHIOTOB) else _made_up(seed)[1]
    for _ in range(LIST):
        yield host
        host = _shiotob_next(host)


def _shiotob_next(host: str) -> str:
    total, length = sum(host[:-3].encode()), len(host) - 4
    codes = list(host.encode().ljust(SHIOTOB_REACH, b"\0"))
    for start in range(SHIOTOB_REACH):
        for step in range(SHIOTOB_REACH - start):
            codes[start + step] ^= (length * codes[step] ^ total) & 0xFF
    wanted = ((codes[2] * length ^ codes[0]) & 0xFF) >> 4
    size = wanted if wanted >= 10 else length
    text = "".join(SHIOTOB_KEYS[code >> 3] for code in codes[:size])
    return text + (".com" if host.endswith(".net") else ".net")


def ramdo(_day: dt.date, seed: int) -> Names:
    """Sixteen letters under .org; even letters only, because every step doubles the state."""
    for number in range(LIST):
        step = 2 * seed * (number + 1)
        state = step ^ 26 * seed * number
        text = ""
        for position in range(16):
            state &= MASK32
            text += LETTERS[state % 26]
            state += state ^ step * position * position * 26
        yield text + ".org"


def unnamed_downloader(_day: dt.date, _seed: int) -> Names:
    """The sixty ways to order five letters, under github.io."""
    for letters in sorted(set(permutations(DOWNLOADER_LETTERS))):
        yield "".join(letters) + ".github.io"


FAMILIES = table(
    Family(
        "unnamed_downloader",
        "random",
        "five letters in every order, github.io",
        BADER + "/tree/master/unnamed_downloader",
        unnamed_downloader,
        period=0,
    ),
    Family(
        "dircrypt",
        "random",
        "letters from a seeded Park-Miller generator, .com",
        "https://johannesbader.ch/2015/03/the-dga-of-dircrypt/",
        dircrypt,
        (0x72113C2B,),
        period=0,
        open_seeds=True,
    ),
    Family(
        "ramnit",
        "random",
        "letters a to y from a seeded, reseeding Park-Miller generator, .com",
        "https://johannesbader.ch/2014/12/the-dga-of-ramnit/",
        ramnit,
        (
            0xEF214BBF,
            0x28488EEA,
            0x4BFCBC6A,
            0x79159C10,
            0x92F4BE35,
            0x4302C04A,
            0x52278648,
            0x9753029A,
        ),
        period=0,
        open_seeds=True,
    ),
    Family(
        "dnschanger",
        "random",
        "ten letters from Microsoft's rand(), .com",
        "https://johannesbader.ch/2016/01/the-dga-in-alureon-dnschanger/",
        dnschanger,
        (0x1554D,),
        period=0,
        open_seeds=True,
        guessable_seeds=range(DNSCHANGER_SEEDS),
    ),
    Family(
        "fobber",
        "random",
        "17 letters .net or 10 letters .com, two fixed lists",
        BADER + "/tree/master/fobber",
        fobber,
        (0, 1),
        period=0,
    ),
    Family(
        "tinba",
        "random",
        "twelve letters chained from a key; hosts of unpublished seeds are ours",
        "https://garage4hackers.com/entry.php?b=3086",
        tinba,
        (0, 1, 2, 3),
        period=0,
        open_seeds=True,
    ),
    Family(
        "shiotob",
        "random",
        "letters and digits chained from a first host; hosts of unpublished seeds are ours",
        "https://johannesbader.ch/2015/01/the-dga-of-shiotob/",
        shiotob,
        (0, 1),
        period=0,
        open_seeds=True,
    ),
    Family(
        "ramdo",
        "random",
        "sixteen even letters, .org",
        BADER + "/tree/master/ramdo",
        ramdo,
        (0xD5FFF,),
        period=0,
        open_seeds=True,
    ),
)
