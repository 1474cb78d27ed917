"""The forms of the programme's words, as JSON Schema (2020-12) has them: for the contract that callers read.

What is taken, the parsers beside this module judge; these say as much of that as a pattern can.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from vocabulary.money import MAX_RUPIAH
from vocabulary.zones import ZONES

Form = Mapping[str, Any]


def _text(pattern: str, description: str) -> Form:
    return MappingProxyType({"type": "string", "pattern": pattern, "description": description})


PROVINCE: Final = _text("^[0-9]{2}$", "Kemendagri code of a province, such as 17.")
REGENCY: Final = _text(
    "^[0-9]{2}\\.[0-9]{2}$", "Kemendagri code of a kabupaten or kota, such as 17.71."
)
REGION: Final = _text(
    "^[0-9]{2}(\\.[0-9]{2})?$", "Kemendagri code of a province (17) or of a regency (17.71)."
)
NIK: Final = _text(
    "^[0-9]{6}([04][1-9]|[1256][0-9]|[37][01])(0[1-9]|1[0-2])[0-9]{6}$",
    "National identity number: sixteen digits that hold a possible date of birth.",
)
FAMILY_CARD: Final = _text("^[0-9]{16}$", "Number of a family card (KK): sixteen digits.")
CARD_NUMBER: Final = _text("^[0-9]{16}$", "Number of a programme card: sixteen digits.")
RUPIAH: Final[Form] = MappingProxyType(
    {
        "type": "integer",
        "minimum": 0,
        "maximum": MAX_RUPIAH,
        "description": "Whole rupiah.",
    }
)
ZONE: Final[Form] = MappingProxyType(
    {"type": "string", "enum": sorted(ZONES), "description": "IANA zone of Indonesia."}
)
DATE: Final[Form] = MappingProxyType(
    {
        "type": "string",
        "format": "date",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        "description": "A day of the calendar.",
    }
)
