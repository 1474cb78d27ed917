"""Several who try one code at once, a sign-in beside a change of the password, and owners who remove one another."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.problems import NotFound
from services.accounts.domain.actors import Actor
from services.accounts.domain.mandates import Mandate
from services.accounts.domain.people.codes import ATTEMPTS, SentCode
from services.accounts.domain.people.names import Name
from services.accounts.domain.staff.invitations import Inviter
from services.accounts.service import AccountsService
from services.accounts.storage.people import accounts
from services.accounts.storage.people.codes import take_attempt
from services.accounts.storage.people.digests import token_digest
from services.accounts.storage.people.sessions import load_sessions
from services.accounts.storage.people_tables import ACCOUNT, ONE_TIME_CODE
from services.accounts.use_cases.people import sign_in
from services.accounts.use_cases.people.ask_for_code import HOLDER, AskForCode, ask_for_code
from services.accounts.use_cases.people.change_password import replace_password
from services.accounts.use_cases.people.use_code import choose_password
from services.accounts.use_cases.staff import remove_staff
from tests.services.accounts.people import PROVIDER, SITI, add_holder, add_staff

TOGETHER = 8
FLOW = "holder.one-flow"
Take = Callable[..., object]


def ask(house: AccountsService) -> None:
    """Have one code be sent."""
    name = Name("card", SITI.card_number)
    command = AskForCode(HOLDER, name, SITI.card, flow=FLOW, device=None, language="id")
    house.transactions.run(lambda connection: ask_for_code(connection, house.people, command))


def tries(house: AccountsService, take: Take) -> Counter[bool]:
    """Try the code from many places at once; count who was let try."""
    start = threading.Barrier(TOGETHER)

    def one(_: int) -> bool:
        start.wait()
        return house.transactions.run(
            lambda c: take(c, token_digest(FLOW), now=house.database.now(c)) is not None
        )

    with ThreadPoolExecutor(TOGETHER) as pool:
        return Counter(pool.map(one, range(TOGETHER)))


def test_however_many_try_at_once_a_code_is_tried_five_times(house: AccountsService) -> None:
    ask(house)

    assert tries(house, take_attempt) == {True: ATTEMPTS, False: TOGETHER - ATTEMPTS}


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_if_attempts_were_read_first_and_counted_afterwards_all_would_be_let_try(
    house: AccountsService,
) -> None:
    ask(house)
    meeting = threading.Barrier(TOGETHER)
    columns = ONE_TIME_CODE.c

    def careless(
        connection: sa.Connection, flow_digest: str, *, now: datetime
    ) -> SentCode | str | None:
        mine = columns.flow_digest == flow_digest
        attempts = connection.execute(sa.select(columns.attempts).where(mine)).scalar_one()
        meeting.wait(10)
        if attempts >= ATTEMPTS or now is None:
            return None
        connection.execute(sa.update(ONE_TIME_CODE).where(mine).values(attempts=attempts + 1))
        return "tried"

    assert tries(house, careless) == {True: TOGETHER}


def test_of_many_who_use_one_code_at_once_one_sets_a_password(house: AccountsService) -> None:
    ask(house)
    start = threading.Barrier(4)

    def one(number: int) -> bool:
        start.wait()
        return (
            house.transactions.run(
                lambda c: choose_password(
                    c,
                    house.people,
                    flow=FLOW,
                    password_hash=f"hash {number}",
                    language="id",
                    request_id="a-request",
                )
            )
            is not None
        )

    with ThreadPoolExecutor(4) as pool:
        assert Counter(pool.map(one, range(4))) == {True: 1, False: 3}


def sessions_after_a_change_beside_a_sign_in(house: AccountsService, *, patience: float) -> int:
    """Sign in with the old password while another is being set; count the sessions there are afterwards.

    The change waits for the sign-in, for so many seconds, after it ended all sessions and before its commit.
    """
    account_id = add_holder(house)
    with house.database.reading() as connection:
        account = accounts.load_account(connection, account_id)
    assert account is not None
    browser = sign_in.Browser(None, None)

    def begin() -> object:
        return house.transactions.run(
            lambda c: sign_in.begin_session(c, house.people, account, browser, language="en")
        )

    def change(connection: sa.Connection) -> None:
        now = house.database.now(connection)
        actor = Actor(account_id, "a-request", "holder")
        replace_password(
            connection, account, password_hash="another", by="code", actor=actor, now=now
        )
        beside.append(pool.submit(begin))
        wait(beside, timeout=patience)

    beside: list[Any] = []
    with ThreadPoolExecutor(1) as pool:
        house.transactions.run(change)
    assert beside[0].exception() is None
    with house.database.reading() as connection:
        return len(load_sessions(connection, account_id))


def test_no_session_of_an_old_password_outlives_its_change(house: AccountsService) -> None:
    assert sessions_after_a_change_beside_a_sign_in(house, patience=0.5) == 0


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_if_a_sign_in_did_not_wait_for_the_change_its_session_would(
    house: AccountsService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "load_account_locked", accounts.load_account)

    assert sessions_after_a_change_beside_a_sign_in(house, patience=10) == 1


def owners(house: AccountsService) -> list[str]:
    mandate = Mandate("provider", provider=PROVIDER)
    return [add_staff(house, f"{name}@lpk.example", mandate, owner=True) for name in ("a", "b")]


def remove_one_another(house: AccountsService, ids: list[str]) -> Counter[str]:
    by = Inviter("provider", PROVIDER, is_owner=True)
    other_of = dict(zip(ids, reversed(ids), strict=True))
    start = threading.Barrier(2)

    def one(account_id: str) -> str:
        start.wait()
        try:
            house.transactions.run(
                lambda connection: remove_staff.remove_staff(
                    connection,
                    house.people,
                    account_id,
                    by=by,
                    reason="Pindah kerja",
                    actor=Actor(other_of[account_id], "a-request", "provider"),
                )
            )
        except NotFound:
            return "not-found"
        return "removed"

    with ThreadPoolExecutor(2) as pool:
        return Counter(pool.map(one, ids))


def left(house: AccountsService) -> int:
    with house.database.reading() as connection:
        query = sa.select(sa.func.count()).where(
            ACCOUNT.c.is_owner, ACCOUNT.c.disabled_at.is_(None)
        )
        return int(connection.execute(query).scalar_one())


def test_of_two_owners_who_remove_one_another_one_stays(house: AccountsService) -> None:
    assert remove_one_another(house, owners(house)) == {"removed": 1, "not-found": 1}
    assert left(house) == 1


def test_whoever_was_removed_a_moment_ago_removes_nobody(house: AccountsService) -> None:
    mandate = Mandate("provider", provider=PROVIDER)
    ids = owners(house)
    add_staff(house, "c@lpk.example", mandate, owner=True)

    assert remove_one_another(house, ids) == {"removed": 1, "not-found": 1}
    assert left(house) == 2


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_if_they_did_not_wait_for_one_another_none_would_stay(
    house: AccountsService, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = owners(house)
    meeting = threading.Barrier(2)

    def counted(connection: sa.Connection, provider: str) -> int:
        count = accounts.count_owners(connection, provider)
        meeting.wait(10)
        return count

    monkeypatch.setattr(Database, "lock_names", lambda *_: None)
    monkeypatch.setattr(remove_staff, "count_owners", counted)

    assert remove_one_another(house, ids) == {"removed": 2}
    assert left(house) == 0
