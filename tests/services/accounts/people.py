"""People of tests: who they are, and how they get their accounts."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from chassis.identifiers import random_reference
from chassis.password_hashing import PasswordHashes
from chassis.problems import TooBusy
from services.accounts.domain.mandates import Mandate
from services.accounts.domain.people.accounts import Account, Contact
from services.accounts.domain.people.messages import Message
from services.accounts.domain.people.names import Name, card_number, email_address
from services.accounts.service import AccountsService
from services.accounts.storage.people.accounts import add_account, close_contact
from services.accounts.use_cases.people.bounds import Bounds
from services.accounts.use_cases.people.deliver_messages import deliver_messages

HTML = {"Accept": "text/html", "Accept-Language": "en"}
PASSWORD = "kuda baterai jepit"
OTHER_PASSWORD = "perahu lampu cangkir"
PROVIDER = "01890000-0000-7000-8000-0000000000aa"
OTHER_PROVIDER = "01890000-0000-7000-8000-0000000000bb"


@dataclass(frozen=True)
class Holder:
    """Somebody who holds a card."""

    card_number: str
    nik: str
    card: str
    region: str
    name: str


SITI = Holder(
    "8100000000000017",
    "1771056505870013",
    "0b8f7a52-6e0c-4d0a-9f4c-000000000001",
    "17.71",
    "Siti Aminah",
)
BUDI = Holder(
    "8100000000000025",
    "3273010101900007",
    "0b8f7a52-6e0c-4d0a-9f4c-000000000002",
    "32.73",
    "Budi Santoso",
)
HOLDERS = (SITI, BUDI)
NOBODYS_CARD = "8100000000009999"
RINA = "rina@lpk.example"
"""The address of somebody on the staff."""


class Visitor:
    """A browser, which keeps cookies and sends the forms that it was shown."""

    def __init__(self, client: FlaskClient, *, address: str = "192.0.2.10") -> None:
        self.client = client
        self.address = address

    def open(self, path: str, **headers: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path, headers={**HTML, "X-Forwarded-For": self.address, **headers})

    def send(self, path: str, *, page: str | None = None, **fields: str) -> TestResponse:
        """Fill in the form on a page (the one at the same address unless told otherwise), and send it."""
        token = token_in(self.open(page or path))
        return self.client.post(
            path,
            data={"form_token": token, **fields},
            headers={**HTML, "X-Forwarded-For": self.address, "Sec-Fetch-Site": "same-origin"},
        )

    def sign_in(self, name: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        """Sign in with a password."""
        page = "/sign-in?continue=/oauth/authorize?a=1"  # shown to whoever is signed in, too
        return self.send("/sign-in", page=page, name=name, password=password, **fields)

    def is_signed_in(self) -> bool:
        """Tell whether the own account can be seen."""
        return self.open("/account").status_code == 200

    def cookie(self, name: str) -> str | None:
        """Return what a cookie holds."""
        found = self.client.get_cookie(name)
        return found.value if found else None


def another(app: Flask, address: str = "198.51.100.7") -> Visitor:
    """Return another browser, somewhere else."""
    return Visitor(app.test_client(), address=address)


def at(house: AccountsService, clock: list[float]) -> AccountsService:
    """Return the service with throttles that go by a clock of the test's."""
    return replace(house, bounds=Bounds(clock=lambda: clock[0]))


def leads_on_to(page: TestResponse) -> str:
    """Return where a page leads on to by itself, which stands on it as a link, too."""
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    (by_itself,) = re.findall(r'<meta http-equiv="refresh" content="0; url=([^"]+)">', text)
    assert f'href="{by_itself}"' in text
    return unescape(by_itself)


def token_in(page: TestResponse) -> str:
    """Return the token of the forms on a page."""
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', page.get_data(as_text=True))
    assert found, page.get_data(as_text=True)
    return found[1]


def without_token(page: TestResponse) -> str:
    """Return a page without the token of its form, which differs from browser to browser."""
    return re.sub(r'value="[0-9a-f]{64}"', "", page.get_data(as_text=True))


def text_of(page: TestResponse) -> str:
    """Return what a page says."""
    text = re.sub(r"<style>.*?</style>", "", page.get_data(as_text=True), flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


def add_holder(house: AccountsService, holder: Holder = SITI, password: str = PASSWORD) -> str:
    """Give a holder an account; return its id."""
    name = card_number(holder.card_number)
    assert name
    return _add(house, Mandate("holder", card=holder.card), name, None, password)


def add_staff(
    house: AccountsService,
    email: str,
    mandate: Mandate | None = None,
    *,
    owner: bool = False,
    password: str = PASSWORD,
) -> str:
    """Give staff an account; return its id."""
    name = email_address(email)
    assert name
    contact = Contact(email=name.text, display_name=f"Staf {email.partition('@')[0]}")
    return _add(house, mandate or Mandate("operator"), name, contact, password, owner=owner)


def _add(
    house: AccountsService,
    mandate: Mandate,
    name: Name,
    contact: Contact | None,
    password: str,
    *,
    owner: bool = False,
) -> str:
    account_id = random_reference()

    def add(connection: Any) -> None:
        add_account(
            connection,
            Account(
                account_id=account_id,
                mandate=mandate,
                is_owner=owner,
                name_digest=house.people.digests.name(name),
                sealed=close_contact(house.seal, account_id, contact) if contact else None,
                password_hash=house.people.passwords.hash(password),
                language="en",
                created_at=house.database.now(connection),
            ),
        )

    house.transactions.run(add)
    return account_id


def with_no_place(house: AccountsService) -> AccountsService:
    """Return the service as it is while others' passwords are being hashed: there is no place for one more."""
    return replace(house, people=replace(house.people, passwords=NoPlace()))


class NoPlace(PasswordHashes):
    """Compares passwords, and hashes none."""

    def hash(self, _: str) -> str:
        raise TooBusy(retry_after=2)


def messages_of(house: AccountsService) -> list[Message]:
    """Send what is to be sent; return it."""
    sent: list[Message] = []
    deliver_messages(house.transactions, house.people, sent.append)
    return sent


def code_sent(house: AccountsService) -> str:
    """Return the code in the one message that is to be sent."""
    (message,) = messages_of(house)
    return message.values["code"]


def kinds_in_journal(house: AccountsService) -> list[str]:
    """Return the kinds of what the journal tells, in order, but for keys and clients."""
    with house.database.reading() as connection:
        entries = house.journal.read(connection, after=0, limit=1_000)
    return [e.kind for e in entries if not e.kind.startswith(("key-", "client-"))]
