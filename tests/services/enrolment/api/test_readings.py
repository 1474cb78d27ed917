"""Who read personal data: everything that was read is listed, for auditors and for the holder who was read about."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import read_instant
from services.enrolment.domain.entry_kinds import READINGS
from services.enrolment.storage.tables.draws import APPLICATION
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment import exclusions
from tests.services.enrolment.draws import applied, drawn, look_for, open_draw
from tests.services.enrolment.erasing import erased
from tests.services.enrolment.files import admit_all, file_of, rows, sent
from tests.services.enrolment.house import House, document
from tests.services.enrolment.people import HeldCard

REASON = "Membantu di loket"
ROSTER = "Pengawasan"


def readings(house: House, query: str = "", role: str = "auditor", **claims: Any) -> Any:
    path = "/cards/me/readings" if role == "holder" else "/readings"
    return document(house.get(f"{path}?{query}", role, **claims))["items"]


def own(house: House, card: HeldCard) -> Any:
    return readings(house, role="holder", card=card.card_ref)


def read_roster(house: House, class_id: str, subject: str = "operator:rina") -> None:
    path = f"/classes/{class_id}/roster?reason={ROSTER}"
    document(house.get(path, "operator", subject=subject))


def test_a_look_up_is_listed_with_who_whom_why_and_when(house: House) -> None:
    card = house.award()
    document(house.look_up("officer", nik=card.person.nik, region="32", subject="officer-7"))
    [told] = readings(house)
    read_instant(told.pop("read_at"))
    assert told == {
        "position": house.entries()[-1]["position"],
        "kind": "card-looked-up",
        "actor": "officer-7",
        "role": "officer",
        "reason": REASON,
        "by": "nik",
        "shown": True,
        "card_ref": card.card_ref,
        "class_id": None,
        "provider_id": None,
        "file_id": None,
        "list_id": None,
        "case_id": None,
        "application_id": None,
    }
    assert own(house, card)[0]["actor"] == "officer-7"


def test_a_holder_sees_what_others_read_of_many_at_once_and_nothing_of_other_people(
    house: House,
) -> None:
    card, other = house.award_many(2)
    class_id = house.put_class()
    read_roster(house, class_id)
    taken = house.enrolled(card, class_id)
    read_roster(house, class_id, subject="operator:budi")
    house.cancel(taken["id"], "operator")
    read_roster(house, class_id)
    house.look_up("operator", card_number=other.card_number)
    told = own(house, card)
    assert [(each["kind"], each["actor"]) for each in told] == [("roster-read", "operator:budi")]
    assert [each["kind"] for each in own(house, other)] == ["card-looked-up"]
    assert len(readings(house)) == 4


def test_results_of_files_lists_and_appeals_count_for_whom_they_tell_of(house: House) -> None:
    bystander = house.award()
    file_id = sent(house, file_of([next(house.supply)]))
    rows(house, file_id)
    admit_all(house)
    number = rows(house, file_id)[0]["card_number"]
    with house.service.database.reading() as connection:
        ref = str(house.service.stores.persons.card_ref_by_number(connection, number))
    with_nik = document(house.look_up("operator", card_number=number))
    assert with_nik["card_ref"] == ref
    told = readings(house, role="holder", card=ref)
    assert [each["kind"] for each in told] == ["card-looked-up", "admission-file-read"]
    assert told[1]["file_id"] == file_id
    case_id = exclusions.case_about(house, bystander)
    list_id = exclusions.cases(house)[0]["list"]["id"]
    document(house.get(f"/exclusion-lists/{list_id}/affected", "auditor"))
    document(exclusions.decide(house, case_id, "upheld"))
    document(exclusions.appeal(house, case_id, bystander))
    document(house.get(f"/exclusion-cases/{case_id}/appeal", "operator"))
    told = own(house, bystander)
    assert [(each["kind"], each["case_id"], each["list_id"]) for each in told] == [
        ("exclusion-appeal-read", case_id, list_id),
        ("exclusion-list-read", None, list_id),
    ]
    assert {each["kind"] for each in readings(house)} == set(READINGS) - {
        "roster-read",
        "application-looked-up",
    }


def test_a_holder_reads_who_looked_for_the_application_that_became_the_card(house: House) -> None:
    wave_id, person, other = open_draw(house), next(house.supply), next(house.supply)
    ids = [applied(house, wave_id, one) for one in (person, other)]
    for one in (person, other):
        document(look_for(house, wave_id, one, region="32"))
    drawn(house, wave_id)
    [card_ref, _] = [card_of(house, one) for one in ids]
    [told] = readings(house, role="holder", card=card_ref)
    assert (told["kind"], told["application_id"]) == ("application-looked-up", ids[0])
    assert readings(house, f"card_ref={card_ref}") == [told]


def card_of(house: House, application_id: str) -> str:
    with house.service.database.reading() as connection:
        query = sa.select(APPLICATION.c.card_ref).where(
            APPLICATION.c.application_id == application_id
        )
        return str(connection.execute(query).scalar_one())


def test_readings_are_narrowed_by_card_actor_kind_and_time(house: House) -> None:
    card, other = house.award_many(2)
    class_id = house.put_class()
    house.enrolled(card, class_id)
    house.look_up("operator", card_number=card.card_number, subject="operator:rina")
    house.look_up("operator", card_number=other.card_number, subject="operator:budi")
    read_roster(house, class_id)
    newest, middle, oldest = readings(house)
    assert [newest["kind"], middle["card_ref"], oldest["card_ref"]] == [
        "roster-read",
        other.card_ref,
        card.card_ref,
    ]
    assert readings(house, f"card_ref={card.card_ref}") == [newest, oldest]
    assert readings(house, f"card_ref={card.card_ref}&kind=card-looked-up") == [oldest]
    assert readings(house, "actor=operator:rina") == [newest, oldest]
    assert readings(house, "actor=operator:budi&kind=roster-read") == []
    assert readings(house, "kind=roster-read") == [newest]
    since, until = middle["read_at"], newest["read_at"]
    assert readings(house, f"from={since}&to={until}") == [middle]
    assert readings(house, f"from={until}") == [newest]
    assert readings(house, f"to={since}") == [oldest]


def test_pages_follow_one_another_without_a_gap(house: House) -> None:
    card = house.award()
    class_id = house.put_class()
    house.enrolled(card, class_id)
    for _ in range(3):
        house.look_up("operator", card_number=card.card_number)
        read_roster(house, class_id)
    whole = readings(house)
    for path, role, claims in (
        ("/readings?limit=2", "auditor", {}),
        ("/cards/me/readings?limit=2", "holder", {"card": card.card_ref}),
    ):
        walked: list[Any] = []
        cursor: str | None = ""
        while cursor is not None:
            page = document(house.get(f"{path}{cursor and f'&cursor={cursor}'}", role, **claims))
            walked += page["items"]
            cursor = page["next_cursor"]
        assert walked == whole


def test_readings_of_the_erased_stay_listed_for_auditors(house: House) -> None:
    card = house.award()
    house.look_up("operator", card_number=card.card_number)
    erased(house, card)
    [told] = readings(house, f"card_ref={card.card_ref}")
    assert told["reason"] == REASON


def test_the_size_of_the_journal_at_an_instant_is_found_by_halving(house: House) -> None:
    house.award_many(3)
    journal = house.service.journal
    with house.service.database.reading() as connection:
        entries = journal.read(connection, after=0, limit=100)
        for entry in entries:
            earlier = sum(other.recorded_at < entry.recorded_at for other in entries)
            assert journal.size_at(connection, entry.recorded_at) == earlier
        later = read_instant("2200-01-01T00:00:00Z")
        assert journal.size_at(connection, later) == len(entries)


@pytest.mark.parametrize("role", ["operator", "officer", "provider", "holder"])
def test_only_auditors_list_what_everybody_read(shared_house: House, role: str) -> None:
    assert code(shared_house.get("/readings", role)) == (403, "forbidden")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("card_ref=x", "/card_ref"),
        ("kind=card-awarded", "/kind"),
        ("from=2027-01-02T00:00:00Z&to=2027-01-01T00:00:00Z", "/to"),
        ("cursor=x", "/cursor"),
        ("limit=0", "/limit"),
        ("nik=1", "/nik"),
    ],
)
def test_what_narrows_nothing_is_refused(shared_house: House, query: str, pointer: str) -> None:
    answer = shared_house.get(f"/readings?{query}", "auditor")
    assert (code(answer), pointers(answer)) == ((422, "validation-failed"), [pointer])
