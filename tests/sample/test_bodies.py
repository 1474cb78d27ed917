"""The requests the loader sends: instants, places and meetings."""

from datetime import date, datetime

import pytest

from sample.bodies import admission_body, class_body, course_body, provider_body, wave_body
from sample.dates import day_zero, instant
from sample.files import read_candidates, read_classes, read_courses, read_providers
from vocabulary.regions import regency

MONDAY = date(2026, 12, 7)


@pytest.mark.parametrize("day", [7, 9, 13])
def test_day_zero_is_the_monday_of_the_week(day: int) -> None:
    assert day_zero(date(2026, 12, day)) == MONDAY


@pytest.mark.parametrize(
    ("zone", "in_utc"),
    [
        ("Asia/Jakarta", "2026-12-21T01:00:00Z"),
        ("Asia/Pontianak", "2026-12-21T01:00:00Z"),
        ("Asia/Makassar", "2026-12-21T00:00:00Z"),
        ("Asia/Jayapura", "2026-12-20T23:00:00Z"),
    ],
)
def test_eight_o_clock_is_another_instant_in_every_zone(zone: str, in_utc: str) -> None:
    assert instant(zero=MONDAY, day=14, clock="08:00", zone=zone) == in_utc


def test_every_class_opens_closes_and_meets_in_that_order() -> None:
    for sample in read_classes():
        body = class_body(sample, price=1, zero=MONDAY)
        meetings = body["meetings"]
        instants = [body["registration_opens"], body["registration_closes"]]
        instants += [meeting[name] for meeting in meetings for name in ("starts_at", "ends_at")]
        assert instants == sorted(instants), sample.key
        assert [m["sequence"] for m in meetings] == [*range(1, len(meetings)), 999]


def test_registration_is_open_from_the_first_to_the_last_day_of_the_week_of_the_load() -> None:
    open_all_week = [
        body
        for body in (class_body(sample, price=1, zero=MONDAY) for sample in read_classes())
        if body["registration_opens"] <= "2026-12-06T17:00:00Z"
        and body["registration_closes"] > "2026-12-14T00:00:00Z"
    ]
    assert len(open_all_week) > 380


def test_an_offline_class_has_a_place_and_an_online_one_a_link() -> None:
    for sample in read_classes():
        body = class_body(sample, price=1, zero=MONDAY)
        if sample.mode == "offline":
            assert regency(body["regency"]).zone.iana == body["zone"]
            assert "link" not in body
        else:
            assert body["link"].startswith("https://kelas.example/")
            assert "venue" not in body


def test_a_sample_price_is_marked_and_an_unknown_place_is_null() -> None:
    assert all(course_body(course)["sample_price"] for course in read_courses())
    assert [provider_body(p)["regency"] for p in read_providers()].count(None) == 3


def test_the_wave_is_open_when_candidates_are_admitted() -> None:
    body = wave_body(zero=MONDAY)
    opens, closes = (datetime.fromisoformat(body[name]) for name in ("opens_at", "closes_at"))
    assert opens.date() < MONDAY < closes.date()


def test_a_candidate_without_target_group_sends_null() -> None:
    (candidate,) = admission_body([c for c in read_candidates() if c.cluster is None][:1])[
        "candidates"
    ]
    assert candidate["cluster"] is None
    assert candidate["birth_date"] == date.fromisoformat(candidate["birth_date"]).isoformat()
