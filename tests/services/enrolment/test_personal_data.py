"""Nothing that tells who somebody is stands anywhere in the clear: not at rest, not in logs, not in exports."""

from __future__ import annotations

import csv
import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from chassis.observability import configure_logging
from services.enrolment.storage import METADATA
from tests.services.enrolment import exclusions
from tests.services.enrolment.draws import (
    applied,
    apply,
    drawn,
    looked_up,
    open_draw,
    withdraw,
)
from tests.services.enrolment.files import admit_all, file_of, rows, send, sent, work_of
from tests.services.enrolment.house import House, assisted_wish, document
from tests.services.enrolment.people import HeldCard, Person
from tests.services.enrolment.teaching import taught
from tests.tokens import token

ZUBAIDAH = Person(
    nik="1771056505870013",
    family_card="1771099912340021",
    name="Zubaidah Kertanegara",
    birth_date="1987-05-25",
    regency="17.71",
)
UMBU = Person(
    nik="5312112907910004",
    family_card="5312110101010077",
    name="=Umbu Rambaraji",
    birth_date="1991-07-29",
    regency="17.71",
)
WAHYU = Person(
    nik="1771012308790021",
    family_card="1771019988770055",
    name="Wahyuningsih Prabandari",
    birth_date="1979-08-23",
    regency="17.71",
)
SITI = Person(
    nik="1771014411850031",
    family_card="1771017788990031",
    name="Sitirahayu Mangkuwana",
    birth_date="1985-11-04",
    regency="17.71",
)
TONO = Person(
    nik="1771011902880032",
    family_card="1771017788990032",
    name="Tonowidjaja Prasodjo",
    birth_date="1988-02-19",
    regency="17.71",
)
NEVER_ADMITTED = "6472031112990009"
LISTED_ONLY = ["7371014408800031", "7371019940800031"]
"""On a list, and in a line of its file that holds no possible date; neither ever held a card."""

APPEAL = f"Nama saya Umbu Rambaraji, NIK {UMBU.nik}, ibu saya Magdalena Hunggu"
SAID_OF_A_TRAINER = "Tetriwanda"


