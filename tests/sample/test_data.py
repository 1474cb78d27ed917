"""What holds for the committed sample data."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, time
from itertools import pairwise

import pytest

from sample.conversion.prose import copied
from sample.files import (
    SampleClass,
    read_candidates,
    read_classes,
    read_courses,
    read_prose_fingerprints,
    read_providers,
)
from vocabulary.nik import ImpossibleNik, parse_family_card, parse_nik
from vocabulary.regions import REGENCIES, regency

PROVIDERS = {provider.key: provider for provider in read_providers()}
COURSES = {course.key: course for course in read_courses()}
CLASSES = {sample.key: sample for sample in read_classes()}
CANDIDATES = read_candidates()


def test_there_are_97_institutions_309_courses_and_1000_candidates_each_with_its_own_key() -> None:
    assert len(PROVIDERS) == len(read_providers()) == 97
    assert len(COURSES) == len(read_courses()) == 309
    assert len(CLASSES) == len(read_classes())
    assert len({candidate.nik for candidate in CANDIDATES}) == len(CANDIDATES) == 1000


def test_every_institution_but_three_lies_in_a_known_regency() -> None:
    places = [provider.regency for provider in PROVIDERS.values()]
    assert places.count(None) == 3
    assert {code for code in places if code is not None} <= REGENCIES.keys()


def test_every_course_belongs_to_an_institution_and_has_a_class() -> None:
    assert {course.provider for course in COURSES.values()} <= PROVIDERS.keys()
    assert {sample.course for sample in CLASSES.values()} == COURSES.keys()


def test_courses_have_titles_outcomes_and_at_least_fifteen_hours() -> None:
    for course in COURSES.values():
        assert course.title == " ".join(course.title.split())
        assert course.title in course.summary
        assert 3 <= len(course.outcomes) <= 8
        assert course.hours >= 15
        assert course.track in {"skilling", "reskilling", "upskilling"}
        assert course.mode in {"online", "offline"}


def test_each_track_and_mode_has_a_fair_share() -> None:
    tracks = Counter(course.track for course in COURSES.values())
    modes = Counter(course.mode for course in COURSES.values())
    assert min(tracks.values()) >= 30
    assert 0.15 <= modes["online"] / len(COURSES) <= 0.35


def test_34_durations_are_the_sources_own_and_the_rest_say_so() -> None:
    origins = Counter(course.hours_from for course in COURSES.values())
    assert origins["source"] == 34
    assert origins.keys() == {"source", "same_title", "training_dates", "rule"}


def test_prices_are_sample_prices_within_the_stated_range_and_steps() -> None:
    for course in COURSES.values():
        assert course.price_is_sample
        assert 150_000 <= course.price <= 3_400_000
        assert course.price % 5_000 == 0


def test_units_and_codes_of_the_sources_are_kept() -> None:
    units = [unit for course in COURSES.values() for unit in course.units]
    assert len(units) == 205
    assert sum(unit.code is not None for unit in units) == 20
    schemes = [code for c in COURSES.values() for code in c.competency_codes if "SURABAYA" in code]
    assert len(schemes) == len(set(schemes)) == 98


def test_no_run_of_eight_words_is_copied_from_a_source() -> None:
    fingerprints = read_prose_fingerprints()
    assert len(fingerprints) > 2_000
    assert copied(_our_texts(), known=fingerprints) == []


def test_the_dates_of_a_class_are_in_order() -> None:
    for sample in CLASSES.values():
        days = (sample.opens_day, sample.closes_day, *sample.days, sample.test_day)
        assert all(earlier < later for earlier, later in pairwise(days)), sample.key


def test_a_class_starts_in_the_weeks_after_the_load_and_shows_at_most_twelve_meetings() -> None:
    for sample in CLASSES.values():
        assert sample.days[0] >= 14, sample.key
        assert 1 <= len(sample.days) <= 11, sample.key


def test_meetings_keep_to_the_hours_of_a_day_and_of_the_course() -> None:
    for sample in CLASSES.values():
        starts, ends = (time.fromisoformat(text) for text in (sample.starts, sample.ends))
        hours = ends.hour - starts.hour
        assert 0 < hours <= {"online": 3, "offline": 8}[sample.mode], sample.key
        assert hours * (len(sample.days) + 1) <= COURSES[sample.course].hours, sample.key


def test_nobody_meets_on_a_sunday_or_offline_on_a_saturday() -> None:
    for sample in CLASSES.values():
        last = {"online": 5, "offline": 4}[sample.mode]
        assert all(day % 7 <= last for day in (*sample.days, sample.test_day)), sample.key


def test_an_online_class_has_a_link_and_no_place() -> None:
    for sample in CLASSES.values():
        if sample.mode == "online":
            assert sample.link == f"https://kelas.example/{sample.key}"
            assert sample.venue is sample.regency is None


def test_an_offline_class_is_where_its_institution_is() -> None:
    for sample in CLASSES.values():
        if sample.mode == "offline":
            assert sample.link is None
            assert sample.venue
            assert sample.regency == _home(sample)


def test_a_class_keeps_the_mode_of_its_course_and_the_zone_of_its_institution() -> None:
    for sample in CLASSES.values():
        assert sample.mode == COURSES[sample.course].mode
        assert sample.zone == regency(_home(sample)).zone.iana


def test_fourteen_classes_have_real_dates_and_65_are_real_batches() -> None:
    origins = Counter(sample.origin for sample in CLASSES.values())
    assert origins["real_dates"] == 14
    assert origins["real_batch"] == 65


def test_real_batches_have_as_many_seats_as_people_took_part() -> None:
    seats = Counter(sample.seats for sample in CLASSES.values() if sample.origin == "real_batch")
    assert seats.most_common(1) == [(16, 45)]
    assert set(seats) <= set(range(2, 31))


def test_most_registrations_are_open_on_any_day_of_the_week_of_the_load_and_some_not_yet() -> None:
    opens = Counter(sample.opens_day for sample in CLASSES.values())
    assert opens.keys() == {-1, 8}
    assert 0 < opens[8] < 20
    assert min(sample.closes_day for sample in CLASSES.values()) > 6


def test_real_dates_keep_their_distances() -> None:
    cyber = CLASSES["ppkd-jakarta-utara-003-1"]
    closes, starts, ends, exam = (
        date(2025, 6, 12),
        date(2025, 6, 30),
        date(2025, 8, 8),
        date(2025, 8, 11),
    )
    assert cyber.days[0] - cyber.closes_day == (starts - closes).days
    assert cyber.days[-1] - cyber.days[0] == (ends - starts).days
    assert cyber.test_day - cyber.days[0] == (exam - starts).days


def test_every_candidate_has_a_test_nik_that_agrees_with_the_birth_date() -> None:
    for candidate in CANDIDATES:
        with pytest.raises(ImpossibleNik):
            parse_nik(candidate.nik)
        number = parse_nik(candidate.nik, allow_test_numbers=True).number
        day, month_and_year = int(number[6:8]) % 40, number[8:12]
        assert (day, month_and_year) == (candidate.birth_date.day, f"{candidate.birth_date:%m%y}")
        assert candidate.regency in REGENCIES


def test_a_family_card_is_of_nobody_and_has_at_most_two_people_of_one_regency() -> None:
    families: dict[str, list[str]] = {}
    for candidate in CANDIDATES:
        families.setdefault(parse_family_card(candidate.family_card), []).append(candidate.regency)
    assert all(card.endswith("0000") for card in families)
    assert Counter(len(people) for people in families.values()).keys() == {1, 2}
    assert all(len(set(regencies)) == 1 for regencies in families.values())


def test_three_in_four_candidates_are_in_the_digital_scheme() -> None:
    schemes = Counter(candidate.scheme for candidate in CANDIDATES)
    assert schemes.keys() == {"digital", "offline"}
    assert 0.72 <= schemes["digital"] / 1000 <= 0.78


def test_every_target_group_is_among_the_candidates() -> None:
    clusters = Counter(candidate.cluster for candidate in CANDIDATES)
    assert clusters.keys() == {"pmi", "tourism", "layoff", "affirmative", None}


def _our_texts() -> Iterable[str]:
    for course in COURSES.values():
        yield course.summary
        yield from course.outcomes


def _home(sample: SampleClass) -> str | None:
    return PROVIDERS[COURSES[sample.course].provider].regency
