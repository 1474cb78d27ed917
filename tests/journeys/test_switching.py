"""Operators' switches on the whole system: a provider is suspended, and an admission undone."""

from __future__ import annotations

from chassis.identifiers import new_id
from tests.journeys.answers import problem
from tests.journeys.world import HeldCard, Offer, World
from tests.waiting import eventually

REASON = "Laporan peserta sedang diperiksa"


def takes_nobody(world: World, offer: Offer) -> bool:
    told = world.public.read(f"/classes/{offer.class_id}/availability")
    return bool(told["provider_suspended"])


def refused(world: World, card: HeldCard, offer: Offer) -> None:
    answer = world.holder(card.ref).call("POST", "/enrolments", body=offer.wish(), key=new_id())
    told = problem(answer, 409, "provider-suspended")
    assert REASON not in str(told)


def test_a_suspended_provider_takes_nobody_else_wherever_one_looks_until_it_is_lifted(
    world: World,
) -> None:
    offer = world.offer(seats=5)
    first, second = world.cards(2)
    taken = world.holder(first.ref).post("/enrolments", offer.wish())
    searched = f"/courses?provider={offer.provider_id}&has_seats="

    def offered(count: int) -> bool:
        return bool(world.public.read(f"{searched}true")["total"] == count)

    eventually(lambda: offered(1), what="the search offers the class")
    path = f"/providers/{offer.provider_id}"
    world.decide(path, "suspended", reason=REASON)
    eventually(lambda: takes_nobody(world, offer), what="enrolment knows of the suspension")
    refused(world, second, offer)
    eventually(lambda: offered(0), what="the search offers it no more")
    assert world.public.read(f"{searched}false")["total"] == 0
    shown = world.public.read(f"/classes/{offer.class_id}")
    assert (shown["seats_left"], shown["provider_suspended"]) == (0, True)
    assert REASON not in str(world.public.read(path))
    begun = {"redeem_code": taken["redeem_code"]}
    staff = world.provider(offer.provider_id)
    assert staff.post(f"/enrolments/{taken['id']}/redemption", begun)["status"] == "active"
    world.decide(path, "approved", reason="Tidak ada temuan")
    eventually(lambda: not takes_nobody(world, offer), what="enrolment knows that it is lifted")
    world.holder(second.ref).post("/enrolments", offer.wish())
    eventually(lambda: offered(1), what="the search offers the class again")
    world.check_consistency()


def test_an_admission_from_the_wrong_file_is_undone_and_the_right_one_admitted(
    world: World,
) -> None:
    candidates = world.people.candidates(3, scheme="digital", regency="32.73")
    mistaken = world.admit(candidates)
    path = f"/admissions/{mistaken['admission_id']}/undo"
    seen = world.operator.read(path)
    assert seen["withdrawn"]["count"] == 3
    done = world.operator.post(path, {"reason": "Salah berkas", "preview": seen["preview"]})
    assert done["withdrawn"]["amount"] == seen["withdrawn"]["amount"]
    number = mistaken["admitted"][0]["card_number"]
    asked = {"card_number": number, "reason": "Ditanyakan di loket"}
    assert world.officer("32.73").post("/cards/lookup", asked)["status"] == "withdrawn"
    assert len(world.admit(candidates)["admitted"]) == 3
    world.check_consistency()
