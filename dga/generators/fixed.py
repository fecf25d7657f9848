"""Random-looking families whose names depend on a seed in the sample, never on the date.

Lists that the malware would continue without end are cut after LIST names.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from dga.generators.family import BADER, MASK32, Family, Names, table

LIST = 1_000
LETTERS = "abcdefghijklmnopqrstuvwxyz"

# Tinba: key, first host, suffixes; the last letters of the first host's name are what counts.
TINBA = (
    ("oGkS3w3sGGOGG7oc", "ssrgwnrmgrxe.com", ("com",)),
    ("jc74FlUna852Ji9o", "blackfreeqazyio.cc", ("com", "net", "in", "ru")),
    ("yqokqFC2TPBFfJcG", "watchthisnow.xyz", ("pw", "us", "xyz", "club")),
    ("j193HsnW72Yqns7u", "j193hsne720uie8i.cc", ("com", "net", "biz", "org")),
)
FOBBER = ((0xC87C8A78, -1719405398, 17, ".net"), (0x851A3E59, -1916503263, 10, ".com"))
SHIOTOB_REACH = 16  # bytes of the buffer that a name of at most 15 characters depends on
SHIOTOB_KEYS = "qwertyuiopasdfghjklzxcvbnm123945678"
KRAKEN_ZONES = ("dyndns.org", "yi.org", "dynserv.com", "mooo.com")
KRAKEN_SEEDS = ((-0x0FCFBF88, 0x8924541), (-0x1FCFBF87, 0x7924542))  # (even, odd) names


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
    """300 names of one of the two published versions."""
    state, increment, length, suffix = FOBBER[seed]
    for _ in range(300):
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
    """A key and a host of our own for a seed that nobody published."""
    digest = hashlib.md5(str(seed).encode()).hexdigest()
    return digest[:16], digest[16:30] + ".com"


def shiotob(_day: dt.date, seed: int) -> Names:
    """10 to 15 letters and digits, each name made from the one before it; .net and .com in turn."""
    host = "4ypv1eehphg3a.com" if seed == 0 else _made_up(seed)[1]
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


def kraken(_day: dt.date, seed: int) -> Names:
    """Kraken's first DGA: 6 to 11 letters under free dynamic-DNS zones."""
    even, odd = KRAKEN_SEEDS[seed]
    for number in range(1_000_015, 1_000_015 + 10 * LIST):
        zone = KRAKEN_ZONES[number % 4]
        scaled = _ninth(number * (number + 7) * (number + 12))
        yield _kraken_name(scaled + number * (number + 1) + even) + "." + zone
        scaled = _ninth((number + 2) * (number + 7) * number)
        yield _kraken_name(scaled + (number * 3 + 1) * number + odd) + "." + zone


def _ninth(value: int) -> int:
    """A ninth of a value taken as a signed 32-bit number, rounded towards zero."""
    value &= MASK32
    return int((value - (value >> 31 << 32)) / 9.0)


def _kraken_name(state: int) -> str:
    drawn = []
    for _ in range(3):
        state = (1103515245 * state + 12435) & MASK32
        drawn.append(state >> 8 & 0x7FFF)
    text = ""
    for _ in range((drawn[0] * drawn[1] - drawn[2]) % 6 + 6):
        state = (1103515245 * state + 12435) & MASK32
        text += LETTERS[(state >> 8 & 0x7FFF) % 26]
    return text


FAMILIES = table(
    Family("dircrypt", "random", "letters from a seeded Park-Miller generator, .com",
           "https://johannesbader.ch/2015/03/the-dga-of-dircrypt/", dircrypt, period=0, open_seeds=True),
    Family("ramnit", "random", "letters a to y from a seeded, reseeding Park-Miller generator, .com",
           "https://johannesbader.ch/2014/12/the-dga-of-ramnit/", ramnit,
           (0xEF214BBF, 0x28488EEA, 0x4BFCBC6A, 0x79159C10, 0x92F4BE35, 0x4302C04A, 0x52278648, 0x9753029A),
           period=0, open_seeds=True),
    Family("dnschanger", "random", "ten letters from Microsoft's rand(), .com",
           "https://johannesbader.ch/2016/01/the-dga-in-alureon-dnschanger/", dnschanger, period=0, open_seeds=True),
    Family("fobber", "random", "17 letters .net or 10 letters .com, two fixed lists", BADER + "/tree/master/fobber",
           fobber, (0, 1), period=0),
    Family("tinba", "random", "twelve letters chained from a key; hosts of unpublished seeds are ours",
           "https://garage4hackers.com/entry.php?b=3086", tinba, (0, 1, 2, 3), period=0, open_seeds=True),
    Family("shiotob", "random", "letters and digits chained from a first host; hosts of unpublished seeds are ours",
           "https://johannesbader.ch/2015/01/the-dga-of-shiotob/", shiotob, period=0, open_seeds=True),
    Family("ramdo", "random", "sixteen even letters, .org", BADER + "/tree/master/ramdo", ramdo, (0xD5FFF,),
           period=0, open_seeds=True),
    Family("kraken", "random", "6 to 11 letters under free dynamic-DNS zones (first version)",
           "https://johannesbader.ch/2015/12/krakens-two-domain-generation-algorithms/", kraken, (0, 1), period=0),
)
