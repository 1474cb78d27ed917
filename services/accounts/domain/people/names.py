"""The name under which somebody signs in: a card number, or an e-mail address."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from vocabulary.nik import ImpossibleNik, Nik, NotSixteenDigits, parse_nik

LONGEST_EMAIL = 254
_CARD_NUMBER = re.compile(r"\A[0-9]{16}\Z")
_IN_GROUPS = re.compile(r"[ .-]")
_EMAIL = re.compile(
    r"\A[^\s@<>\"(),:;\[\]\\]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}\Z"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name in its one spelling. Printing it does not reveal it."""

    kind: str
    text: str = field(repr=False)


def card_number(typed: str) -> Name | None:
    """Read a card number as people copy it, in groups too; None for anything else."""
    digits = _IN_GROUPS.sub("", unicodedata.normalize("NFKC", typed))
    return Name("card", digits) if _CARD_NUMBER.match(digits) else None


def nik_number(typed: str) -> Nik | None:
    """Read a NIK as people copy it, in groups too; None for what enrolment would not take for one."""
    digits = _IN_GROUPS.sub("", unicodedata.normalize("NFKC", typed))
    try:
        return parse_nik(digits, allow_test_numbers=True)
    except (NotSixteenDigits, ImpossibleNik):
        return None


def email_address(typed: str) -> Name | None:
    """Read an e-mail address; None for anything else. Capital letters make no difference."""
    text = unicodedata.normalize("NFKC", typed.strip()).lower()
    if len(text) > LONGEST_EMAIL or not _EMAIL.match(text) or not text.isprintable():
        return None
    return Name("email", text)


def name_from(typed: str) -> Name:
    """Read whatever was typed as a name; what is neither a card number nor an address is a name that nobody has."""
    return card_number(typed) or email_address(typed) or Name("unknown", typed[:LONGEST_EMAIL])
