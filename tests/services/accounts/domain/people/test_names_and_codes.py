"""Names in one spelling, and codes as people type them."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from services.accounts.domain.people.codes import (
    in_groups,
    new_handed_code,
    new_sent_code,
    read_code,
)
from services.accounts.domain.people.messages import LONGEST_PAUSE, pause_after
from services.accounts.domain.people.names import (
    Name,
    card_number,
    email_address,
    name_from,
    nik_number,
)


@pytest.mark.parametrize(
    ("typed", "kind", "text"),
    [
        ("8100000000000017", "card", "8100000000000017"),
        (" 8100 0000 0000 0017 ", "card", "8100000000000017"),
        ("8100-0000-0000-0017", "card", "8100000000000017"),
        ("８１００００００００００００１７", "card", "8100000000000017"),
        ("Rina@LPK.Example", "email", "rina@lpk.example"),
        ("rina+a@sub.lpk.co.id", "email", "rina+a@sub.lpk.co.id"),
        ("rina", "unknown", "rina"),
        ("810000000000001", "unknown", "810000000000001"),
    ],
)
def test_a_name_has_one_spelling(typed: str, kind: str, text: str) -> None:
    assert name_from(typed) == Name(kind, text)


@pytest.mark.parametrize(
    "typed",
    ["", "a", "@", "a@", "@b.id", "a@b", "a b@c.id", "a@b..id", "a@-b.id", "a@b.id\nbcc:x@y.id",
     "a@b.id,c@d.id", "<a@b.id>", "a@b.1", "a" * 250 + "@b.id", "a@[127.0.0.1]"],
)  # fmt: skip
def test_what_is_no_address_is_none(typed: str) -> None:
    assert email_address(typed) is None


@pytest.mark.parametrize(
    "typed", ["", "٨١٠٠٠٠٠٠٠٠٠٠٠٠١٧x", "81000000000000170", "8100O00000000017"]
)
def test_what_is_no_card_number_is_none(typed: str) -> None:
    assert card_number(typed) is None


@pytest.mark.parametrize("typed", ["1771056505870013", " 1771 0565 0587 0013", "1771056505870000"])
def test_a_nik_is_read_as_people_copy_it(typed: str) -> None:
    nik = nik_number(typed)

    assert nik is not None
    assert nik.number == typed.replace(" ", "")


@pytest.mark.parametrize("typed", ["", "177105650587001", "1771059505870013", "1771056513870013"])
def test_what_can_be_no_nik_is_none(typed: str) -> None:
    assert nik_number(typed) is None


def test_a_name_does_not_print_itself() -> None:
    assert "8100" not in repr(card_number("8100000000000017"))


def test_codes_are_made_of_what_nobody_misreads() -> None:
    numbers = count()
    code = new_handed_code(lambda below: next(numbers) * 3 % below)

    assert code == "0369CFJNRV"
    assert in_groups(code) == "0369C-FJNRV"
    assert read_code("o369c fjnrv") == code
    assert read_code(" 0369C-FJNRV\n") == code
    assert new_sent_code(lambda below: below - 1) == "999999"
    assert read_code("99 99 99") == "999999"
    assert len(read_code("1" * 1_000)) == 64


def test_pauses_between_attempts_grow_up_to_a_bound() -> None:
    pauses = [pause_after(attempts) for attempts in (1, 2, 3, 10, 50, 10_000)]
    assert pauses[:3] == [timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=8)]
    assert pauses[3:] == [LONGEST_PAUSE] * 3
