"""A service in which a little of everything happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import islice

import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.identifiers import new_id, random_reference
from services.enrolment.domain.money.movement import Account
from services.enrolment.domain.money.statement import lines_of
from tests.services.enrolment import exclusions
from tests.services.enrolment.draws import applied, drawn, open_draw, withdraw
from tests.services.enrolment.erasing import erased
from tests.services.enrolment.files import admit_all, file_of, sent
from tests.services.enrolment.house import House, document
from tests.services.enrolment.people import HeldCard
from tests.services.enrolment.teaching import taught
from vocabulary.rule_book import national_day


def let_everything_happen(house: House) -> dict[str, str]:
    """Let a little of everything happen, and return ids by what they stand for."""
    file_id = sent(house, file_of(islice(house.supply, 2)))
    admit_all(house)
    draw_wave = drew(house)
    full, other = house.put_class(declared_seats=2), house.put_class()
    cards = house.award_many(4)
    quotas = [{"scheme": "digital", "region": "32", "places": 10}]
    body = {"quotas": quotas, "reason": "Keputusan kuota"}
    document(house.post(f"/waves/{house.wave_id}/quotas", body, "operator"))
    taken = [house.enrolled(card, full) for card in cards[:2]]
    house.enrol(cards[2], full)
    taken_elsewhere = house.enrolled(cards[3], other)
    [leaving] = house.award_many(1)
    left_freely = house.enrolled(leaving, other)
    house.move_class(other)
    house.move_class(other)
    document(house.cancel(left_freely["id"], "holder", card=leaving.card_ref))
    house.redeem(taken[0]["id"], taken[0]["redeem_code"], "holder", card=cards[0].card_ref)
    house.cancel(taken[1]["id"], "operator")
    house.get(f"/classes/{full}/roster?reason=Pengawasan", "operator")
    house.look_up("operator", card_number=cards[0].card_number)
    house.put_class(full, declared_seats=1)
    [mistaken] = house.award_many(1)
    undone = undo_admission_of(house, mistaken)
    correction = corrected(house, cards[3])
    suspended = suspend_provider_of(house, taken_elsewhere["class"]["id"])
    exclude(house, revoked=cards[1], barred=cards[2])
    judged = judged_and_reviewed(house)
    listed = waited(house)
    sum_up_days(house)
    [gone] = house.award_many(1)
    erased(house, gone)
    return {
        **judged,
        **listed,
        "file": file_id,
        "draw": draw_wave,
        "mistaken": mistaken.card_ref,
        "erased": gone.card_ref,
        "admission": undone,
        "correction": correction,
        "suspended": suspended,
        "card": cards[0].card_ref,
        "returned": cards[1].card_ref,
        "bystander": cards[2].card_ref,
        "class": full,
        "enrolment": taken[0]["id"],
        "wave": house.wave_id,
        "other_wave": house.open_wave(),
        "nobody": random_reference(),
        "new_movement": new_id(),
        "newer_movement": new_id(),
    }


def drew(house: House) -> str:
    """Draw for one place among two, a child, and somebody who withdrew; return the wave."""
    wave_id = open_draw(house)
    quotas = {"quotas": [{"places": 1}], "reason": "Keputusan kuota"}
    document(house.post(f"/waves/{wave_id}/quotas", quotas, "operator"))
    one, other, child, withdrawn = islice(house.supply, 4)
    for person in (one, other, replace(child, birth_date="2015-01-01")):
        applied(house, wave_id, person)
    document(withdraw(house, applied(house, wave_id, withdrawn)))
    drawn(house, wave_id)
    return wave_id


def judged_and_reviewed(house: House) -> dict[str, str]:
    """Let one complete and review a training, another miss it; return ids by what they stand for."""
    of = taught(house, 2)
    [came, _] = of.came()["accepted"]
    wrong = of.item(1)
    document(of.record(wrong))
    right = of.item(1, present=False, corrects=wrong["evidence_id"], reason="Salah orang")
    document(of.record(right))
    document(of.judge_all())
    document(of.review(), 201)
    document(of.survey(), 201)
    return {
        "learner": of.cards[0].card_ref,
        "completed": of.enrolments[0],
        "missed": of.enrolments[1],
        "evidence": came["evidence_id"],
        "correcting": right["evidence_id"],
    }


def waited(house: House) -> dict[str, str]:
    """Let four wait for a seat: one has accepted it, one is offered it, one has left, one waits; return their ids."""
    class_id = house.put_class(declared_seats=1)
    first, *cards = house.award_many(5, regency="17.71")
    house.enrolled(first, class_id)
    accepted, offered, left, waiting = (house.waits(card, class_id)["id"] for card in cards)
    house.put_class(class_id, declared_seats=3)
    assert house.serve_lists() == 2
    path = f"/enrolments/{accepted}/acceptance"
    document(house.post(path, {}, "holder", card=cards[0].card_ref), 201)
    document(house.cancel(left, "holder", card=cards[2].card_ref))
    return {
        "listed_class": class_id,
        "offered": offered,
        "left": left,
        "waiting": waiting,
        "waiter": cards[3].card_ref,
    }


def sum_up_days(house: House) -> None:
    """Sum up two days on which nothing moved yet."""
    days, now = house.service.stores.account_days, utc_now()

    def add(connection: sa.Connection) -> None:
        for ago in (2, 1):
            day = national_day(now) - timedelta(days=ago)
            days.add(connection, day, lines_of(Account, {}, []), now=now)

    house.service.transactions.run(add)


def undo_admission_of(house: House, card: HeldCard) -> str:
    """Undo the admission in which a card was awarded."""
    admission_id = str(document(house.get("/admissions", "operator"))["items"][0]["id"])
    path = f"/admissions/{admission_id}/undo"
    seen = document(house.get(path, "operator"))
    assert seen["withdrawn"]["card_refs"] == [card.card_ref]
    body = {"reason": "Salah berkas", "preview": seen["preview"]}
    document(house.post(path, body, "operator"))
    return admission_id


def corrected(house: House, card: HeldCard) -> str:
    """Correct a card's money; return the correction's id."""
    body = {"card_ref": card.card_ref, "amount": -9_000, "reason": "Salah", "case_number": "7"}
    made = document(house.post("/corrections", body, "operator", subject="operator:rina"), 201)
    document(house.post(f"/corrections/{made['id']}/approval", {}, "operator"))
    return str(made["id"])


def exclude(house: House, *, revoked: HeldCard, barred: HeldCard) -> None:
    """Find two holders on a list, refuse their appeals, and revoke the card of one."""
    exclusions.hit(house, revoked, barred)
    for card in (revoked, barred):
        [case] = exclusions.cases(house, card_ref=card.card_ref)
        document(exclusions.decide(house, case["id"], "upheld"))
        document(exclusions.appeal(house, case["id"], card))
        document(exclusions.decide_appeal(house, case["id"], "refused"))
        if card is revoked:
            document(exclusions.revoke(house, case["id"], card))


def suspend_provider_of(house: House, class_id: str) -> str:
    """Suspend the provider of a class, and return its id."""
    with house.service.database.reading() as connection:
        known = house.service.stores.classes.read(connection, class_id)
    assert known is not None
    house.suspend(known.provider_id)
    return known.provider_id
