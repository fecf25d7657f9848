"""The generators against published names, and what `generate` promises of every family."""

from __future__ import annotations

import datetime as dt
from itertools import islice
from typing import get_args

import pytest

from dga.errors import GeneratorError
from dga.generators import FAMILIES, Kind, generate, pykspa_seeds
from dga.names import parse

ANY_DAY = dt.date(2015, 1, 1)
FEW = {"unnamed_downloader": 60}  # all the names of a family that has few

# Family, day, seed and first names, as write-ups and the reimplementations' documentation and
# tests show them (J. Bader's blog and repository, P. Chaignon's dga-collection, 360 Netlab). Where
# the documentation leaves the day out, it is the day within the family's years that fits.
PUBLISHED = [
    ("banjori", ANY_DAY, 0, "earnestnessbiophysicalohax.com kwtoestnessbiophysicalohax.com"),
    ("chinad", dt.date(2017, 1, 13), 0, "8f6bacmw30xxv6sc.cn 486txu3yjly0xcmz.ru"),
    ("corebot", dt.date(2015, 9, 8), 0x1DB98930, "lkhylm0mhyfuhg.ddns.net"),
    ("cryptolocker", dt.date(2013, 12, 19), 0, "sljjjupfgagolpg.ru vxagtvsyqxtrfcm.com"),
    ("dircrypt", ANY_DAY, 0x72113C2B, "rauggyguyp.com llullzza.com mluztamhnngwgh.com"),
    ("dnschanger", ANY_DAY, 0x1554D, "aktklyvbiu.com zgimjzlnrl.com tcfejerekw.com"),
    ("fobber", ANY_DAY, 0, "vhkintjtksyxgjrzz.net btpnxlsfdqbhzazyx.net"),
    ("gozi", dt.date(2016, 3, 28), 0, "quodpresidentemaxsagit.com pertantumfitusu.com"),
    ("gameover", dt.date(2015, 8, 31), 0, "xzz3ug32bale1uo60y7xj6rge.com"),
    ("kraken", dt.date(2015, 12, 23), 0, "xpdbwuimwag.com nwpegpjtx.com smmyuhxlt.net"),
    ("kraken", ANY_DAY, 4, "ibbwnhgh.mooo.com rbqdxflojkj.mooo.com smhburg.dyndns.org"),
    ("monerodownloader", dt.date(2020, 1, 12), 0, "31b4bd31fg1x2.org 3f8c8079fd4c5.org"),
    (
        "murofet",
        dt.date(2015, 9, 1),
        0,
        "giywswshrgxcvoqgvrkthmfa.ru xaiqpbprgymbvrwmzgiyprgdsk.com",
    ),
    ("murofet", dt.date(2015, 8, 28), 1, "nxlya47huo61czerb18o51e11d30i55gycwe31lx.ru"),
    ("murofet", dt.date(2015, 9, 3), 2, "cmqvvxtppnibli.biz cmqvvxtppnibli.com"),
    ("necurs", dt.date(2015, 2, 19), 9, "boymlujtgp.nu ybynentfsjvmsgtktcoog.im"),
    ("nymaim", dt.date(2018, 2, 24), 0, "oftbpec.com lotmpwyk.info"),
    ("nymaim2", dt.date(2018, 4, 29), 0, "surfaces-drawing.com unitsknowledge.com stops-hash.id"),
    ("padcrypt", dt.date(2016, 3, 6), 0, "elkfcfnacacmofdf.com mkmeeefncfnfdmbm.de"),
    ("pitou", dt.date(2019, 4, 9), 0xDAFE02C, "koohoavab.net koohoavac.net koohoavad.net"),
    ("pizd", dt.date(2015, 9, 7), 0, "difficultnearly.net dollarnearly.net"),
    ("proslikefan", dt.date(2016, 6, 17), 0, "flarvcpk.eu stjneohiod.biz vcevvkc.se"),
    ("pushdo", dt.date(2019, 12, 6), 0, "weafokuggeir.kz sictemuborug.kz"),
    ("pykspa", dt.date(2015, 2, 25), 0, "ejtuxsflbknn.net"),
    ("pykspa", dt.date(2015, 2, 16), 0, "wrthooba.info asgwkyaioy.com nazihzsljevt.net"),
    ("pykspa", dt.date(2015, 8, 31), 2, "llfwhgn.com guqqkaiq.biz wctymo.net oruhbanansnan.cc"),
    ("qadars", dt.date(2016, 3, 30), 0x89F5, "jk9enwhansl2.org"),
    ("qakbot", dt.date(2016, 2, 21), 0, "bqkrtxgkmriwsiwcngtivpx.info"),
    ("qsnatch", dt.date(2019, 11, 11), 0, "t2q2r.cf gc9nz.tk 07tvvc.com 6zltf.rocks"),
    ("qsnatch", dt.date(2019, 11, 11), 1, "t2q2rsazo1.cf gc9nzfb.tk"),
    ("ramnit", ANY_DAY, 0x79159C10, "knpqxlxcwtlvgrdyhd.com nvlyffua.com hgyudheedieibxy.com"),
    ("ranbyus", dt.date(2015, 5, 19), 0x65BA0743, "hcfoopojnuqxho.su undrdsbhivryqn.tw"),
    ("ranbyus", dt.date(2015, 9, 25), 0x0F0D5BFA, "jxbdxeyxttdmcjagi.me iqmadgybfhnrssadm.cc"),
    ("shiotob", ANY_DAY, 1, "wtipubctwiekhir.net rwmu35avqo12tqc.com rskb5bsfhm2fk5h.net"),
    ("simda", ANY_DAY, 0, "gatyfus.com lyvyxor.com vojyqem.com"),
    ("sisron", dt.date(2016, 6, 2), 0, "mdiwnjiwmtya.com"),
    ("suppobox", dt.date(2012, 2, 1), 1, "sickhurry.net cloudhope.net darkhope.net milkwild.net"),
    ("suppobox", dt.date(2012, 3, 27), 2, "mariabellachauncey.net alexandrinagretchen.net"),
    ("symmi", dt.date(2015, 12, 20), 42, "veeswaehsisa.ddns.net uhbacoinm.ddns.net"),
    ("tinba", ANY_DAY, 1, "blackfreeqazyio.cc nvfowikhevmy.com nvfowikhevmy.net"),
    ("unnamed_downloader", ANY_DAY, 0, "ddknt.github.io ddktn.github.io dkntd.github.io"),
    ("unnamed_javascript_dga", dt.date(2015, 11, 26), 0, "rxxeqcoy.cc kmymbyzd.co cfukbzbmg.eu"),
    ("vawtrak", ANY_DAY, 0x5884C3C4, "usahwutle.com folocnam.com"),
    ("zloader", dt.date(2020, 4, 24), 0, "gdurfdsywubjaaqcqhrh.com vudktykcecigekhtwwqn.com"),
]