@dataclass(frozen=True)
class Traces:
    """What a day leaves behind, and what must not be found in it."""

    log: str
    secrets: list[str]
    card_refs: list[str]


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Write the log of a process at its most talkative, as it would go to standard output."""
    written = io.StringIO()
    root = logging.getLogger()
    handlers, level, before = root.handlers, root.level, structlog.get_config()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", written)
        configure_logging("enrolment", level="DEBUG")
        yield written
    root.handlers, root.level = handlers, level
    structlog.contextvars.clear_contextvars()
    structlog.configure(**before)


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
        fail(house, one)
        own_token = token(role="holder", card=one.card_ref)
        for sent in (own_token, f"{own_token[:-3]}AAA"):
            house.get("/cards/me", headers={"Authorization": f"Bearer {sent}"})
    secrets = [
        *refused,
        own_token,
        code,
        *waiting,
        *LISTED_ONLY,
        *APPEAL.split(", "),
        SAID_OF_A_TRAINER,
    ]
    for card in (one, other, third):
        person = card.person
        secrets += [person.nik, person.family_card, person.birth_date, card.card_number]
        secrets += person.name.strip("=").split()
    return Traces(log.getvalue(), secrets, [one.card_ref, other.card_ref, third.card_ref])


def admit(house: House) -> tuple[HeldCard, HeldCard, list[str]]:
    """Admit two, twice under one key, beside rows that fall; return the two, and what stood in the others."""
    spaced = f"{NEVER_ADMITTED[:4]} {NEVER_ADMITTED[4:]}"
    wrong = [ZUBAIDAH.row(nik=spaced), ZUBAIDAH.row(birth_date="1987-02-31"), ZUBAIDAH.row()]
    rows = [ZUBAIDAH.row(), UMBU.row(), *wrong]
    answers = [document(house.admit(rows, key="admission-of-the-day")) for _ in range(2)]
    numbers = [row["card_number"] for row in answers[1]["admitted"]]
    with house.service.database.reading() as connection:
        find = house.service.stores.persons.card_ref_by_number
        refs = [str(find(connection, number)) for number in numbers]
    one, other = (HeldCard(*each) for each in zip((ZUBAIDAH, UMBU), numbers, refs, strict=True))
    return one, other, [NEVER_ADMITTED, spaced]


def admit_from_file(house: House) -> HeldCard:
    """Admit one from a file, read what became of it, and leave another file waiting and one refused."""
    file_id = sent(house, file_of([WAHYU, replace(WAHYU, nik=NEVER_ADMITTED, regency="17.7")]))
    admit_all(house)
    number = rows(house, file_id)[0]["card_number"]
    sibling = replace(WAHYU, nik="1771012308790022")
    sent(house, file_of([replace(WAHYU, birth_date="1979-02-30"), sibling]))
    send(house, file_of([WAHYU]) + b"\xff\n")
    rename(house, "movement", "movement_away")
    with pytest.raises(sa.exc.SQLAlchemyError):
        work_of(house).admit_some()
    rename(house, "movement_away", "movement")
    with house.service.database.reading() as connection:
        ref = house.service.stores.persons.card_ref_by_number(connection, number)
    return HeldCard(WAHYU, number, str(ref))


def apply_for_some(house: House) -> list[str]:
    """Let one be drawn, one withdraw and one wait for a draw, and fail once; return what stood in what was sent."""
    done, open_ = open_draw(house), open_draw(house)
    applied(house, done, SITI)
    document(withdraw(house, applied(house, done, TONO)))
    drawn(house, done)
    waits = applied(house, open_, TONO)
    apply(house, open_, TONO)
    apply(house, open_, replace(SITI, birth_date="1979-02-31"))
    looked_up(house, waits)
    rename(house, "application", "application_away")
    assert apply(house, open_, SITI).status_code == 500
    rename(house, "application_away", "application")
    told = [[one.nik, one.family_card, one.birth_date, *one.name.split()] for one in (SITI, TONO)]
    return [secret for secrets in told for secret in secrets]


def exclude(house: House, card: HeldCard, other: HeldCard) -> None:
    """Import lists, one of them in vain, find holders on one, and let one of them appeal and be read about."""
    wrong = exclusions.announced(house)
    exclusions.send(house, wrong, exclusions.file_of(LISTED_ONLY) + b"\xff\n")
    rename(house, "listed_person", "listed_person_away")
    assert exclusions.send(house, wrong, exclusions.file_of(LISTED_ONLY)).status_code == 500
    rename(house, "listed_person_away", "listed_person")
    niks = [each.person.nik for each in (card, other)]
    lines = [*LISTED_ONLY, *niks, *niks, f" {niks[0]}", f"{niks[0]},Umbu"]
    list_id = exclusions.in_force(house, lines)
    exclusions.find_all(house)
    house.get(f"/exclusion-lists/{list_id}/refusals", "operator", headers={"Accept": "text/csv"})
    house.get(f"/exclusion-lists/{list_id}/affected", "auditor", headers={"Accept": "text/csv"})
    [case] = exclusions.cases(house, card_ref=card.card_ref)
    exclusions.decide(house, case["id"], "upheld", reason=f"NIK {niks[0]}")
    document(exclusions.decide(house, case["id"], "upheld"))
    path = f"/exclusion-cases/{case['id']}/appeal"
    body = {"text": APPEAL, "card_number": card.card_number, "consent": True}
    house.post(path, body, "officer", region="32")
    document(house.post(path, body, "officer", region="17"))
    assert document(house.get(path, "operator"))["text"] == APPEAL
    document(exclusions.decide_appeal(house, case["id"], "granted"))


def look_up(house: House, card: HeldCard) -> None:
    for body in ({"nik": card.person.nik}, {"card_number": card.card_number}):
        for claims in ({"region": "17"}, {"region": "32"}):
            house.look_up("officer", **body, **claims)
    house.look_up("operator", nik=NEVER_ADMITTED)
    house.look_up("operator", nik=f"{NEVER_ADMITTED} ")
    house.look_up("operator", nik=NEVER_ADMITTED, reason=f"Cari {NEVER_ADMITTED}")


def buy_and_return(house: House, one: HeldCard, other: HeldCard) -> str:
    """Take a seat, be refused one, redeem, cancel; return the redeem code."""
    class_id = house.put_class(declared_seats=1)
    body = assisted_wish(class_id, one.card_number)
    taken = document(house.post("/enrolments", body, "officer", region="17"), 201)
    house.enrol(other, class_id)
    house.post("/enrolments", {**body, "card_number": other.card_number}, "operator")
    known = {"card": one.card_ref}
    house.redeem(taken["id"], "WRONGCODE", "holder", **known)
    for path in ("/cards/me", "/cards/me/statement", f"/enrolments/{taken['id']}/timeline"):
        house.get(path, "holder", **known)
    roster = f"/classes/{class_id}/roster?reason="
    house.get(f"{roster}Pengawasan", "operator")
    house.get(f"{roster}Pengawasan", "operator", headers={"Accept": "text/csv"})
    house.get(f"{roster}{one.person.nik}", "operator")
    house.cancel(taken["id"], "holder", reason=f"NIK {one.person.nik}", **known)
    house.redeem(taken["id"], taken["redeem_code"], "holder", **known)
    house.cancel(taken["id"], "operator")
    return str(taken["redeem_code"])


def learn(house: House) -> None:
    """Complete a training and review it, with a name in the text; be refused what holds a number."""
    of = taught(house)
    of.came()
    of.record(of.item(reason=f"NIK {NEVER_ADMITTED}"))
    document(of.judge())
    of.review(text=f"NIK saya {NEVER_ADMITTED}")
    document(of.review(text=f"Ibu {SAID_OF_A_TRAINER} mengajar dengan sabar."), 201)
    house.get(f"/enrolments/{of.enrolments[0]}/attendance", "operator")
    house.get(f"/enrolments/{of.enrolments[0]}/review", "holder", card=of.cards[0].card_ref)


def fail(house: House, card: HeldCard) -> None:
    """Take tables away, so that what was about to be written ends in an error of ours."""
    class_id = house.put_class()
    body = assisted_wish(class_id, card.card_number)
    for table in ("movement", "person"):
        rename(house, table, f"{table}_away")
        assert house.admit([ZUBAIDAH.row(nik="1771056505870099")]).status_code == 500
        assert house.post("/enrolments", body, "operator").status_code == 500
        rename(house, f"{table}_away", table)


def rename(house: House, table: str, to: str) -> None:
    with house.as_owner() as connection:
        connection.execute(sa.text(f"alter table {table} rename to {to}"))


def at_rest(house: House) -> str:
    """Return everything that the database keeps, as text."""
    if house.service.database.dialect == "sqlite":
        file = Path(house.places.application.removeprefix("sqlite:///"))
        parts = [file, *file.parent.glob(f"{file.name}-*")]
        return "".join(part.read_bytes().decode("latin-1") for part in parts)
    with house.as_owner() as connection:
        tables = sa.inspect(connection).get_table_names()
        assert set(tables) >= set(METADATA.tables)
        whole_row: sa.ColumnElement[str] = sa.literal_column("t::text")
        queries = [sa.select(whole_row).select_from(sa.table(t).alias("t")) for t in tables]
        rows = [row for query in queries for row in connection.execute(query).scalars()]
    return "\n".join(rows)


def found(text: str, traces: Traces) -> list[str]:
    return [secret for secret in traces.secrets if secret.lower() in text.lower()]


def test_nothing_in_the_clear_is_kept_in_the_database(shared_house: House, traces: Traces) -> None:
    kept = at_rest(shared_house)
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
        "attendance-recorded",
        "enrolment-completed",
        "enrolment-reviewed",
    }
    assert found(told, traces) == []


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
