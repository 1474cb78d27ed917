"""What counts as a NIK, a family card number and a card number."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocabulary.nik import (
    ImpossibleNik,
    NotSixteenDigits,
    PersonalNumberInText,
    parse_card_number,
    parse_family_card,
    parse_nik,
    refuse_personal_number,
)

REAL = "3304205011970001"
TEST = "3304205011970000"

WRONG_SPELLINGS = {
    "Arabic-Indic digits": ("٣٣٠٤٢٠٥٠١١٩٧٠٠٠١", "digits of another script"),
    "full-width digits": ("３３０４２０５０１１９７０００１", "digits of another script"),
    "one full-width digit": ("330420501197000１", "digits of another script"),
    "a trailing newline": (REAL + "\n", "spaces or line breaks"),
    "an outer space": (" " + REAL, "spaces or line breaks"),
    "inner spaces": ("3304 2050 1197 0001", "spaces or line breaks"),
    "dots": ("33.0420.501197.0001", "signs that are not digits"),
    "dashes": ("330420-501197-0001", "signs that are not digits"),
    "a sign": ("+330420501197001", "signs that are not digits"),
    "fifteen digits": (REAL[:-1], "has 15 digits"),
    "seventeen digits": (REAL + "1", "has 17 digits"),
    "nothing": ("", "has 0 digits"),
    "letter O for a zero": ("33O42O5O1197OOO1", "letter O"),
    "a superscript digit": ("330420501197000¹", "signs that are not digits"),
    "a NUL": ("330420501197000\x00", "signs that are not digits"),
}
READERS: tuple[Callable[[object], object], ...] = (parse_nik, parse_family_card, parse_card_number)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("spelling", WRONG_SPELLINGS)
def test_a_wrong_spelling_is_refused_by_its_fault(
    read: Callable[[object], object], spelling: str
) -> None:
    value, fault = WRONG_SPELLINGS[spelling]
    with pytest.raises(NotSixteenDigits, match=fault):
        read(value)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("value", [int(REAL), 3.3042050119700005e15, None, True, [REAL], b"1" * 16])
def test_a_number_or_other_type_is_not_read_as_text(
    read: Callable[[object], object], value: object
) -> None:
    with pytest.raises(NotSixteenDigits, match="is not text"):
        read(value)


@pytest.mark.parametrize(
    "ddmmyy",
    [
        *("000190", "320190", "400190", "720190", "990190"),
        *("310490", "710490", "300290", "700290"),
        *("010090", "011390", "290201", "690201"),
    ],
)
def test_an_impossible_date_is_refused(ddmmyy: str) -> None:
    with pytest.raises(ImpossibleNik, match="not a birth date"):
        parse_nik(f"330420{ddmmyy}0001")


def test_29_february_is_possible_if_either_century_had_it() -> None:
    parse_nik("3304202902000001")
    parse_nik("3304206902960001")


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)), st.booleans())
def test_every_birth_date_of_two_centuries_is_possible(born: date, woman: bool) -> None:
    day = born.day + (40 if woman else 0)
    number = f"910108{day:02}{born:%m%y}0001"
    assert parse_nik(number).number == number


@given(st.integers(min_value=0, max_value=999_999))
def test_a_date_is_accepted_exactly_when_the_calendar_has_it(digits: int) -> None:
    ddmmyy = f"{digits:06}"
    day, month, year = int(ddmmyy[:2]), int(ddmmyy[2:4]), int(ddmmyy[4:])
    assert _is_accepted(f"330420{ddmmyy}0001") == any(
        _exists(century + year, month, day - women) for century in (1900, 2000) for women in (0, 40)
    )


def test_serial_0000_is_only_for_tests() -> None:
    with pytest.raises(ImpossibleNik, match="test numbers"):
        parse_nik(TEST)
    assert parse_nik(TEST, allow_test_numbers=True).is_test_number
    assert not parse_nik(REAL, allow_test_numbers=True).is_test_number


def test_a_region_that_exists_no_more_or_never_did_is_only_a_hint() -> None:
    for number in ("9101085011970001", "0000005011970001"):
        assert parse_nik(number).number == number


def test_a_parsed_nik_does_not_print_its_number() -> None:
    assert REAL not in f"{parse_nik(REAL)} {parse_nik(REAL)!r}"


@given(st.text(max_size=20) | st.just(TEST) | st.just("3304209999999999"))
def test_no_refusal_repeats_the_number(value: str) -> None:
    with pytest.raises(ValueError, match="NIK") as refusal:
        parse_nik(value)
    assert len(value) < 8 or value not in str(refusal.value)


def test_family_cards_and_card_numbers_need_no_date() -> None:
    assert parse_family_card("9999999999999999") == "9999999999999999"
    assert parse_card_number("0000000000000000") == "0000000000000000"


@pytest.mark.parametrize(
    "text",
    [
        REAL,
        f"Peserta {REAL} pindah",
        f"nik:{REAL}.",
        f"x{REAL}{REAL}x",
        "NIK 3304 2050 1197 0001",
        "NIK 330420  501197  0001",
        "kartu 3304-2050-1197-0001 hilang",
        "kartu 3304‑2050‑1197‑0001 hilang",
        "kartu 33.0420.501197.0001 hilang",
        "kartu 3304_2050_1197_0001 hilang",
        "3304 2050\n1197 0001",
        "3304/2050/1197/0001",
        "no. 5, 3304 - 2050 - 1197 - 0001",
        "3304\u20132050\u20131197\u20130001",
        "(3304)(2050)(1197)(0001)",
        "kartu 3304:2050:1197:0001 hilang",
        "3304\u00a02050\u00a01197\u00a00001",
        "NIK ３３０４２０５０１１９７０００１",
        "NIK ٣٣٠٤٢٠٥٠١١٩٧٠٠٠١",
        f"lihat 01a228a4-9283-7770-8314-{REAL}",
        f"lihat 01a228a4-9283-7770-8314-415b3a9f7d9a dan {REAL}",
    ],
)
def test_text_that_holds_what_looks_like_a_personal_number_is_refused(text: str) -> None:
    with pytest.raises(PersonalNumberInText) as refusal:
        refuse_personal_number(text)
    assert REAL not in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Pindah kerja",
        REAL[:-1],
        "Dari 2026-12-01 08:00-16:00 ke 2026-12-05, biaya Rp1.500.000 dan Rp 2.000.000.",
        "2026-12-01–2026-12-05",
        "24/11/2026 08.00-16.00",
        "24.11.2026 08.00-16.00",
        "telepon 0812-3456-7890",
        "J.620100.004.02, J.620100.005.02",
        "lihat 01a228a4-9283-7770-8314-415b3a9f7d9a, 11111111-2222-4333-8444-555555555555",
    ],
)
def test_text_may_hold_dates_amounts_telephone_numbers_and_codes(text: str) -> None:
    refuse_personal_number(text)


@given(st.text(max_size=60), st.integers(min_value=0, max_value=10**16 - 1))
def test_no_text_hides_sixteen_digits_in_a_row(around: str, number: int) -> None:
    with pytest.raises(PersonalNumberInText):
        refuse_personal_number(f"{around}{number:016}{around}")


def _is_accepted(number: str) -> bool:
    try:
        parse_nik(number)
    except ImpossibleNik:
        return False
    return True


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
