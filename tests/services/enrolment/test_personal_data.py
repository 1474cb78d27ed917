"""Nothing that tells who somebody is stands anywhere in the clear: not at rest, not in logs, not in exports."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from tests.planted import AS_CSV, TOLD, Planted, at_rest
from tests.services.enrolment.house import House
from tests.services.enrolment.planted_people import (
    APPEAL,
    LISTED_ONLY,
    SAID_OF_A_TRAINER,
)
from tests.services.enrolment.planted_steps import go_through
from tests.services.enrolment.planting import (
    Traces,
    admit,
    admit_from_file,
    apply_for_some,
    buy_and_return,
    exclude,
    fail,
    found,
    learn,
    logged,
    look_up,
    plant_many,
    put_in_odd_places,
)
from tests.tokens import token


@pytest.fixture(scope="module")
def traces(shared_house: House) -> Traces:
    """Let a day go by on which everything happens that touches a person, failures included."""
    house = shared_house
    with logged() as log:
        one, other, refused = admit(house)
        third = admit_from_file(house)
        waiting = apply_for_some(house)
        exclude(house, other, third)
        look_up(house, one)
        code = buy_and_return(house, one, other)
        learn(house)
        withdrawn = go_through(house, one)
        planted = plant_many(house)
        put_in_odd_places(house, one, planted)
        fail(house, one)
        own_token = token(role="holder", card=one.card_ref)
        for sent in (own_token, f"{own_token[:-3]}AAA"):
            house.get("/cards/me", headers={"Authorization": f"Bearer {sent}"})
    secrets = [
        *refused,
        own_token,
        code,
        *waiting,
        *withdrawn,
        *LISTED_ONLY,
        *APPEAL.split(", "),
        SAID_OF_A_TRAINER,
    ]
    for card in (one, other, third):
        person = card.person
        secrets += [person.nik, person.family_card, person.birth_date, card.card_number]
        secrets += person.name.strip("=").split()
    refs = [one.card_ref, other.card_ref, third.card_ref]
    return Traces(log.getvalue(), secrets, refs, planted)


@pytest.mark.parametrize(
    "spelt", ["{}", "{0:.4} {1} {2} {3}", "{0:.4}-{1}-{2}-{3}", "{0:.4}%20{1}%20{2}%20{3}"]
)
def test_one_planted_number_in_a_table_or_a_line_of_the_log_would_be_found(
    house: House, spelt: str
) -> None:
    """Else the others would show nothing."""
    number = "1771020205880007"
    text = spelt.format(number, number[4:8], number[8:12], number[12:])
    planted = Planted({number, "1771020205880008"})
    wave_id = house.open_wave()
    assert planted.found(at_rest(house.places.owner)) == set()
    with house.as_owner() as connection:
        statement = sa.text("update wave set name = :name where wave_id = :wave")
        connection.execute(statement, {"name": f"Gelombang {text}!", "wave": wave_id})
    assert planted.found(at_rest(house.places.owner)) == {number}
    with logged() as log:
        structlog.get_logger().info("something-happened", what=text)
    assert planted.found(log.getvalue()) == {number}


def test_nothing_in_the_clear_is_kept_in_the_database(shared_house: House, traces: Traces) -> None:
    kept = at_rest(shared_house.places.owner)
    assert all(ref in kept for ref in traces.card_refs)
    assert found(kept, traces) == []


def test_nothing_in_the_clear_is_written_to_the_log(traces: Traces) -> None:
    assert traces.log.count('"route"') > 25
    assert '"request-failed"' in traces.log
    assert '"command-failed"' in traces.log
    assert found(traces.log, traces) == []


@pytest.mark.parametrize("form", ["application/json", "application/jsonl", "text/csv"])
def test_nothing_in_the_clear_is_exported_with_the_journal(
    shared_house: House, traces: Traces, form: str
) -> None:
    exported = shared_house.get("/log/entries", "auditor", headers={"Accept": form}).text
    assert all(ref in exported for ref in traces.card_refs)
    assert found(exported, traces) == []


def test_the_journal_knows_people_by_reference_only(shared_house: House, traces: Traces) -> None:
    told = shared_house.get("/log/entries", "auditor", headers={"Accept": "text/csv"}).text
    kinds = {row["kind"] for row in csv.DictReader(io.StringIO(told))}
    assert kinds == {
        "wave-opened",
        "card-awarded",
        "admission-file-received",
        "admission-file-read",
        "admission-file-done",
        "application-made",
        "application-withdrawn",
        "application-judged",
        "application-erased",
        "draw-announced",
        "draw-listed",
        "draw-settled",
        "draw-ordered",
        "draw-revealed",
        "draw-done",
        "exclusion-list-announced",
        "exclusion-list-received",
        "exclusion-list-activated",
        "exclusion-list-checked",
        "exclusion-list-read",
        "exclusion-case-opened",
        "exclusion-case-upheld",
        "exclusion-case-appealed",
        "exclusion-case-granted",
        "exclusion-appeal-read",
        "enrolment-confirmed",
        "enrolment-redeemed",
        "enrolment-cancelled",
        "roster-read",
        "card-looked-up",
        "card-revoked",
        "erased",
        "attendance-recorded",
        "enrolment-completed",
        "enrolment-reviewed",
        "survey-handed-in",
        "incentive-due",
        "holder-moved",
        "correction-proposed",
        "correction-approved",
        "admission-undone",
        "card-withdrawn",
        "enrolment-voided",
        "incentive-withdrawn",
        "application-looked-up",
    }
    assert found(told, traces) == []


@pytest.mark.parametrize(
    ("path", "form"),
    [
        *((path, "application/json") for path in TOLD),
        *((path, "text/csv") for path in AS_CSV),
    ],
)
def test_nothing_in_the_clear_is_told_of_everybody_at_once(
    shared_house: House, traces: Traces, path: str, form: str
) -> None:
    told = shared_house.get(path, "auditor", headers={"Accept": form})
    assert (told.status_code, told.headers["Content-Type"].split(";")[0]) == (200, form)
    assert found(told.text, traces) == []


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/healthz"])
def test_nothing_in_the_clear_is_measured(shared_house: House, traces: Traces, path: str) -> None:
    answer = shared_house.call("GET", path)
    assert answer.status_code == 200
    if path == "/metrics":
        assert "POST /api/v1/cards/lookup" in answer.text
    assert found(answer.text, traces) == []


@pytest.mark.parametrize("path", ["/internal/feed", "/internal/seats", "/internal/rules"])
def test_nothing_in_the_clear_is_told_to_other_services(
    shared_house: House, traces: Traces, path: str
) -> None:
    told = shared_house.call("GET", path, role="system")
    assert told.status_code == 200
    assert found(told.text, traces) == []


def test_who_holds_seats_is_told_to_other_services_by_reference_alone(
    shared_house: House, traces: Traces
) -> None:
    class_id = shared_house.put_class()
    card = shared_house.award()
    shared_house.enrolled(card, class_id)
    path = f"/internal/seat-holders?class_id={class_id}&enrolled_until=2099-01-01T00:00:00Z"
    told = shared_house.call("GET", path, role="system")
    assert card.card_ref in told.text
    assert found(told.text, traces) == []
    assert card.person.nik not in told.text
    assert card.card_number not in told.text


def test_a_card_sealed_for_one_person_does_not_open_for_another(house: House) -> None:
    one, other = house.award_many(2)
    swap = "update person set sealed = (select sealed from person where card_ref = :other)"
    with house.as_owner() as connection:
        connection.execute(
            sa.text(f"{swap} where card_ref = :one"),
            {"one": one.card_ref, "other": other.card_ref},
        )
    class_id = house.put_class()
    house.enrolled(one, class_id)
    answer: Any = house.get(f"/classes/{class_id}/roster?reason=Pengawasan", "operator")
    assert answer.status_code == 500
    assert other.person.name not in answer.text
