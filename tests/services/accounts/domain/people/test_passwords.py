"""Which passwords are taken: long ones that nobody would try first."""

from __future__ import annotations

import pytest

from services.accounts.domain.people.names import Name
from services.accounts.domain.people.passwords import Fault, fault_of, normalised

RINA = Name("email", "rina.wati@lpk.example")
CARD = Name("card", "8100000000000017")


@pytest.mark.parametrize(
    "password",
    [
        "kuda baterai jepit",
        "perahu-lampu-cangkir",
        "Tempe goreng enak 7",
        "zqXv8!mKp2w",
        "correct horse battery staple",
        "bekerja sambil bernyanyi",
        "ひらがなかたかな漢字まじり",
        "😀😃😄😁😆😅😂🤣🥲🥹",
    ],
)
def test_long_passwords_of_any_kind_are_taken(password: str) -> None:
    assert fault_of(normalised(password), role="operator", name=RINA) is None


@pytest.mark.parametrize(
    "password",
    [
        "password12",
        "P@ssw0rd2026",
        "katasandi123",
        "prakerja2026",
        "Prakerja#2026!",
        "balaibalai1",
        "kartuprakerja",
        "admin12345",
        "rahasia1234",
        "sayangkamu",
        "bismillah123",
        "indonesia45",
        "qwertyuiop",
        "1qaz2wsx3edc",
        "abcdefghij",
        "0123456789",
        "9876543210",
        "aaaaaaaaaa",
        "abababababab",
        "asdfghjkl123",
        "iloveyou2026",
    ],
)
def test_what_everybody_tries_is_refused(password: str) -> None:
    fault = fault_of(normalised(password), role="operator", name=None)
    assert fault in (Fault.COMMON, Fault.NUMBER)


@pytest.mark.parametrize(
    "password",
    [
        "1771056505870013",
        "1771 0565 0587 0013",
        CARD.text,
        CARD.text[-10:],
        "25051987",
        "25-05-1987",
        "19870525",
        "081234567890",
        "+6281234567890",
    ],
)
def test_numbers_that_others_know_are_refused(password: str) -> None:
    assert fault_of(password, role="holder", name=CARD) is Fault.NUMBER


def test_the_own_name_in_the_address_is_refused() -> None:
    assert fault_of("xx RINA.WATI xx", role="operator", name=RINA) is Fault.OWN_NAME


@pytest.mark.parametrize(
    ("role", "length", "fault"),
    [
        ("holder", 7, Fault.TOO_SHORT),
        ("holder", 8, None),
        ("operator", 9, Fault.TOO_SHORT),
        ("operator", 10, None),
        ("operator", 128, None),
        ("operator", 129, Fault.TOO_LONG),
    ],
)
def test_length_is_bounded(role: str, length: int, fault: Fault | None) -> None:
    password = ("zq8! kuda vm3 " * 10)[:length]
    assert fault_of(password, role=role, name=None) is fault


def test_two_spellings_are_one_password() -> None:
    assert normalised("ｋｕｄａ cafe\u0301") == normalised("kuda caf\u00e9")
