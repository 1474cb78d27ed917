"""How somebody asks for a code, and chooses a password by it."""

from __future__ import annotations

from werkzeug.test import TestResponse

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
