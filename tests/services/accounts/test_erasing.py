"""What accounts keeps of a holder goes once enrolment tells that the person was erased."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from chassis.identifiers import new_id
from chassis.journal import Entry
from deploy.local.databases import ServiceDatabase
from services.accounts.development import issue_token
from services.accounts.domain.actors import Actor
from services.accounts.domain.people.names import Name
from services.accounts.domain.people.recoveries import FoundCard
from services.accounts.followers.enrolment import EnrolmentFollower, enrolment_follower
from services.accounts.service import AccountsService
from services.accounts.storage import METADATA
from services.accounts.storage.people.digests import token_digest
from services.accounts.storage.people_tables import ACCOUNT
from services.accounts.use_cases.people.ask_for_code import HOLDER, AskForCode, ask_for_code
from services.accounts.use_cases.people.start_recovery import start_recovery
from services.accounts.use_cases.people.use_code import choose_password
from tests.served import served
from tests.services.accounts.people import (
    BUDI,
    PASSWORD,
    SITI,
    Holder,
    Visitor,
    add_holder,
    another,
)
from tests.services.enrolment.house import House, house_on
from tests.tokens import token
from vocabulary.refusals.cards import CardNotFound

FLOW = "holder.one-flow"
REASON = "Kehilangan telepon"


@pytest.fixture
def enrolment(provision: Callable[[str], ServiceDatabase]) -> Iterator[House]:
    """Enrolment, with nobody in it."""
    with house_on(provision("services.enrolment")) as opened:
        yield opened


@pytest.fixture
def following(house: AccountsService, enrolment: House) -> Iterator[EnrolmentFollower]:
    """Accounts' follower of that enrolment."""
    with served(enrolment.app) as address:
        settings = replace(house.settings, enrolment_url=address)
        follower = enrolment_follower(
            replace(house, settings=settings), lambda: token(role="system")
        )
        yield follower


def tell(enrolment: House, *holders: Holder) -> None:
    """Let enrolment's journal tell that people were erased."""
    entries = [
        Entry(
            kind="erased",
            actor="operator:rina",
            role="operator",
            request_id="request-1",
            subjects={"card_ref": holder.card, "region": holder.region},
            body={"case_number": "PDP-1", "reason": "Permintaan", "suppressed": 1},
        )
        for holder in holders
    ]
    service = enrolment.service
    service.transactions.run(
        lambda c: service.journal.append(c, entries, now=service.database.now(c))
    )


def ask(house: AccountsService, holder: Holder = SITI) -> None:
    """Have a code sent to a holder, or to whom enrolment took for one a moment ago."""
    name = Name("card", holder.card_number)
    command = AskForCode(HOLDER, name, holder.card, flow=FLOW, device=None, language="id")
    house.transactions.run(lambda connection: ask_for_code(connection, house.people, command))


def choose(house: AccountsService) -> bool:
    """Choose a password by the code that was sent; tell whether there is an account now."""
    chosen = house.transactions.run(
        lambda connection: choose_password(
            connection,
            house.people,
            flow=FLOW,
            password_hash="a hash",
            language="id",
            request_id="a-request",
        )
    )
    return chosen is not None


def recover(app: Flask, variables: dict[str, str], holder: Holder = SITI) -> Any:
    """Start a recovery as an officer who was shown the card."""
    officer = issue_token(role="officer", environment=variables, region=holder.region)
    headers = {"Authorization": f"Bearer {officer}", "Idempotency-Key": new_id()}
    body = {"card_number": holder.card_number, "reason": REASON}
    with app.test_client() as client:
        return client.post("/api/v1/recoveries", json=body, headers=headers)


def everything(house: AccountsService) -> str:
    """Return every row of every table as text, answers opened."""
    parts = []
    with house.database.reading() as connection:
        for table in METADATA.sorted_tables:
            for row in connection.execute(sa.select(table)).mappings():
                parts.append(str(dict(row)))
                if table.name == "stored_answer":
                    parts.append(house.seal.open(row["body"], context=row["digest"]))
    return "\n".join(parts)


