"""Signing out and changing the password ends what applications were given in the person's name."""

from __future__ import annotations

from typing import Any

import pytest

from services.accounts.domain.actors import Actor
from services.accounts.domain.people.sessions import SignedIn
from services.accounts.domain.staff.invitations import Inviter
from services.accounts.queries.revocations import list_revocations
from services.accounts.queries.sessions import signed_in
from services.accounts.storage.people.accounts import load_account
from services.accounts.use_cases.people.change_password import change_password, replace_password
from services.accounts.use_cases.people.end_sessions import (
    end_one_session,
    sign_out,
    sign_out_elsewhere,
)
from services.accounts.use_cases.people.sign_in import Browser, begin_session
from services.accounts.use_cases.staff.remove_staff import remove_staff
from tests.services.accounts.authorization.house import ACCOUNT, Applications, answered, code_of


class Phone:
    """A browser in which the person signed in, and an application that was given tokens in it."""

    def __init__(self, applications: Applications) -> None:
        house = applications.house
        self._applications = applications

        def begin(connection: Any) -> Any:
            account = load_account(connection, ACCOUNT)
            assert account is not None
            return begin_session(
                connection, house.people, account, Browser(None, None), language="id"
            )

        self.token = house.transactions.run(begin).session
        code = answered(applications.ask_for_code(self.who()))["code"]
        tokens = applications.exchange(code)
        assert isinstance(tokens, dict)
        self._refresh_token = tokens["refresh_token"]

    def who(self) -> SignedIn:
        database = self._applications.house.database
        with database.reading() as connection:
            found = signed_in(connection, token=self.token, now=database.now(connection))
        assert found is not None
        return found

    def goes_on(self) -> bool:
        """Whether the application may still act for the person."""
        told = self._applications.refresh(self._refresh_token)
        if isinstance(told, dict):
            self._refresh_token = told["refresh_token"]
            return True
        assert code_of(told) == "invalid-grant"
        return False


@pytest.fixture
def phones(applications: Applications) -> tuple[Phone, Phone]:
    return Phone(applications), Phone(applications)


def do(applications: Applications, work: Any, *arguments: Any, **more: Any) -> Any:
    house = applications.house
    return house.transactions.run(
        lambda connection: work(connection, house.people, *arguments, **more)
    )


def revoked(applications: Applications) -> list[str]:
    """Return the grants whose tokens the gateway is told to refuse."""
    database = applications.house.database
    with database.reading() as connection:
        told: list[str] = list_revocations(connection, database)["grants"]
    return told


def test_signing_out_signs_out_of_applications_in_this_browser_only(
    applications: Applications, phones: tuple[Phone, Phone]
) -> None:
    here, there = phones
    do(applications, sign_out, here.token)
    assert (here.goes_on(), there.goes_on()) == (False, True)


def test_signing_in_anew_in_a_browser_signs_out_of_the_applications_of_its_last_session(
    applications: Applications, phones: tuple[Phone, Phone]
) -> None:
    here, there = phones
    with applications.house.database.reading() as connection:
        account = load_account(connection, ACCOUNT)
    do(applications, begin_session, account, Browser(here.token, None), language="id")
    assert (here.goes_on(), there.goes_on()) == (False, True)


def test_signing_another_browser_out_signs_out_of_its_applications(
    applications: Applications, phones: tuple[Phone, Phone]
) -> None:
    here, there = phones
    do(applications, end_one_session, here.who(), there.who().session_id)
    assert (here.goes_on(), there.goes_on()) == (True, False)


def test_signing_out_everywhere_else_leaves_this_browsers_applications(
    applications: Applications, phones: tuple[Phone, Phone]
) -> None:
    here, there = phones
    do(applications, sign_out_elsewhere, here.who())
    assert (here.goes_on(), there.goes_on()) == (True, False)


def test_a_changed_password_signs_out_of_applications_everywhere_else(
    applications: Applications, phones: tuple[Phone, Phone]
) -> None:
    here, there = phones
    with applications.house.database.reading() as connection:
        account = load_account(connection, ACCOUNT)
    assert do(
        applications,
        change_password,
        account,
        password_hash="another",
        session_id=here.who().session_id,
        language="id",
        actor=Actor(ACCOUNT, "test", "holder"),
    )
    assert (here.goes_on(), there.goes_on()) == (True, False)


def test_a_password_chosen_by_a_code_signs_out_of_every_application(
    applications: Applications, phones: tuple[Phone, Phone]
) -> None:
    house = applications.house

    def replace(connection: Any) -> None:
        account = load_account(connection, ACCOUNT)
        assert account is not None
        replace_password(
            connection,
            account,
            password_hash="another",
            by="code",
            actor=Actor(ACCOUNT, "test", "holder"),
            now=house.database.now(connection),
        )

    house.transactions.run(replace)
    assert [phone.goes_on() for phone in phones] == [False, False]


def test_somebody_who_was_removed_from_the_staff_is_signed_out_of_every_application(
    applications: Applications,
) -> None:
    applications.make_operator()
    phone = Phone(applications)
    assert revoked(applications) == []
    do(
        applications,
        remove_staff,
        ACCOUNT,
        by=Inviter("operator", None, is_owner=False),
        reason="Pindah tugas",
        actor=Actor("another", "test", "operator"),
    )
    assert len(revoked(applications)) == 1, "the gateway is told at once"
    assert not phone.goes_on()
    with pytest.raises(AssertionError):
        phone.who()
