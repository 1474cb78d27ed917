"""Client ids and secrets, and what a client may act as."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import pytest

from services.accounts.domain.clients import (
    SECRET_BYTES,
    Client,
    UnusableCredential,
    check_client_id,
    check_secret,
    is_authentic,
    secret_digest,
)
from services.accounts.domain.mandates import Mandate, UnusableMandate, checked

NOW = datetime(2026, 12, 1, tzinfo=UTC)
SECRET = "Zm9yLXRlc3RzLW9ubHktZm9yLXRlc3RzLW9ubHktMDE"
UUID = "01890000-0000-7000-8000-000000000001"


@pytest.mark.parametrize("client_id", ["abc", "service-catalog", UUID, "A.b_c-9", "a" * 64])
def test_ids_that_every_header_and_token_can_carry_are_taken(client_id: str) -> None:
    check_client_id(client_id)


@pytest.mark.parametrize(
    "client_id",
    [
        "",
        "ab",
        "a" * 65,
        "-abc",
        ".abc",
        "a:b:c",
        "a b",
        "abc\n",
        "abc\x00",
        "ábc",
        "=cmd",
        "a%3Ab",
        "3171234567890123",
    ],
)
def test_ids_that_would_not_arrive_unchanged_are_refused(client_id: str) -> None:
    with pytest.raises(UnusableCredential, match="3 to 64"):
        check_client_id(client_id)


def test_the_secrets_we_make_can_be_registered() -> None:
    check_secret(secrets.token_urlsafe(SECRET_BYTES))


@pytest.mark.parametrize("secret", [SECRET, "5f" * 32, "a" * 128])
def test_secrets_of_256_bits_are_taken(secret: str) -> None:
    check_secret(secret)


@pytest.mark.parametrize(
    "secret",
    ["", "hunter2", "a" * 42, "a" * 129, SECRET + "\n", SECRET + "=", "a:b" * 20, "é" * 43],
)
def test_secrets_too_short_or_not_safe_in_a_header_are_refused(secret: str) -> None:
    with pytest.raises(UnusableCredential, match="43 to 128"):
        check_secret(secret)


def client(*, disabled_at: datetime | None = None) -> Client:
    return Client("abc", secret_digest(SECRET), Mandate("system"), "", NOW, disabled_at)


def test_only_the_right_secret_of_a_client_in_force_is_authentic() -> None:
    assert is_authentic(client(), SECRET)
    assert not is_authentic(client(), SECRET + "a")
    assert not is_authentic(client(), "\ud800")
    assert not is_authentic(client(disabled_at=NOW), SECRET)


@pytest.mark.parametrize(
    "mandate",
    [
        Mandate("provider", provider=UUID),
        Mandate("holder", card=UUID),
        Mandate("officer", region="17"),
        Mandate("officer", region="17.71"),
        Mandate("operator"),
        Mandate("auditor"),
        Mandate("system"),
    ],
)
def test_each_role_with_its_own_bound_can_be_given(mandate: Mandate) -> None:
    assert checked(mandate) == mandate


@pytest.mark.parametrize(
    ("mandate", "message"),
    [
        (Mandate("admin"), "no role 'admin'"),
        (Mandate(""), "no role"),
        (Mandate("provider"), "needs a provider"),
        (Mandate("holder"), "needs a card"),
        (Mandate("officer"), "needs a region"),
        (Mandate("operator", region="17"), "not bound to a region"),
        (Mandate("auditor", provider=UUID), "not bound to a provider"),
        (Mandate("provider", provider=UUID, card=UUID), "not bound to a card"),
        (Mandate("provider", provider=UUID.upper().replace("0", "A")), "lower-case UUID"),
        (Mandate("holder", card="3171234567890123"), "lower-case UUID"),
        (Mandate("officer", region="99"), "99"),
        (Mandate("officer", region="11.1"), "11.1"),
        (Mandate("officer", region=""), ""),
    ],
)
def test_a_mandate_that_makes_no_sense_is_refused_with_the_remedy(
    mandate: Mandate, message: str
) -> None:
    with pytest.raises(UnusableMandate) as refused:
        checked(mandate)
    assert message in str(refused.value)
