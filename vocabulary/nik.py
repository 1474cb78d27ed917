"""The three sixteen-digit numbers: NIK, family card (KK) and programme card.

A NIK is `PPKKCC DDMMYY NNNN`: where it was first issued, the birth date (women: day + 40) and a
serial that starts at 0001. It has no check digit, so only its form and its date can be judged;
everything else it seems to say is a hint. These numbers are personal data: no message here repeats
one, and the parsed value does not print it.
"""

import re
from calendar import isleap
from dataclasses import dataclass, field
from typing import Final

_SIXTEEN_DIGITS: Final = re.compile(r"\A[0-9]{16}\Z")
# Sixteen digits of any script or more, with up to three signs between two of them.
_LONG_NUMBER: Final = re.compile(r"\d(?:[\W_]{0,3}\d){15,}")
# An identifier of ours or of an integrator's. Of those of version 7 one in 600 has sixteen digits in a row.
_IDENTIFIER: Final = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b", re.IGNORECASE
)
_GROUP: Final = re.compile(r"\d+")
_BETWEEN: Final = re.compile(r"\D+")
_LENGTH: Final = 16
_WOMEN_ADD: Final = 40
_LONGEST_MONTH: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# Issuing starts at 0001, so a number that ends in 0000 can belong to nobody.
_TEST_SERIAL: Final = "0000"


class NotSixteenDigits(ValueError):
    """Raised for a NIK, family card or card number that is not text of sixteen ASCII digits."""


class ImpossibleNik(ValueError):
    """Raised for sixteen digits that cannot be a NIK: no such date, or a serial never issued."""


class PersonalNumberInText(ValueError):
    """Raised for free text that holds what looks like one of the three numbers."""


@dataclass(frozen=True, slots=True)
class Nik:
    """A well-formed NIK. Printing it does not reveal it; `number` does."""

    number: str = field(repr=False)

    @property
    def is_test_number(self) -> bool:
        """Say whether the serial is 0000, which is issued to nobody."""
        return self.number.endswith(_TEST_SERIAL)


def parse_nik(value: object, *, allow_test_numbers: bool = False) -> Nik:
    """Read a NIK: text of exactly sixteen ASCII digits that hold a possible date.

    The century is not in the number, so a date is possible if it existed in 19YY or in 20YY. Serial
    0000 is refused unless `allow_test_numbers`. Raises `NotSixteenDigits` or `ImpossibleNik`.
    """
    number = _sixteen_digits(value, name="NIK")
    if not _is_possible_date(number[6:12]):
        raise ImpossibleNik(
            "Digits 7 to 12 of the NIK are not a birth date (DDMMYY; women add 40 to the day). "
            "Copy the NIK again from the identity card."
        )
    if number.endswith(_TEST_SERIAL) and not allow_test_numbers:
        raise ImpossibleNik(
            "The NIK ends in 0000, which is used for test numbers only. "
            "Copy the NIK again from the identity card."
        )
    return Nik(number)


def parse_family_card(value: object) -> str:
    """Read the number of a family card (KK). Raises `NotSixteenDigits`."""
    return _sixteen_digits(value, name="family card number")


def parse_card_number(value: object) -> str:
    """Read the number of a programme card. Raises `NotSixteenDigits`."""
    return _sixteen_digits(value, name="card number")


def refuse_personal_number(text: str) -> None:
    """Refuse text with sixteen digits in a row, for whatever a journal keeps: it keeps it for ever.

    Identifiers (UUIDs of version 4 or 7) may stand in it: "see enrolment …" is what a good reason says.
    Raises `PersonalNumberInText`.
    """
    without_identifiers = _IDENTIFIER.sub("id", text)
    if any(_looks_personal(found[0]) for found in _LONG_NUMBER.finditer(without_identifiers)):
        raise PersonalNumberInText(
            "This holds what looks like a NIK or a card number. "
            "Say it without: this text is kept for ever, and auditors read it."
        )


def _looks_personal(found: str) -> bool:
    """Tell a number from days with their hours, which have as many digits.

    People write one sign between all groups of a number, or groups of four.
    """
    groups, signs = _GROUP.findall(found), _BETWEEN.findall(found)
    lengths = [len(group) for group in groups]
    digits = lengths[0]
    for place, sign in enumerate(signs):
        if place and sign != signs[place - 1]:
            digits = lengths[place]
        digits += lengths[place + 1]
        if digits >= _LENGTH:
            return True
    in_fours = any(lengths[n : n + 4] == [4, 4, 4, 4] for n in range(len(lengths)))
    return in_fours or max(lengths) >= _LENGTH


def _sixteen_digits(value: object, *, name: str) -> str:
    if not isinstance(value, str):
        raise NotSixteenDigits(f"The {name} is not text. Send its sixteen digits in quotes.")
    if _SIXTEEN_DIGITS.match(value) is None:
        raise NotSixteenDigits(f"The {name} {_fault(value)}. Send exactly sixteen digits 0 to 9.")
    return value


def _fault(value: str) -> str:
    """Name what is wrong with a spelling, without repeating any of it."""
    if any(character.isspace() for character in value):
        return "contains spaces or line breaks"
    if any(character.isdecimal() and not character.isascii() for character in value):
        return "contains digits of another script"
    if "o" in value.lower():
        return "contains the letter O, perhaps in place of a zero"
    if not value.isdecimal() and value:
        return "contains signs that are not digits"
    return f"has {len(value)} digits"


def _is_possible_date(ddmmyy: str) -> bool:
    day, month, year = int(ddmmyy[:2]), int(ddmmyy[2:4]), int(ddmmyy[4:])
    day = day - _WOMEN_ADD if day > _WOMEN_ADD else day
    if not 1 <= month <= 12 or not 1 <= day <= _LONGEST_MONTH[month - 1]:
        return False
    return (month, day) != (2, 29) or isleap(1900 + year) or isleap(2000 + year)