def test_account_sessions_codes_and_recoveries_of_the_erased_go(
    house: AccountsService,
    app: Flask,
    visitor: Visitor,
    enrolment: House,
    following: EnrolmentFollower,
) -> None:
    account_id = add_holder(house)
    visitor.sign_in(SITI.card_number)
    another(app).sign_in(SITI.card_number, "guessed wrongly")
    ask(house)
    assert visitor.is_signed_in()
    tell(enrolment, SITI)
    following.catch_up()
    assert not visitor.is_signed_in()
    assert not another(app).sign_in(SITI.card_number).headers.get("Set-Cookie", "").count("session")
    digest = house.people.digests.name(Name("card", SITI.card_number))
    assert digest not in everything(house)
    with house.database.reading() as connection:
        row = connection.execute(sa.select(ACCOUNT).where(ACCOUNT.c.account_id == account_id)).one()
    assert (row.name_digest, row.sealed, row.password_hash) == (None, None, None)


def test_the_journal_tells_that_an_account_was_disabled_once(
    house: AccountsService, enrolment: House, following: EnrolmentFollower
) -> None:
    account_id = add_holder(house)
    tell(enrolment, SITI)
    tell(enrolment, SITI)
    following.catch_up()
    following.catch_up()
    with house.database.reading() as connection:
        entries = house.journal.read(connection, after=0, limit=100)
    [told] = [entry for entry in entries if entry.kind == "account-disabled"]
    assert told.body["account_id"] == account_id
    assert told.subjects["card_ref"] == SITI.card
    assert (told.actor, told.role) == ("service-accounts", "system")


def test_everybody_else_keeps_their_account(
    house: AccountsService, app: Flask, enrolment: House, following: EnrolmentFollower
) -> None:
    add_holder(house, BUDI)
    tell(enrolment, SITI)
    following.catch_up()
    browser = another(app)
    browser.sign_in(BUDI.card_number, PASSWORD)
    assert browser.is_signed_in()


def test_nobody_gets_a_code_or_an_account_for_a_card_of_the_erased(
    house: AccountsService, enrolment: House, following: EnrolmentFollower
) -> None:
    tell(enrolment, SITI)
    following.catch_up()
    ask(house)
    assert not choose(house)
    assert SITI.card not in str(_codes(house))


def _codes(house: AccountsService) -> list[Any]:
    with house.database.reading() as connection:
        return list(connection.execute(sa.text("select card from one_time_code")).scalars())


def test_a_code_that_was_sent_before_makes_no_account_after(
    house: AccountsService, enrolment: House, following: EnrolmentFollower
) -> None:
    ask(house)
    tell(enrolment, SITI)
    following.catch_up()
    assert not choose(house)


def test_without_an_erasure_the_same_code_makes_an_account(house: AccountsService) -> None:
    """Else the two tests before would show nothing."""
    ask(house)
    assert choose(house)


def test_the_answer_that_named_the_holder_to_an_officer_goes_with_the_recovery(
    house: AccountsService,
    app: Flask,
    variables: dict[str, str],
    enrolment: House,
    following: EnrolmentFollower,
) -> None:
    for holder in (SITI, BUDI):
        assert recover(app, variables, holder).status_code == 201
    assert SITI.name in everything(house)
    tell(enrolment, SITI)
    following.catch_up()
    left = everything(house)
    assert SITI.name not in left
    assert BUDI.name in left
    assert REASON in left


def test_no_recovery_is_started_for_who_was_erased_since_the_look_up(
    house: AccountsService, enrolment: House, following: EnrolmentFollower
) -> None:
    tell(enrolment, SITI)
    following.catch_up()
    found = FoundCard(SITI.card, SITI.region, SITI.card_number, SITI.name)
    actor = Actor("officer-1", "request-1", "officer")
    with pytest.raises(CardNotFound):
        house.transactions.run(
            lambda c: start_recovery(c, house.people, found, reason=REASON, actor=actor)
        )


def test_after_enrolment_was_restored_its_journal_is_followed_from_the_beginning(
    house: AccountsService, enrolment: House, following: EnrolmentFollower
) -> None:
    tell(enrolment, BUDI)
    following.catch_up()
    statement = "update follower_state set digest = :digest"
    house.transactions.run(
        lambda c: c.execute(sa.text(statement), {"digest": token_digest("another journal")})
    )
    add_holder(house)
    tell(enrolment, SITI)
    assert following.catch_up() == 0
    assert following.catch_up() == 2
    digest = house.people.digests.name(Name("card", SITI.card_number))
    assert digest not in everything(house)
