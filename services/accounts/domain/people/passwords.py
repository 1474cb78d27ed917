"""Which passwords are good enough: long, and none that somebody would try first.

There are no rules about kinds of characters (NIST SP 800-63B): they make passwords harder to remember and no harder to
guess. What is refused is what everybody tries: the words below, with or without digits behind them, rows of keys,
repetitions, and numbers that stand on documents or are known to friends.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum

from services.accounts.domain.people.names import Name
from vocabulary.roles import HOLDER

LONGEST = 128
LEAST_OF_HOLDERS = 8
LEAST_OF_STAFF = 10


class Fault(StrEnum):
    """Why a password is not taken."""

    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    COMMON = "common"
    NUMBER = "number"
    OWN_NAME = "own-name"


def normalised(typed: str) -> str:
    """Return a password in one spelling, so that another keyboard writes the same one (NFKC)."""
    return unicodedata.normalize("NFKC", typed)


def least_length(role: str) -> int:
    """Return how many characters a password needs; holders type theirs on small phones."""
    return LEAST_OF_HOLDERS if role == HOLDER else LEAST_OF_STAFF


def fault_of(password: str, *, role: str, name: Name | None) -> Fault | None:
    """Return what is wrong with a normalised password that somebody chooses; None where nothing is."""
    if len(password) < least_length(role):
        return Fault.TOO_SHORT
    if len(password) > LONGEST:
        return Fault.TOO_LONG
    if _is_known_number(password, name):
        return Fault.NUMBER
    if _is_common(password):
        return Fault.COMMON
    if name is not None and name.kind == "email" and _holds(password, name.text.partition("@")[0]):
        return Fault.OWN_NAME
    return None


def _is_known_number(password: str, name: Name | None) -> bool:
    """Tell whether it is a NIK or a card number, a day, or a telephone number."""
    digits = re.sub(r"[\s./+-]", "", password)
    if not (digits.isascii() and digits.isdecimal()):
        return False
    if len(digits) == 16 or (name is not None and digits in name.text):
        return True
    if len(digits) == 8 and (_is_day(digits) or _is_day(digits[4:] + digits[2:4] + digits[:2])):
        return True
    return 9 <= len(digits) <= 14 and digits.startswith(("08", "62", "8"))


def _is_day(yyyymmdd: str) -> bool:
    year, month, day = int(yyyymmdd[:4]), int(yyyymmdd[4:6]), int(yyyymmdd[6:])
    try:
        date(year, month, day)
    except ValueError:
        return False
    return 1900 <= year <= 2100


def _holds(password: str, word: str) -> bool:
    return len(word) >= 4 and word in password.lower()


def _is_common(password: str) -> bool:
    """Tell whether nothing is left of a password once common words, rows of keys and repetitions are taken out."""
    plain = password.lower()
    return any(_nothing_left(text) for text in (plain, plain.translate(_LOOKALIKES)))


def _nothing_left(text: str) -> bool:
    if _REPETITION.match(text):
        return True
    for word in _WORDS:
        text = text.replace(word, "#")
    left = re.sub(r"[\W_]", "", text.replace("#", ""))
    return not re.sub(r"[0-9]{1,6}\Z|\A[0-9]{1,4}", "", left) or _is_row(left)


def _is_row(text: str) -> bool:
    """Tell whether it runs along the alphabet, the digits or the keyboard, to and fro, in pieces of three or more."""
    left = text
    for row in _ROWS:
        for along in (row, row[::-1]):
            for size in range(len(along), 2, -1):
                for start in range(len(along) - size + 1):
                    left = left.replace(along[start : start + size], "")
    return not left


_COMMON = """
password passw0rd katasandi sandi rahasia kunci masuk login admin administrator operator petugas user test
prakerja kartuprakerja kartu balai latihan kerja bekerja pelatihan indonesia merdeka garuda pancasila jakarta
bandung surabaya medan sayang sayangku cinta cintaku aku kamu kita bismillah alhamdulillah assalamualaikum
allah muhammad yesus tuhan ibu mama papa ayah bapak anak keluarga doraemon naruto persija persib arema
iloveyou welcome letmein monkey dragon master sunshine princess football superman batman shadow qwerty
qwertyuiop asdfgh zxcvbn secret changeme default guest hello freedom whatever trustno1 abc abcd
"""
_REPETITION = re.compile(r"\A(.{1,4})\1+.{0,3}\Z", re.DOTALL)
_LOOKALIKES = str.maketrans("0134578@$!", "oieastbasi")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qazwsxedcrfvtgb",
)
_WORDS = tuple(sorted(_COMMON.split(), key=len, reverse=True))
