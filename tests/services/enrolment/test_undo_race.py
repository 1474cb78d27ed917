"""An undo against an enrolment of one of its cards, where nobody locks the card."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from chassis.group_commit import GroupCommit
from chassis.identity import Principal
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.programme.undo_admission import UndoAdmission, undo_admission
from services.enrolment.use_cases.seats.enrol import EnrolHandler
from tests.services.enrolment.api.test_undoing import admitted, preview
from tests.services.enrolment.careless import UnlockedCards, careless_service
from tests.services.enrolment.contender import outcome_for
from tests.services.enrolment.house import House


def test_if_cards_were_not_locked_one_would_be_withdrawn_while_its_holder_is_in_a_class(
    house: House,
) -> None:
    """The test of undoing has the guarded twin: of the two, one comes first."""
    admission_id, [card] = admitted(house, 1)
    class_id, seen = house.put_class(), preview(house, admission_id)["preview"]
    careless = careless_service(house)
    unlocked = UnlockedCards(careless.database, threading.Barrier(2))
    stores: Stores = replace(careless.stores, cards=unlocked)
    handler = EnrolHandler(stores, code_key=careless.code_key)
    enrolling = replace(
        careless, enrolments=GroupCommit(careless.database, stores.answers, handler)
    )
    operator = Principal("operator:rina", "operator", None, None, None, expires_at=0)
    command = UndoAdmission(admission_id, seen, "Salah berkas", operator, "request-1")
    with ThreadPoolExecutor(2) as pool:
        taken = pool.submit(outcome_for, enrolling, class_id, card.card_ref)
        undone = pool.submit(
            careless.transactions.run,
            lambda connection: undo_admission(connection, command, stores=stores),
        )
        assert taken.result() == "confirmed"
        assert len(undone.result().withdrawn) == 1
    enrolling.enrolments.close()
    assert house.differences()
