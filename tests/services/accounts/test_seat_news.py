"""What enrolment's journal tells of seats, their holders are told: once, in their language, while it makes sense."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now, write_instant
from chassis.identifiers import new_id, random_reference
from chassis.journal import RecordedEntry
from services.accounts.domain.people.news import News
from services.accounts.followers.seat_news import OFFERED, news_in
from services.accounts.storage import FOLLOWER_STATE
from services.accounts.storage.people.accounts import save_language
from services.accounts.storage.people_tables import MESSAGE, MOVED_CLASS
from services.enrolment.storage.tables.seats import TRAINING_CLASS
from services.enrolment.use_cases.seats.cancel_enrolments_of_called_off_class import (
    cancel_enrolments_of_called_off_class,
)
from tests.services.accounts.people import SITI, add_holder
from tests.services.accounts.telling import Telling, moved_with, offered
from tests.services.enrolment.house import House, document
from tests.services.enrolment.people import HeldCard


def call_off(enrolment: House, class_id: str) -> int:
    """Let the catalogue say that a class is called off, and do what the worker does then; return for how many."""
    stores = enrolment.service.stores

    def do(connection: sa.Connection) -> int:
        called_off = sa.update(TRAINING_CLASS).where(TRAINING_CLASS.c.class_id == class_id)
        connection.execute(called_off.values(status="cancelled", reason="Pelatih sakit"))
        return cancel_enrolments_of_called_off_class(
            connection, class_id, request_id="-", stores=stores
        )

    return enrolment.service.transactions.run(do)


def test_who_is_offered_a_seat_is_told_until_when_and_nobody_else(telling: Telling) -> None:
    waiting = offered(telling.enrolment)
    telling.catch_up()
    [message] = telling.sent()
    assert (message.kind.value, message.to.card) == ("seat-offered", waiting.card_ref)
    answer = telling.enrolment.get("/enrolments", "holder", card=waiting.card_ref)
    [place] = document(answer)["items"]
    assert place["status"] == "offered"
    until = datetime.fromisoformat(place["offer_expires_at"])
    assert datetime.fromisoformat(message.values["until"]) == until == message.expires_at
    assert message.values["zone"] == "Asia/Jakarta"
    assert message.language == "id"


def test_the_language_is_that_of_the_account(telling: Telling) -> None:
    waiting = offered(telling.enrolment)
    account = add_holder(telling.accounts, replace(SITI, card=waiting.card_ref))
    telling.accounts.transactions.run(lambda c: save_language(c, account, "en"))
    telling.catch_up()
    assert [message.language for message in telling.sent()] == ["en"]


def test_who_is_in_a_class_that_is_called_off_is_told_and_who_left_before_is_not(
    telling: Telling,
) -> None:
    enrolment = telling.enrolment
    one, other, gone = enrolment.award_many(3)
    class_id = enrolment.put_class()
    taken = [enrolment.enrolled(card, class_id) for card in (one, other, gone)]
    enrolment.cancel(taken[2]["id"], "holder", card=gone.card_ref)
    assert call_off(enrolment, class_id) == 2
    telling.catch_up()
    told = sorted(card.card_ref for card in (one, other))
    assert telling.told() == [("class-called-off", card) for card in told]


@pytest.mark.parametrize("role", ["operator", "provider"])
def test_whose_enrolment_somebody_else_cancels_is_told(telling: Telling, role: str) -> None:
    enrolment = telling.enrolment
    card, provider_id = enrolment.award(), new_id()
    taken = enrolment.enrolled(card, enrolment.put_class(provider_id=provider_id))
    claims = {"provider": provider_id} if role == "provider" else {}
    assert enrolment.cancel(taken["id"], role, **claims).status_code == 200
    telling.catch_up()
    assert telling.told() == [("class-called-off", card.card_ref)]


def test_a_journal_that_is_followed_again_tells_nobody_twice(telling: Telling) -> None:
    offered(telling.enrolment)
    moved_with(telling, 3)
    telling.catch_up()
    assert len(telling.told()) == 4
    telling.put(FOLLOWER_STATE, digest="0" * 64)
    assert telling.follower.catch_up() == 0, "noticed"
    assert telling.follower.catch_up() > 0, "and read from the beginning"
    telling.moved.tell()
    assert telling.told() == []


def test_messages_under_ids_of_their_own_would_be_told_twice(
    telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the test before: nothing but the id knows a message that is there already."""
    monkeypatch.setattr(News, "message_id", property(lambda _: new_id()))
    offered(telling.enrolment)
    telling.catch_up()
    assert len(telling.told()) == 1
    telling.put(FOLLOWER_STATE, digest="0" * 64)
    telling.follower.catch_up()
    telling.catch_up()
    assert len(telling.told()) == 1


def test_what_is_older_than_two_days_is_told_to_nobody(
    telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    _everything(telling)
    later = utc_now() + timedelta(days=2, minutes=1)
    monkeypatch.setattr(type(telling.accounts.database), "now", lambda *_: later)
    telling.catch_up()
    assert telling.rows(MESSAGE) == []
    assert telling.rows(MOVED_CLASS) == []


def test_a_moment_before_two_days_are_over_it_is_told(
    telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the test before would show nothing."""
    _everything(telling)
    later = utc_now() + timedelta(days=2, minutes=-1)
    monkeypatch.setattr(type(telling.accounts.database), "now", lambda *_: later)
    telling.catch_up()
    kinds = [row.kind for row in telling.rows(MESSAGE)]
    assert sorted(kinds) == ["class-called-off", "class-moved"], "the offer has run out"


def _everything(telling: Telling) -> None:
    offered(telling.enrolment)
    moved_with(telling, 1)
    card = telling.enrolment.award()
    taken = telling.enrolment.enrolled(card, telling.enrolment.put_class())
    telling.enrolment.cancel(taken["id"], "operator")


def erase(telling: Telling, card: HeldCard) -> None:
    """Erase whoever holds a card, as the operator does."""
    named = {
        "card_ref": card.card_ref,
        "reason": "Permintaan pemegang kartu",
        "case_number": "PDP-1",
    }
    for path in ("/cards/revocation", "/cards/erasure"):
        answer = telling.enrolment.post(path, named, "operator")
        assert answer.status_code == 200, answer.text


def test_what_waits_for_somebody_who_is_erased_is_never_sent_and_destroyed(
    telling: Telling,
) -> None:
    waiting = offered(telling.enrolment)
    telling.catch_up()
    erase(telling, waiting)
    telling.catch_up()
    assert telling.told() == []
    [row] = telling.rows(MESSAGE)
    assert (row.sealed, row.sent_at) == (None, None)
    assert row.given_up_at is not None


def test_an_entry_that_nobody_can_make_a_message_of_holds_up_no_other() -> None:
    def entry(position: int, body: str) -> RecordedEntry:
        subjects = {"card_ref": random_reference(), "class_id": random_reference(), "region": None}
        told = (OFFERED, "worker", "system", "-", "2023-01", subjects, body)
        return RecordedEntry(position, utc_now(), *told)

    until = write_instant(utc_now() + timedelta(hours=1))
    entries = [
        entry(1, "{}"),
        entry(2, '{"offer_expires_at":"tomorrow"}'),
        entry(3, f'{{"offer_expires_at":"{until}"}}'),
    ]
    assert [news.card for news in news_in(entries)] == [entries[2].subjects["card_ref"]]
