"""What words have in common, in two languages, and what is forgiven."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.search.text.loanwords import loan_key
from services.catalog.search.text.stems import stems
from services.catalog.search.text.terms import terms
from services.catalog.search.text.thesaurus import alike
from services.catalog.search.text.typos import may_be_mistyped, one_slip_away
from services.catalog.search.text.words import code, codes_in, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("merakit", "perakitan"),
        ("memasang", "pemasangan"),
        ("memasak", "masak"),
        ("mengelas", "las"),
        ("pengelasan", "las"),
        ("pemrograman", "program"),
        ("penjahit", "menjahit"),
        ("memotong", "potong"),
        ("menulis", "penulisan"),
        ("menyapu", "sapu"),
        ("perawat", "rawat"),
        ("pengecatan", "cat"),
        ("designing", "designs"),
        ("cooked", "cooking"),
    ],
)
def test_words_of_one_root_share_a_stem(one: str, other: str) -> None:
    assert set(stems(one)) & set(stems(other))


@pytest.mark.parametrize(
    ("one", "other"), [("las", "kelas"), ("mesin", "mesir"), ("roti", "rotan")]
)
def test_words_of_different_roots_share_none(one: str, other: str) -> None:
    assert not set(stems(one)) & set(stems(other))


@pytest.mark.parametrize(
    ("english", "indonesian"),
    [
        ("optic", "optik"),
        ("photography", "fotografi"),
        ("graphics", "grafik"),
        ("administration", "administrasi"),
        ("electronics", "elektronika"),
        ("logistics", "logistik"),
        ("computer", "komputer"),
    ],
)
def test_an_international_word_is_known_in_the_other_languages_spelling(
    english: str, indonesian: str
) -> None:
    assert loan_key(english) == loan_key(indonesian) is not None


def test_words_are_alike_in_every_form_of_their_letters() -> None:
    assert words("CAFÉ Ｃａｆé cafe\u0301") == ["cafe"] * 3
    assert words("C++, C# & Straße-Bau") == ["c++", "c#", "strasse", "bau"]
    assert words("\u2028 … —") == []


def test_codes_are_known_however_their_parts_are_set_apart() -> None:
    assert code("C.24LAS01.001.1") == code("c 24las01-001/1") == "c24las010011"
    assert list(codes_in("Sesuai (C.24LAS01.001.1), ISO-9001; tatap-muka dan 3G.")) == [
        "c24las010011",
        "iso9001",
    ]


def test_the_thesaurus_is_found_by_other_forms_of_its_words() -> None:
    assert ("cookery",) in alike(["masak"])
    assert ("heavy", "equipment") in alike(["alat", "berat"])
    assert ("excavator",) in alike(["alat", "berat"])
    assert ("forklift",) not in alike(["excavator"]), "a kind does not stand for another kind"
    assert alike(["tidakada"]) == ()


def test_one_slip_reaches_each_of_the_four_slips_and_not_two() -> None:
    near = set(one_slip_away("desain"))
    assert {"desai", "desaain", "disain", "dseain"} <= near
    assert "diseain" not in near
    assert not any(map(may_be_mistyped, ["las", "3d", "cnc", "k3", "smaw3"]))


@given(st.text(max_size=200))
def test_any_text_is_analysed(text: str) -> None:
    found = words(text)
    assert all(word and not word.isspace() for word in found)
    assert "  " not in terms(found)
    assert terms(words(text.upper().lower())) == terms(words(text.upper().lower()))
    assert all(stems(word) for word in found)
