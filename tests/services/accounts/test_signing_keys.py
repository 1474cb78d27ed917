"""Signing keys in the database: made once, sealed, rolled over, destroyed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from chassis.identity import TokenVerifier
from chassis.issuer_keys import PublishedKeys
from chassis.settings import SettingsError
from services.accounts.domain.signing_keys import LEAD, STILL_PUBLISHED, SigningKey
from services.accounts.key_keeper import ensure_signing_key, look_after_keys
from services.accounts.service import AccountsService, open_service
from services.accounts.settings import read_settings
from services.accounts.storage import SIGNING_KEY
from services.accounts.storage.signing_keys import load_signing_keys
from services.accounts.use_cases import roll_keys_over
from tests.services.accounts.conftest import CLIENT_ID, SECRET
from tests.tokens import AUDIENCE, ISSUER

ROOT = Path(__file__).parents[3]


def keys_of(house: AccountsService) -> list[SigningKey]:
    with house.database.reading() as connection:
        return sorted(load_signing_keys(connection), key=lambda key: key.created_at)


def kinds_of(house: AccountsService) -> list[str]:
    with house.database.reading() as connection:
        return [entry.kind for entry in house.journal.read(connection, after=0, limit=100)]


def move(house: AccountsService, key: SigningKey, *, by: timedelta) -> None:
    """Let a key be older than it is; `by` is negative for the past."""
    retired = None if key.retired_at is None else key.retired_at + by
    values = {
        "created_at": key.created_at + by,
        "signs_from": key.signs_from + by,
        "retired_at": retired,
    }
    house.transactions.run(
        lambda connection: connection.execute(
            sa.update(SIGNING_KEY).where(SIGNING_KEY.c.kid == key.kid).values(**values)
        )
    )


def token(client: FlaskClient) -> str:
    answer: Any = client.post(
        "/oauth/token",
        data={
            "grant_type": "client_credentials",
            "client_id": CLIENT_ID,
            "client_secret": SECRET,
        },
    ).json
    text: str = answer["access_token"]
    return text


def published(client: FlaskClient) -> list[str]:
    document: Any = client.get("/.well-known/jwks.json").json
    return [key["kid"] for key in document["keys"]]


def verifier_of(client: FlaskClient) -> TokenVerifier:
    def fetch() -> Any:
        return client.get("/.well-known/jwks.json").json

    return TokenVerifier(issuer=ISSUER, audience=AUDIENCE, keys=PublishedKeys(fetch, pause=0.0))


def test_looking_after_the_keys_again_changes_nothing(empty_house: AccountsService) -> None:
    for _ in range(3):
        ensure_signing_key(empty_house)
    assert len(keys_of(empty_house)) == 1
    assert kinds_of(empty_house) == ["key-created"]


def test_the_private_half_lies_sealed_in_the_database(empty_house: AccountsService) -> None:
    ensure_signing_key(empty_house)
    (key,) = keys_of(empty_house)
    seed = empty_house.seal.open(key.sealed_private_key or "", context=f"signing-key {key.kid}")
    assert len(bytes.fromhex(seed)) == 32
    assert seed not in (key.sealed_private_key or "")


def test_a_process_with_another_encryption_key_does_not_start(
    empty_house: AccountsService, variables: dict[str, str]
) -> None:
    ensure_signing_key(empty_house)
    settings = read_settings({**variables, "KEY_ENCRYPTION_KEY": "6b" * 32})
    other = open_service(settings, empty_house.database)
    with pytest.raises(SettingsError, match="KEY_ENCRYPTION_KEY"):
        ensure_signing_key(other)


def test_a_sealed_key_does_not_open_in_another_row(house: AccountsService) -> None:
    (key,) = keys_of(house)
    house.transactions.run(
        lambda connection: connection.execute(
            sa.update(SIGNING_KEY).values(kid=key.kid[::-1], public_key=key.public_key[::-1])
        )
    )
    with pytest.raises(SettingsError):
        ensure_signing_key(house)


def test_a_roll_over_goes_unnoticed_by_those_who_verify(
    house: AccountsService, client: FlaskClient
) -> None:
    verifier = verifier_of(client)
    (first,) = keys_of(house)
    of_first = token(client)
    verifier.verify(of_first)

    move(house, first, by=-house.settings.signing_key_age)
    look_after_keys(house)
    first, second = keys_of(house)
    assert published(client) == [first.kid, second.kid]
    verifier.verify(token(client))
    assert second.signs_from - second.created_at == LEAD

    move(house, second, by=-LEAD)
    look_after_keys(house)
    of_second = token(client)
    assert published(client) == [first.kid, second.kid]
    for text in (of_first, of_second):
        assert verifier.verify(text).subject == CLIENT_ID

    (retired, current) = keys_of(house)
    assert (retired.sealed_private_key, retired.retired_at is None) == (None, False)
    assert current.retired_at is None
    move(house, retired, by=-STILL_PUBLISHED)
    assert published(client) == [second.kid]
    assert kinds_of(house)[-2:] == ["key-created", "key-retired"]


def test_the_database_refuses_a_retired_key_that_was_not_destroyed(house: AccountsService) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        house.transactions.run(
            lambda connection: connection.execute(
                sa.update(SIGNING_KEY).values(retired_at=house.database.now(connection))
            )
        )


def test_processes_that_start_at_once_agree_on_one_key(
    empty_house: AccountsService, variables: dict[str, str]
) -> None:
    command = [sys.executable, "-m", "services.accounts.development_token", "operator"]
    processes = [
        subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **variables}, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    tokens = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0] * 4
    assert len(keys_of(empty_house)) == 1
    assert kinds_of(empty_house) == ["key-created"]
    assert len(set(tokens)) == 4


def keys_made_at_once(
    house: AccountsService, monkeypatch: pytest.MonkeyPatch, *, wait: float
) -> int:
    """Let two threads look for keys before either may make one, as far as the lock lets them."""
    both_have_looked = threading.Barrier(2)

    def load_and_wait(connection: sa.Connection) -> list[SigningKey]:
        found = load_signing_keys(connection)
        try:
            both_have_looked.wait(timeout=wait)
        except threading.BrokenBarrierError:
            return found
        return found

    monkeypatch.setattr(roll_keys_over, "load_signing_keys", load_and_wait)
    threads = [threading.Thread(target=look_after_keys, args=(house,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(keys_of(house))


def test_two_threads_that_both_find_no_key_make_one(
    empty_house: AccountsService, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keys_made_at_once(empty_house, monkeypatch, wait=0.3) == 1


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_without_the_lock_they_would_make_two(
    empty_house: AccountsService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite the write transaction itself is the lock and cannot be left out."""
    monkeypatch.setattr(roll_keys_over, "lock_signing_keys", lambda *_: None)
    assert keys_made_at_once(empty_house, monkeypatch, wait=20) == 2


def test_settings_decide_how_long_a_key_signs(house: AccountsService) -> None:
    impatient = replace(house.settings, signing_key_age=timedelta(days=1))
    (first,) = keys_of(house)
    move(house, first, by=-timedelta(days=2))
    look_after_keys(house)
    assert len(keys_of(house)) == 1
    look_after_keys(replace(house, settings=impatient))
    assert len(keys_of(house)) == 2
