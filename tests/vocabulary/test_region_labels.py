"""Regencies by the labels of other houses' tables."""

from collections import Counter

import pytest

from vocabulary.region_labels import regencies_labelled
from vocabulary.regions import REGENCIES, Regency, UnknownRegion


def codes(label: str, province: str) -> list[str]:
    return [regency.code for regency in regencies_labelled(label, province=province)]


@pytest.mark.parametrize("regency", REGENCIES.values(), ids=lambda regency: regency.code)
def test_every_regency_is_found_by_its_full_name_and_by_its_name(regency: Regency) -> None:
    assert codes(regency.full_name, regency.province) == [regency.code]
    assert regency.code in codes(regency.name, regency.province)


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("Bengkulu Utara", "17.03"),
        ("Kab. Bengkulu Utara", "17.03"),
        ("kab bengkulu utara", "17.03"),
        ("KABUPATEN  BENGKULU UTARA", "17.03"),
        ("Muko-Muko", "17.06"),
        ("MUKO MUKO", "17.06"),
        ("Ｍukomuko", "17.06"),
        ("Kota Bengkulu", "17.71"),
        ("Bengkulu", "17.71"),
    ],
)
def test_labels_are_told_by_their_letters_alone(label: str, code: str) -> None:
    assert codes(label, "17") == [code]


@pytest.mark.parametrize(
    "label", ["Jakarta Pusat", "Kota Adm. Jakarta Pusat", "Kotamadya Jakarta Pusat"]
)
def test_the_administrative_cities_are_found_as_tables_call_them(label: str) -> None:
    assert codes(label, "31") == ["31.71"]


@pytest.mark.parametrize(
    "label", ["", "Kab", "Kota", "Bengkulu Barat", "Kabupaten Bengkulu", "17.03", "\x00"]
)
def test_what_names_no_regency_of_the_province_stands_for_none(label: str) -> None:
    assert codes(label, "17") == []


def test_a_name_that_a_kabupaten_and_a_kota_share_stands_for_both() -> None:
    names = Counter((regency.province, regency.name) for regency in REGENCIES.values())
    shared = [key for key, times in names.items() if times == 2]
    assert len(shared) == 25
    for province, name in shared:
        assert len(codes(name, province)) == 2
        assert len(codes(f"Kota {name}", province)) == len(codes(f"Kab. {name}", province)) == 1


def test_a_province_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownRegion):
        codes("Bengkulu", "99")
