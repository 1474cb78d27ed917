"""What the conversion takes from the sources, and the rules by which it adds to them."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sample.conversion.prose import RUN, copied, fingerprints
from sample.conversion.providers import kind_of
from sample.conversion.rules import mode_of, sample_price, track_of
from sample.conversion.timetables import read_real_dates
from sample.convert import convert
from tests.sample.miniature import write_sources


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_sources(tmp_path)


def test_a_second_run_gives_the_same_bytes(source: Path) -> None:
    assert convert(source) == convert(source)


def test_an_abolished_code_gets_the_code_that_bears_its_name_and_the_day_of_the_law(
    source: Path,
) -> None:
    former = convert(source)["vocabulary/data/former_codes.csv"]
    assert former == b"code,successor,since\n91.01,93.01,2022-07-25\n"


def test_a_regency_whose_clock_is_not_its_provinces_stops_the_conversion(source: Path) -> None:
    path = source / "regions/regencies.csv"
    path.write_text(path.read_text().replace("Kota Bekasi,WIB", "Kota Bekasi,WITA"))
    with pytest.raises(ValueError, match=r"32\.75 keeps another clock"):
        convert(source)


def test_an_unresolved_place_stays_empty(source: Path) -> None:
    providers = csv.DictReader(convert(source)["sample/data/providers.csv"].decode().splitlines())
    assert [row["regency"] for row in providers] == ["32.75", "31.72", ""]


def test_hours_are_the_sources_then_of_the_same_title_then_of_real_days_then_by_rule(
    source: Path,
) -> None:
    barista, marketing, same_title, web = _courses(source)
    assert (barista["hours"], barista["hours_from"]) == (135, "source")
    assert (same_title["hours"], same_title["hours_from"]) == (135, "same_title")
    assert (web["hours"], web["hours_from"]) == (180, "training_dates")
    assert (marketing["hours"], marketing["hours_from"]) == (24, "rule")


def test_a_known_price_is_kept_and_any_other_is_marked_as_a_sample(source: Path) -> None:
    barista, marketing, *_ = _courses(source)
    assert (marketing["price"], marketing["price_is_sample"]) == (650_000, False)
    assert (barista["price"], barista["price_is_sample"]) == (1_770_000, True)


def test_desk_work_is_online_unless_it_was_taught_at_the_centre(source: Path) -> None:
    barista, marketing, _, web = _courses(source)
    assert [c["mode"] for c in (barista, marketing, web)] == ["offline", "online", "offline"]


def test_units_standards_and_scheme_are_taken_but_not_stray_marks(source: Path) -> None:
    _, marketing, barista, _ = _courses(source)
    assert [unit["title"] for unit in barista["units"]] == [
        "Mengelola Area Kerja",
        "Menangani Pelanggan",
    ]
    assert barista["competency_codes"] == [
        "SKKNI 370 TAHUN 2013",
        "SKKNI 145 TAHUN 2018",
        "I.56",
    ]
    assert marketing["competency_codes"] == ["SS.1"]


def test_batches_of_a_known_course_with_2_to_30_people_become_classes(source: Path) -> None:
    batches = [sample for sample in _classes(source) if sample["origin"] == "real_batch"]
    assert [(batch["course"], batch["seats"]) for batch in batches] == [
        ("bbpvp-bekasi-001", 16),
        ("bbpvp-bekasi-001", 2),
    ]


def test_a_selection_before_the_end_of_registration_moves_to_the_day_after_it(
    source: Path,
) -> None:
    (dates,) = read_real_dates(source)
    assert (dates.selection_start, dates.selection_end) == (date(2025, 6, 24), date(2025, 6, 25))
    assert dates.training_start == date(2025, 6, 30)


def test_dates_that_stay_out_of_order_stop_the_conversion(source: Path) -> None:
    path = source / "catalogue/classes_ppkd_jakut_2025.csv"
    path.write_text(path.read_text().replace("2025-06-23", "2025-07-23"))
    with pytest.raises(ValueError, match="k02 are out of order"):
        convert(source)


def test_of_three_neighbours_two_share_a_family_card(source: Path) -> None:
    rows = csv.DictReader(convert(source)["sample/data/candidates.csv"].decode().splitlines())
    cards = [row["family_card"] for row in rows]
    assert cards[0] == cards[1] == "3172010101010000"
    assert len(set(cards)) == 3


def test_a_title_of_no_known_field_stops_the_conversion(source: Path) -> None:
    path = source / "catalogue/courses_id.csv"
    path.write_text(path.read_text().replace("Digital Marketing,,", "Ilmu Gaib,,"))
    with pytest.raises(ValueError, match="no field is known for the title 'Ilmu Gaib'"):
        convert(source)


def test_a_text_of_ours_that_holds_eight_words_of_a_source_stops_the_conversion(
    source: Path,
) -> None:
    path = source / "catalogue/courses_id.csv"
    wording = "Pelatihan luring Barista dari BBPVP Bekasi bidang Pariwisata"
    path.write_text(path.read_text().replace("Peserta satu", wording))
    with pytest.raises(ValueError, match="copied from a source"):
        convert(source)


def test_a_run_of_eight_words_is_found_whatever_its_case_and_signs() -> None:
    known = fingerprints("Satu dua tiga, empat lima enam tujuh DELAPAN sembilan.")
    assert len(known) == 2
    assert copied(["x tiga empat lima enam tujuh delapan; sembilan!"], known=known) == []
    assert copied(["nol dua tiga empat lima enam tujuh delapan; sembilan!"], known=known)
    assert fingerprints(" ".join(["kata"] * (RUN - 1))) == set()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("LSP BLKI Singosari", "certification_body"),
        ("UPT BLK Kota Probolinggo", "blk"),
        ("BBPVP Bandung", "bbpvp"),
        ("BPVP BLK Banyuwangi", "bpvp"),
        ("LLK Selong", "training_centre"),
        ("Program Studi Sastra Inggris Universitas Diponegoro", "university"),
        ("Dinas Tenaga Kerja Kab Mojokerto", "government_office"),
        ("SMKN 6 Surabaya", "school"),
        ("PT. Insera Sena", "company"),
        ("LPK Femy", "lpk"),
        ("Batik Aulia", "other"),
    ],
)
def test_an_institutions_kind_is_judged_by_its_name(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("title", "scheme_type", "track"),
    [
        ("Desainer Grafis Madya", "Okupasi", "upskilling"),
        ("Tukang Pangkas Rambut", "Okupasi", "reskilling"),
        ("Teknisi Audio Video", "", "reskilling"),
        ("Menjahit Kebaya", "Klaster", "skilling"),
    ],
)
def test_a_track_is_judged_by_the_title(title: str, scheme_type: str, track: str) -> None:
    assert track_of(title=title, scheme_type=scheme_type) == track


def test_desk_work_that_needs_a_workshop_is_offline() -> None:
    field = "Teknologi Informasi dan Komunikasi"
    online = mode_of(field=field, title="Pemrograman Web", met_at_the_centre=False)
    offline = mode_of(field=field, title="Perakitan Komputer", met_at_the_centre=False)
    assert (online, offline) == ("online", "offline")


@pytest.mark.parametrize(
    ("mode", "hours", "price"),
    [("online", 15, 335_000), ("offline", 15, 330_000), ("offline", 900, 3_400_000)],
)
def test_a_sample_price_follows_the_hours(mode: str, hours: int, price: int) -> None:
    assert sample_price(mode=mode, hours=hours) == price


def _courses(source: Path) -> list[dict[str, Any]]:
    courses: list[dict[str, Any]] = json.loads(convert(source)["sample/data/courses.json"])
    return courses


def _classes(source: Path) -> list[dict[str, Any]]:
    classes: list[dict[str, Any]] = json.loads(convert(source)["sample/data/classes.json"])
    return classes


def test_titles_that_name_a_thing_twice_become_words_that_mean_the_same(source: Path) -> None:
    text = convert(source)["services/catalog/search/text/occupations.txt"].decode()
    assert [line for line in text.splitlines() if not line.startswith("#")] == [
        "penata rambut|hairstylist|hairdresser",
        "penilaian daur hidup|life cycle assessment|lca",
    ]
