"""What is said to look like a popular name, and what is not."""

from __future__ import annotations

import pyarrow as pa
import pytest

from dga.names import arrow_strings, look_alikes

CASES = {
    "paypa1.com": "looks like paypal.com, one edit from it",
    "rnicrosoft.com": "looks like microsoft.com",
    "rnicr0s0ft.net": "looks like microsoft.com",
    "faceb00k.co.uk": "looks like facebook.com",
    "gogole.com": "one edit from google.com",
    "netfllix.com": "one edit from netflix.com",
    "instagrm.com": "one edit from instagram.com",
    "wellsfargoo.com": "one edit from wellsfargo.com",
    "americanxpres.com": "two edits from americanexpress.com",
    "paypal-login.com": "paypal.com with something added",
    "secure-netflix.com": "netflix.com with something added",
    "microsoftsupport.com": "microsoft.com with something added",
    "login-dropbox-files.com": "dropbox.com with something added",
}
PLAIN = (
    "google.com",
    "google.de",
    "paypal.com",
    "appletree.com",
    "example.com",
    "chess.com",
    "amazonia.org.br",
    "xjpwkqzvbnt.ru",
    "a.com",
    "co.uk",
    "pineapple.com",
)


@pytest.mark.parametrize(("name", "said"), CASES.items())
def test_a_look_alike_is_told_with_what_it_looks_like(name: str, said: str) -> None:
    assert look_alikes.remark(name) == said


@pytest.mark.parametrize("name", [*PLAIN, ""])
def test_other_names_get_no_remark(name: str) -> None:
    assert look_alikes.remark(name) == ""


def test_a_column_gets_what_each_name_gets_alone() -> None:
    swapped = ["vv1kipedia.org", "rnicros0ft.co.uk", "clr0pbox.com", "paypa1.duckdns.org", "g00g1e"]
    for names in ([*CASES, *PLAIN, *swapped, ""], ["a.com"], [""]):
        many = names * arrow_strings.ONE_BY_ONE
        column = look_alikes.remarks(pa.array(many, pa.large_string()))
        assert column.to_pylist() == [look_alikes.remark(name) for name in many]


def test_no_edit_is_overlooked_in_a_column() -> None:
    labels = list(look_alikes._index().names)
    edited = [
        changed
        for label in labels
        for at in range(len(label))
        for changed in (
            label[:at] + label[at + 1 :],
            f"{label[:at]}q{label[at:]}",
            f"{label[:at]}z{label[at + 1 :]}",
            label[:at] + label[at : at + 2][::-1] + label[at + 2 :],
            f"{label[1:at]}-{label[at:]}",
        )
    ]
    names = [f"{label}.com" for label in dict.fromkeys(filter(None, edited))]
    column = look_alikes.remarks(pa.array(names, pa.large_string()))
    alone = [look_alikes.remark(name) for name in names]
    assert column.to_pylist() == alone
    assert sum(map(bool, alone)) > len(names) / 2


def test_no_label_of_look_alike_characters_is_overlooked_in_a_column() -> None:
    swapped = str.maketrans("oleasbtg", "01345679")
    names = [f"{label.translate(swapped)}.com" for label in look_alikes._index().names]
    names += [name.replace("m", "rn") for name in names]
    column = look_alikes.remarks(pa.array(names, pa.large_string()))
    alone = [look_alikes.remark(name) for name in names]
    assert column.to_pylist() == alone
    assert sum(map(bool, alone)) > len(names) / 2


def test_no_popular_name_is_a_look_alike() -> None:
    popular = look_alikes._index().names.values()
    assert [name for name in popular if look_alikes.remark(name)] == []
