"""The signing keys, looked after when a process starts and by the worker."""

from __future__ import annotations

import secrets

from chassis.identifiers import random_reference
from chassis.sealing import SealBroken
from chassis.settings import SettingsError
from services.accounts.domain.actors import ITSELF, Actor
from services.accounts.domain.signing_keys import SEED_BYTES, key_in_force
from services.accounts.service import AccountsService
from services.accounts.storage.signing_keys import load_signing_keys
from services.accounts.use_cases.issue_token import opened
from services.accounts.use_cases.roll_keys_over import roll_keys_over


def look_after_keys(house: AccountsService) -> None:
    """Make and retire signing keys as the time has come."""
    house.transactions.run(
        lambda connection: roll_keys_over(
            connection,
            database=house.database,
            journal=house.journal,
            seal=house.seal,
            age=house.settings.signing_key_age,
            actor=Actor(ITSELF, random_reference()),
            new_seed=lambda: secrets.token_bytes(SEED_BYTES),
        ),
        repeatable=True,
    )


def ensure_signing_key(house: AccountsService) -> None:
    """Make the first signing key where there is none, and see that the one in force can be opened.

    Raises `SettingsError` where KEY_ENCRYPTION_KEY is not the one it was sealed with.
    """
    look_after_keys(house)
    with house.database.reading() as connection:
        key = key_in_force(load_signing_keys(connection), now=house.database.now(connection))
    if key is None:
        return
    try:
        opened(key, house.seal)
    except SealBroken:
        raise SettingsError(
            "KEY_ENCRYPTION_KEY does not open the signing key in the database; start with the key it was sealed with"
        ) from None
