"""Give a program that acts for itself an access token.

Tokens are not journaled one by one: thousands are given an hour, each for 900 seconds, and nothing follows from
one that the call made with it does not record with its own actor. They are counted (`tokens_issued_total`), and the
log line of each request carries its id. What a token may do is decided, and journaled, when its client is registered.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from joserfc.jwk import OKPKey

from chassis.identifiers import random_reference
from chassis.problems import Unavailable
from chassis.sealing import Seal
from services.accounts.domain.access_tokens import access_token
from services.accounts.domain.mandates import Mandate
from services.accounts.domain.signing_keys import SigningKey, context_of, key_in_force, key_pair
from services.accounts.storage.signing_keys import load_signing_keys


def issue_token(
    connection: sa.Connection,
    *,
    seal: Seal,
    subject: str,
    mandate: Mandate,
    issuer: str,
    audience: str,
    now: datetime,
) -> str:
    """Sign a token with the key in force, for a program that acts for itself. Raises `Unavailable` without a key.

    The client is then the subject (RFC 9068 section 2.2).
    """
    return access_token(
        signing_pair(connection, seal=seal, now=now),
        subject=subject,
        client_id=subject,
        mandate=mandate,
        issuer=issuer,
        audience=audience,
        token_id=random_reference(),
        now=now,
    )


def signing_pair(connection: sa.Connection, *, seal: Seal, now: datetime) -> OKPKey:
    """Return the key pair in force, ready to sign with. Raises `Unavailable` where there is none."""
    key = key_in_force(load_signing_keys(connection), now=now)
    if key is None:
        raise Unavailable("There is no signing key yet.")
    return opened(key, seal)


def opened(key: SigningKey, seal: Seal) -> OKPKey:
    """Open a key's private half. Raises `SealBroken` where it was sealed under another key."""
    seed = seal.open(key.sealed_private_key or "", context=context_of(key.kid))
    return key_pair(bytes.fromhex(seed))
