"""The public halves of the keys whose tokens may be met."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from chassis.database import Database
from services.accounts.domain.signing_keys import key_in_force, public_jwk, published_keys
from services.accounts.storage.signing_keys import load_signing_keys


def jwk_set(connection: sa.Connection, database: Database) -> dict[str, Any]:
    """Read the JWK Set (RFC 7517) that verifiers fetch."""
    keys = published_keys(load_signing_keys(connection), now=database.now(connection))
    return {"keys": [public_jwk(key) for key in keys]}


def can_sign(connection: sa.Connection, database: Database) -> bool:
    """Tell whether there is a key to sign with now."""
    return key_in_force(load_signing_keys(connection), now=database.now(connection)) is not None
