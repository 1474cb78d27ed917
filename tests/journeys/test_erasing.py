"""A person is erased: in enrolment at once, in accounts a moment later, and everywhere for good."""

from __future__ import annotations

from tests.journeys.browser import Browser, messages_to
from tests.journeys.signing_in import PASSWORD, Holder, activated, ask, kinds_of, new_holder
from tests.journeys.world import World
from tests.planted import Planted, at_rest
from tests.waiting import eventually

CASE = {"reason": "Permintaan pemegang kartu", "case_number": "PDP-2027-004"}


def erase(world: World, holder: Holder) -> None:
    """Revoke the card of somebody who asked to be erased, and erase the person."""
    named = {**CASE, "card_ref": holder.ref}
    world.operator.post("/cards/revocation", named)
    told = world.operator.post("/cards/erasure", named)
    assert told["card_refs"] == [holder.ref]


def test_who_is_erased_is_signed_out_and_gets_no_way_in_again(world: World) -> None:
    holder = new_holder(world)
    browser = activated(world, holder)
    sent = len(messages_to(world, holder.ref))
    erase(world, holder)
    eventually(lambda: not browser.is_signed_in(), what="the account is gone")
    assert browser.sign_in(holder.number, PASSWORD).status_code == 422
    ask(Browser(world), holder)
    assert len(messages_to(world, holder.ref)) == sent
    assert kinds_of(world, card_ref=holder.ref)[-1] == "account-disabled"
    body = {"card_number": holder.number, "reason": "Kehilangan telepon"}
    world.officer("32").refused("POST", "/recoveries", 404, "card-not-found", body=body)


def test_who_was_erased_gets_no_other_card_and_the_log_stays_what_it_was(world: World) -> None:
    (person,) = world.people.candidates(1)
    before = world.journal("enrolment")
    number = world.admit([person])["admitted"][0]["card_number"]
    [entry] = world.journal("enrolment", kind="card-awarded")[-1:]
    holder = Holder(number, person["nik"], entry["card_ref"])
    erase(world, holder)
    [refused] = world.admit([person])["refused"]
    assert refused["code"] == "nik-already-held"
    assert world.journal("enrolment")[: len(before)] == before
    assert [entry["kind"] for entry in world.journal("enrolment", card_ref=holder.ref)] == [
        "card-awarded",
        "card-revoked",
        "erased",
    ]
    world.check_consistency()


def test_no_database_holds_a_number_or_a_name_of_the_erased_in_the_clear(world: World) -> None:
    holder = new_holder(world)
    erase(world, holder)
    planted = Planted({holder.nik, holder.number})
    for service, places in world.system.databases.items():
        assert planted.found(at_rest(places.owner)) == set(), service


def test_a_holder_sees_who_read_the_own_data_as_auditors_do(world: World) -> None:
    holder = new_holder(world)
    world.officer("32").post("/cards/lookup", {"nik": holder.nik, "reason": "Membantu di loket"})
    own = world.holder(holder.ref).read("/cards/me/readings")["items"]
    assert own == world.auditor.read(f"/readings?card_ref={holder.ref}")["items"]
    [told] = own
    assert (told["role"], told["by"], told["reason"]) == ("officer", "nik", "Membantu di loket")
