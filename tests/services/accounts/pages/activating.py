"""How somebody asks for a code, and chooses a password by it; and what that takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from werkzeug.test import TestResponse

from chassis.database import Database
from tests.services.accounts.people import PASSWORD, SITI, Visitor


def ask(visitor: Visitor, card_number: str = SITI.card_number, nik: str = SITI.nik) -> TestResponse:
    """Ask for a code with a card number and a NIK."""
    return visitor.send("/activate", card_number=card_number, nik=nik)


def choose(visitor: Visitor, code: str, password: str = PASSWORD) -> TestResponse:
    """Choose a password with a code."""
    return visitor.send("/activate/code", code=code, password=password)


def another_code(code: str) -> str:
    """Return a code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06}"


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Gather the statements that are sent to a database."""
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    sa.event.listen(database.engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(database.engine, "before_cursor_execute", note)
