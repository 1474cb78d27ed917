"""A day on which everything happens that touches a person, and what was planted in it: numbers, names, texts."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice

import pytest
import sqlalchemy as sa
import structlog

from chassis.observability import configure_logging
from tests.planted import Planted
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
from tests.services.enrolment.house import DAY, House, assisted_wish, document
from tests.services.enrolment.people import HeldCard
from tests.services.enrolment.planted_people import (
    APPEAL,
    CANDIDATES,
    LISTED_ONLY,
    NEVER_ADMITTED,
    SAID_OF_A_TRAINER,
    SITI,
    TONO,
    UMBU,
    WAHYU,
    ZUBAIDAH,
    strangers,
)
from tests.services.enrolment.teaching import taught

ODD = "operator:odd"
"""Whose look-ups count apart: the others must not be told to wait."""


@dataclass(frozen=True)
class Traces:
    """What a day leaves behind, and what must not be found in it."""

    log: str
    secrets: list[str]
    card_refs: list[str]
    planted: Planted


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
    send(house, file_of([WAHYU]) + b"x" * 20_000)
    rename(house, "movement", "movement_away")
    with pytest.raises(sa.exc.SQLAlchemyError):
        work_of(house).admit_some()
    rename(house, "movement_away", "movement")
    with house.service.database.reading() as connection:
        ref = house.service.stores.persons.card_ref_by_number(connection, number)
    return HeldCard(WAHYU, number, str(ref))


def apply_for_some(house: House) -> list[str]:
    """Fail once, let one be drawn, one withdraw and one wait for a draw; return what stood in what was sent."""
    done, open_ = open_draw(house), open_draw(house)
    rename(house, "application", "application_away")
    assert apply(house, open_, SITI).status_code == 500
    rename(house, "application_away", "application")
    applied(house, done, SITI)
    document(withdraw(house, applied(house, done, TONO)))
    drawn(house, done)
    waits = applied(house, open_, TONO)
    apply(house, open_, TONO)
    apply(house, open_, replace(SITI, birth_date="1979-02-31"))
    looked_up(house, waits)
    told = [[one.nik, one.family_card, one.birth_date, *one.name.split()] for one in (SITI, TONO)]
    return [secret for secrets in told for secret in secrets]


def exclude(house: House, card: HeldCard, other: HeldCard) -> None:
    """Import lists, one of them in vain, find holders on one, and let one of them appeal and be read about."""
    wrong = exclusions.announced(house)
    exclusions.send(house, wrong, exclusions.file_of(LISTED_ONLY) + b"x" * 20_000)
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
    """Complete a training, review it, with a name in the text, and answer a survey; be refused what holds a number."""
    of = taught(house)
    of.came()
    of.record(of.item(reason=f"NIK {NEVER_ADMITTED}"))
    document(of.judge())
    of.review(text=f"NIK saya {NEVER_ADMITTED}")
    document(of.review(text=f"Ibu {SAID_OF_A_TRAINER} mengajar dengan sabar."), 201)
    document(of.survey(), 201)
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


def plant_many(house: House) -> Planted:
    """Let fifteen thousand numbers go through files, lists, draws, look-ups and erasures; return them."""
    planted = Planted()
    crowd = [replace(one, regency="17.71", cluster=None) for one in islice(strangers(), CANDIDATES)]
    planted.plant(number for one in crowd for number in (one.nik, one.family_card))
    draw = open_draw(house)
    for one in crowd[60:70]:
        document(apply(house, draw, one), 201)
    file_id = sent(house, file_of(crowd))
    admit_all(house)
    cards = [row["card_number"] for row in rows(house, file_id) if row["card_number"]]
    planted.plant(cards)
    assert len(planted.numbers) == 3 * CANDIDATES
    again = [replace(one, birth_date="1990-02-31") for one in crowd[:20]]
    waiting = house.open_wave(opens_in=DAY, closes_in=2 * DAY)
    sent(house, file_of([*again, *crowd[20:40]]), wave_id=waiting)
    listed = [f"737201010590{serial:04d}" for serial in range(1, 401)]
    planted.plant(listed)
    exclusions.in_force(house, [*listed, *[one.nik for one in crowd[40:60]]], group="student")
    exclusions.find_all(house)
    erase_some(house, [*cards[20:22], cards[60]])
    return planted


def erase_some(house: House, card_numbers: list[str]) -> None:
    """Erase some whose card has ended, one who still holds a card, and one twice."""
    for number in card_numbers:
        body = {"card_number": number, "reason": "Permintaan", "case_number": "PDP-1"}
        house.post("/cards/erasure", body, "operator")
        document(house.post("/cards/revocation", body, "operator"))
        document(house.post("/cards/erasure", body, "operator"))
        house.post("/cards/erasure", body, "operator")


def put_in_odd_places(house: House, card: HeldCard, planted: Planted) -> None:
    """Send numbers where none belong: in addresses, queries, headers, keys, and bodies that are refused."""
    numbers = [one.nik for one in islice(strangers(), 100, 123)]
    assert planted.numbers >= {*numbers}
    holder = {"card": card.card_ref}
    for number in numbers[:20]:
        grouped = f"{number[:4]} {number[4:8]} {number[8:12]} {number[12:]}"
        for path in (f"/cards/me?nik={number}", f"/cards/{number}", f"/enrolments/{number}",
                     f"/readings?actor={number}", f"/cards/me/readings?cursor={number}",
                     f"/rules/{number}", f"/quotas?wave_id={grouped.replace(' ', '%20')}"):  # fmt: skip
            house.get(path, "holder", **holder)
            house.get(path, "auditor")
        for sent_id in (
            number,
            grouped.replace(" ", "-"),
            f"nik-{number[:6]}-{number[6:12]}-{number[12:]}",
        ):
            headers = {"X-Request-Id": sent_id, "User-Agent": grouped, "Accept-Language": number}
            house.look_up("operator", nik=number, headers=headers, subject=ODD)
        house.get("/log/entries", "auditor", headers={"Accept": number})
    for number in numbers[20:]:
        grouped = f"{number[:4]}-{number[4:8]}-{number[8:12]}-{number[12:]}"
        for body in (number, [number], {number: number}, {"reason": grouped}, {"nik": int(number)},
                     {"card_number": grouped, "reason": "x"}, {"candidates": [{number: 1}]}):  # fmt: skip
            for path in ("/cards/lookup", "/cards/erasure", f"/waves/{house.wave_id}/admissions",
                         "/corrections", "/waves", "/pauses"):  # fmt: skip
                house.post(path, body, "operator", key=number, subject=ODD)
        house.call(
            "POST", "/api/v1/cards/lookup", role="operator", data=number.encode(), subject=ODD
        )
        house.look_up("operator", nik=number, subject=f"{ODD}-two")
        house.look_up("officer", card_number=number, region="32", subject=f"{ODD}-three")


def found(text: str, traces: Traces) -> list[str]:
    lowered = text.lower()
    secrets = [secret for secret in traces.secrets if secret.lower() in lowered]
    return [*secrets, *traces.planted.found(text)]
