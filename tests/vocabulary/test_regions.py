"""The 38 provinces, the 514 regencies and the codes that are refused."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocabulary.regions import (
    FORMER_CODES,
    PROVINCES,
    REGENCIES,
    SUCCESSORS,
    FormerCode,
    FormerRegionCode,
    MutilatedRegionCode,
    RegencyKind,
    UnknownRegion,
    codes_kept_for,
    present_code,
    province,
    regencies_of,
    regency,
    region,
)


def test_there_are_38_provinces_416_kabupaten_and_98_kota() -> None:
    kinds = Counter(found.kind for found in REGENCIES.values())
    assert len(PROVINCES) == 38
    assert kinds == {RegencyKind.KABUPATEN: 416, RegencyKind.KOTA: 98}


def test_every_regency_lies_in_the_province_its_code_begins_with() -> None:
    for code, found in REGENCIES.items():
        assert found.code == code
        assert found.province == code[:2]
        assert found in regencies_of(found.province)


def test_full_names_are_unique_although_26_names_are_shared() -> None:
    names = Counter(found.name for found in REGENCIES.values())
    assert sum(count == 2 for count in names.values()) == 26
    assert max(names.values()) == 2
    assert len({found.full_name for found in REGENCIES.values()}) == 514


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("61.71", "Asia/Pontianak"),
        ("62.01", "Asia/Pontianak"),
        ("63.71", "Asia/Makassar"),
        ("64.71", "Asia/Makassar"),
        ("65.01", "Asia/Makassar"),
        ("17.71", "Asia/Jakarta"),
        ("51.71", "Asia/Makassar"),
        ("91.71", "Asia/Jayapura"),
    ],
)
def test_kalimantan_is_split_between_two_clocks(code: str, zone: str) -> None:
    assert regency(code).zone.iana == zone


def test_a_regency_keeps_the_zone_of_its_province() -> None:
    assert all(found.zone == province(found.province).zone for found in REGENCIES.values())


@pytest.mark.parametrize("code", ["11.1", "11,1", "35.2", "91.1"])
def test_a_code_that_lost_a_zero_is_refused_with_both_candidates(code: str) -> None:
    with pytest.raises(MutilatedRegionCode) as refusal:
        region(code)
    lost = f"{code[:2]}.{code[-1]}0"
    assert "lost a zero" in str(refusal.value)
    assert lost in str(refusal.value)


def test_every_code_that_a_number_column_would_mutilate_is_refused() -> None:
    mutilated = [str(float(code)) for code in REGENCIES if code.endswith("0")]
    assert len(mutilated) == 23
    for code in mutilated:
        with pytest.raises(MutilatedRegionCode):
            region(code)


@pytest.mark.parametrize("code", [17, 17.71, 11.1, None, True, ["17"], {"code": "17"}])
def test_a_number_is_refused_even_where_it_looks_whole(code: object) -> None:
    with pytest.raises(MutilatedRegionCode, match="is text"):
        region(code)


@pytest.mark.parametrize("code", ["1771", "17-71", "17 71", "17,71"])
def test_a_code_without_its_dot_is_refused_with_the_right_spelling(code: str) -> None:
    with pytest.raises(UnknownRegion, match=r"send 17\.71"):
        region(code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "7",
        "17.",
        ".71",
        "17.71\n",
        " 17",
        "١٧",
        "１７.７１",
        "17.71.01",
        "Bengkulu",
        "99",
        "17.99",
    ],
)
def test_an_unknown_code_is_refused(code: str) -> None:
    with pytest.raises(UnknownRegion):
        region(code)


def test_26_codes_abolished_in_2022_name_their_successor() -> None:
    assert len(SUCCESSORS) == 26
    assert SUCCESSORS["91.01"] == "93.01"
    assert not SUCCESSORS.keys() & REGENCIES.keys()
    assert len(set(SUCCESSORS.values()) & REGENCIES.keys()) == 26
    assert FORMER_CODES["91.01"] == FormerCode("91.01", "93.01", date(2022, 7, 25))
    assert FORMER_CODES["92.71"].since == date(2022, 12, 8)


def test_what_was_kept_under_an_abolished_code_is_read_under_its_successor() -> None:
    assert present_code("91.01") == "93.01"
    assert present_code("17.71") == "17.71"
    assert present_code("91") == "91"
    assert codes_kept_for("93.01") == ("93.01", "91.01")
    assert codes_kept_for("17.71") == ("17.71",)


def test_an_abolished_code_is_refused_with_its_successor_and_not_translated() -> None:
    with pytest.raises(FormerRegionCode, match=r"93\.01 \(Kabupaten Merauke\)") as refusal:
        region("91.01")
    assert refusal.value.successor == "93.01"


def test_a_province_is_no_regency_and_a_regency_no_province() -> None:
    with pytest.raises(UnknownRegion, match=r"such as 91\.03"):
        regency("91")
    with pytest.raises(UnknownRegion, match="not a province"):
        province("17.71")


@given(st.text(alphabet="0123456789.,- ", max_size=6))
def test_a_lookup_finds_the_code_it_was_given_or_refuses(code: str) -> None:
    try:
        found = region(code)
    except UnknownRegion:
        assert code not in PROVINCES
        assert code not in REGENCIES
    else:
        assert found.code == code


def test_the_tables_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        REGENCIES["00.00"] = REGENCIES["17.71"]  # type: ignore[index]
