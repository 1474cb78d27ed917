"""Who assists: officers and operators who act in a person's name, always with that person's consent.

What counts is in whose name something is done, not by whom: an operator who revokes a card acts for the programme.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from vocabulary.roles import OFFICER, OPERATOR

ASSISTING: Final = frozenset({OFFICER, OPERATOR})
"""The roles that enrol, apply or speak for a person."""

_TOLD: Final = MappingProxyType({"assisted": True, "consent": True})


def assists(role: str) -> bool:
    """Tell whether whoever has this role does in a person's name what a holder does for itself."""
    return role in ASSISTING


def told_of_assistance(role: str) -> Mapping[str, bool]:
    """Return what an entry says where somebody assisted: that, and that the person agreed. Of a holder: nothing."""
    return _TOLD if assists(role) else {}
