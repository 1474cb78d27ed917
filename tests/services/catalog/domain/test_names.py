"""Which names are the same."""

from __future__ import annotations

import pytest

from chassis.problems import ValidationFailed
from services.catalog.domain.names import check_letters, name_key

NAME = "Balai Latihan Kerja Fatmawati"


@pytest.mark.parametrize(
    "same",
    [
        NAME.upper(),
        NAME.lower(),
        "Balai  Latihan\u00a0Kerja \u3000 Fatmawati",
        "Ｂａｌａｉ Latihan Kerja Fatmawati",
        "Balai Latihan Kerja Fatmawati\ufe0f",
        "Balai Latihan Kerja Fatmawati.",
        "«Balai Latihan Kerja Fatmawati» !",
        "Balai\u034f Latihan Ker\u00adja \u3164Fatmawati\U000e0100",
    ],
    ids=[
        "capitals",
        "small letters",
        "other spaces",
        "full-width letters",
        "unseen",
        "a point after it",
        "quotation marks",
        "more unseen",
    ],
)
def test_names_with_the_same_letters_are_the_same(same: str) -> None:
    assert name_key(same) == name_key(NAME)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kursus Ｃａｆé", "KURSUS CAFE\u0301"),
        ("Pro\ufb01", "PROFI"),
        ("Straße", "STRASSE"),
        ("\u0390", "\u03b9\u0308\u0301"),
        ("\u0390", "\u03aa\u0301"),
        ("LPK №1", "lpk no1"),
    ],
)
def test_names_are_compared_in_one_form_of_unicode(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    "other",
    [
        "Balai Latihan Kerja Fatmawati 2",
        "Balai Latihan Kerja, Fatmawati",
        "Balai LatihanKerja Fatmawati",
        "Balai Latihan Kerja Fátmawati",
        "Вalai Latihan Kerja Fatmawati",
    ],
    ids=["a number", "a comma", "one word less", "an accent", "a Cyrillic letter"],
)
def test_names_that_differ_in_a_letter_or_a_sign_are_different(other: str) -> None:
    assert name_key(other) != name_key(NAME)


@pytest.mark.parametrize(
    "name",
    ["Вalai Latihan Kerja", "LPK Μaju", "ԼPK Maju", "ᎪLPHA", "LPK Ｍаju", "СЕКОЛАХ"],
    ids=["Cyrillic", "Greek", "Armenian", "Cherokee", "Cyrillic beside full-width", "all Cyrillic"],
)
def test_letters_that_look_like_latin_ones_are_in_no_name(name: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        check_letters(name)
    assert [error.pointer for error in refused.value.errors] == ["/name"]


@pytest.mark.parametrize(
    "name",
    [
        "LPK Maju",
        "Kursus Café № 1",
        "Ｆｕｌｌ",
        "معهد التدريب",
        "培训学校",
        "ꦭꦺꦩ꧀ꦧꦒ",
        "PT Tri-Daya 3²",
    ],
)
def test_other_letters_and_signs_are_welcome(name: str) -> None:
    check_letters(name)


def test_a_name_of_signs_alone_keeps_them() -> None:
    assert name_key("!!!") != name_key("???")


def test_a_key_is_short_however_long_a_name_becomes() -> None:
    assert len(name_key("\ufdfa" * 200)) == 64