@pytest.mark.parametrize(("family", "day", "seed", "names"), PUBLISHED)
def test_published_names_turn_up(family: str, day: dt.date, seed: int, names: str) -> None:
    made = set(islice(FAMILIES[family].function(day, seed), 2_048))
    assert set(names.split()) <= made


@pytest.mark.parametrize("number", [790, 1_299, 16_500, 22_999])
def test_tabled_seeds_of_pykspa_are_the_derived_ones(number: int) -> None:
    tabled = pykspa_seeds.seed_of_period if number < 2_000 else pykspa_seeds.seed_of_day
    assert pykspa_seeds._tabled(int(number > 2_000), 0)
    assert tabled(number) == pykspa_seeds.derive(number)
    assert pykspa_seeds.seed_of_period(5) == pykspa_seeds.derive(5)  # long before the table


def test_there_are_enough_families_of_every_kind() -> None:
    kinds = [family.kind for family in FAMILIES.values()]
    assert len(kinds) >= 16
    assert min(kinds.count(kind) for kind in get_args(Kind)) >= 3


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_says_what_it_is_and_where_it_comes_from(name: str) -> None:
    family = FAMILIES[name]
    assert family.name == name
    assert family.about
    assert family.source.startswith("https://")


@pytest.mark.parametrize("name", FAMILIES)
def test_names_are_distinct_many_and_the_same_again(name: str) -> None:
    count = FEW.get(name, 700)
    made = generate(name, count)
    assert len(set(made)) == count
    assert generate(name, count) == made
    assert generate(name, 50) == made[:50]


@pytest.mark.parametrize("name", FAMILIES)
def test_names_are_domains_that_can_be_registered(name: str) -> None:
    parsed = parse.parse_many(generate(name, FEW.get(name, 200)))
    # Necurs has names under .bit too, which is no top-level domain of ICANN's.
    assert {row.problem for row in parsed if not row.given.endswith(".bit")} == {None}
    assert all(row.domain == row.given for row in parsed)


@pytest.mark.parametrize(
    "day", [dt.date(1999, 12, 31), dt.date(2024, 2, 29), dt.date(9999, 12, 31)]
)
@pytest.mark.parametrize("name", FAMILIES)
def test_every_date_makes_names(name: str, day: dt.date) -> None:
    assert next(iter(FAMILIES[name].function(day, FAMILIES[name].seeds[0])))


@pytest.mark.parametrize("name", [name for name in FAMILIES if FAMILIES[name].period])
def test_a_later_date_makes_other_names(name: str) -> None:
    assert generate(name, 100) != generate(name, 100, date=dt.date(2026, 6, 17))


@pytest.mark.parametrize("name", [name for name in FAMILIES if FAMILIES[name].open_seeds])
def test_another_seed_makes_other_names(name: str) -> None:
    assert generate(name, 100, seed=4_711) != generate(name, 100, seed=4_712)


def test_published_seeds_take_turns() -> None:
    seeds = FAMILIES["ramnit"].seeds
    firsts = [generate("ramnit", 1, seed=seed)[0] for seed in seeds]
    assert generate("ramnit", len(seeds)) == firsts


def test_a_family_goes_on_over_days_and_seeds() -> None:
    assert len(generate("padcrypt", 3_000)) == 3_000  # 96 a day
    assert len(generate("dnschanger", 3_000)) == 3_000  # five a seed


def test_a_short_list_says_how_long_it_is() -> None:
    with pytest.raises(GeneratorError, match="only 32768 distinct names"):
        generate("suppobox", 32_769, seed=0)


@pytest.mark.parametrize(
    ("family", "count", "seed", "message"),
    [
        ("conflicker", 10, None, "no generator for 'conflicker'; choose bamital, banjori"),
        ("necurs", 0, None, "count must be from 1 to 1000000, got 0"),
        ("necurs", 1_000_001, None, "count must be from 1 to 1000000, got 1000001"),
        ("fobber", 10, 2, "fobber has no seed 2; its seeds are 0, 1"),
        ("ramnit", 10, -1, "a seed must be from 0 to 4294967295, got -1"),
    ],
)
def test_what_cannot_be_made_is_said(
    family: str, count: int, seed: int | None, message: str
) -> None:
    with pytest.raises(GeneratorError, match=message):
        generate(family, count, seed=seed)
