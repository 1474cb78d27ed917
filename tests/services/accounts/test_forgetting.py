"""What the worker forgets of people, and what it keeps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from services.accounts.service import AccountsService
from services.accounts.storage.people.old import (
    CODES_KEPT,
    LISTED_FOR,
    MESSAGES_KEPT,
    SESSIONS_KEPT,
)
from services.accounts.storage.people_tables import (
    INVITATION,
    MESSAGE,
    ONE_TIME_CODE,
    RECOVERY,
    SESSION,
)
from services.accounts.worker import forget
from tests.services.accounts.api.staff import Program
from tests.services.accounts.api.test_recoveries import Office
from tests.services.accounts.people import SITI, Visitor, add_holder, messages_of

MOMENT = timedelta(minutes=5)


@pytest.fixture
def now(house: AccountsService) -> Iterator[datetime]:
    with house.database.reading() as connection:
        yield house.database.now(connection)


def put(house: AccountsService, table: sa.Table, **values: Any) -> None:
    with house.database.engine.begin() as connection:
        connection.execute(sa.update(table).values(**values))


def rows(house: AccountsService, table: sa.Table) -> list[Any]:
    with house.database.reading() as connection:
        return list(connection.execute(sa.select(table)).all())


@pytest.mark.parametrize("outcome", ["used_at", "withdrawn_at", None])
def test_a_recovery_is_listed_for_a_year_whatever_became_of_it(
    house: AccountsService,
    app: Flask,
    variables: dict[str, str],
    now: datetime,
    outcome: str | None,
) -> None:
    office = Office(app, variables, "officer", region="17")
    assert office.start(nik=SITI.nik).status_code == 201
    long_ago = now - LISTED_FOR
    ended = {outcome: long_ago} if outcome else {}
    put(house, RECOVERY, created_at=long_ago + MOMENT, expires_at=long_ago, **ended)

    forget(house)
    assert len(office.list()["items"]) == 1
    put(house, RECOVERY, created_at=long_ago - MOMENT)
    assert forget(house) == 1
    assert office.list()["items"] == []


def test_an_invitation_is_listed_for_a_year_and_its_address_kept_for_a_month_after_its_end(
    house: AccountsService, app: Flask, variables: dict[str, str], now: datetime
) -> None:
    operator = Program(app, variables, "operator")
    assert operator.invite().status_code == 201
    put(house, INVITATION, expires_at=now - MESSAGES_KEPT - MOMENT)
    assert forget(house) == 1
    (kept,) = rows(house, INVITATION)
    assert (kept.sealed, kept.name_digest) == (None, None)

    put(house, INVITATION, created_at=now - LISTED_FOR - MOMENT)
    assert forget(house) == 1
    assert operator.list("invitations") == []


@pytest.mark.parametrize("done", ["sent_at", "given_up_at"])
def test_a_message_is_kept_for_a_month_and_never_forgotten_before_it_was_sent(
    house: AccountsService, app: Flask, variables: dict[str, str], now: datetime, done: str
) -> None:
    Program(app, variables, "operator").invite()
    put(house, MESSAGE, created_at=now - 2 * MESSAGES_KEPT)
    assert forget(house) == 0

    put(house, MESSAGE, sealed=None, **{done: now - MESSAGES_KEPT - MOMENT})
    assert forget(house) == 1
    assert rows(house, MESSAGE) == []


def test_codes_and_sessions_are_forgotten_days_after_their_end(
    house: AccountsService, app: Flask, now: datetime
) -> None:
    add_holder(house)
    visitor = Visitor(app.test_client())
    visitor.send("/activate", card_number=SITI.card_number, nik=SITI.nik)
    visitor.sign_in(SITI.card_number)
    messages_of(house)
    put(house, ONE_TIME_CODE, expires_at=now - CODES_KEPT + MOMENT)
    put(house, SESSION, expires_at=now - SESSIONS_KEPT + MOMENT)
    assert forget(house) == 0

    put(house, ONE_TIME_CODE, expires_at=now - CODES_KEPT - MOMENT)
    put(house, SESSION, expires_at=now - SESSIONS_KEPT - MOMENT)
    assert forget(house) == 2
