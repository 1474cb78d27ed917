"""Keeping values secret at rest: sealing (AES-256-GCM) and keyed digests for looking sealed values up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_SIZE = 12


class SealBroken(Exception):
    """A sealed text was altered, or sealed with another key or for another purpose."""


class Seal:
    """Seal and open texts under one 32-byte key.

    Each text is bound to a context (which row, which purpose), so that one row's sealed text does not open in another.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, text: str, *, context: str) -> str:
        """Seal a text; the result is ASCII."""
        nonce = os.urandom(_NONCE_SIZE)
        sealed = self._cipher.encrypt(nonce, text.encode(), context.encode())
        return base64.b64encode(nonce + sealed).decode("ascii")

    def open(self, sealed: str, *, context: str) -> str:
        """Open a sealed text. Raises `SealBroken`."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            return self._cipher.decrypt(
                raw[:_NONCE_SIZE], raw[_NONCE_SIZE:], context.encode()
            ).decode()
        except (InvalidTag, ValueError):
            raise SealBroken(context) from None

    def opens(self, sealed: str, *, context: str) -> bool:
        """Tell whether a sealed text opens under this key."""
        try:
            self.open(sealed, context=context)
        except SealBroken:
            return False
        return True


def keyed_digest(key: bytes, purpose: str, value: str) -> str:
    """Return an HMAC-SHA-256 as 64 hexadecimal digits: equal values are found, none is read back."""
    return hmac.new(key, f"{purpose}\x00{value}".encode(), hashlib.sha256).hexdigest()
