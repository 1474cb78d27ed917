"""Codes that are derived, and therefore never stored: whoever holds the key works them out again."""

from __future__ import annotations

import base64
import hashlib
import hmac

_LENGTH = 10


def derived_code(key: bytes, purpose: str, value: str) -> str:
    """Return ten capital letters and digits, fifty bits that nobody without the key can guess."""
    mac = hmac.new(key, f"{purpose}\x00{value}".encode(), hashlib.sha256).digest()
    return base64.b32encode(mac).decode("ascii")[:_LENGTH]


def is_code(given: str, expected: str) -> bool:
    """Tell whether a code is the expected one, in a time that tells nothing of how much of it is right."""
    return hmac.compare_digest(given.encode(), expected.encode())
