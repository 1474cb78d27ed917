"""Databases that somebody names: what is wrong with them is told in one line, before anything is started."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from deploy.local import prepare
from deploy.local.addresses import variables_for
from deploy.local.databases import SERVICES, ServiceDatabase
from deploy.local.named_databases import UnusableDatabaseError, check_named
from tests.databases import DatabaseMaker

KEY, ANOTHER_KEY = "5a" * 32, "a5" * 32
Named = dict[str, ServiceDatabase]
Spoil = Callable[[Named], Named]


@pytest.fixture
def named(database_maker: DatabaseMaker) -> Named:
    return {service: database_maker.empty("postgresql", service) for service in SERVICES}


def prepared(named: Named, *, secret: str = "s" * 43) -> int:
    """Do what a start does to databases."""
    return prepare.main(
        {
            **variables_for(named),
            "DATABASE_URL": named["accounts"].application,
            "ENVIRONMENT": "development",
            "TOKEN_ISSUER": "http://127.0.0.1:8000",
            "KEY_ENCRYPTION_KEY": KEY,
            "FINGERPRINT_KEY": KEY,
            "ENROLMENT_URL": "http://127.0.0.1:8003",
            "CATALOG_CLIENT_SECRET": secret,
            "ENROLMENT_CLIENT_SECRET": secret,
        }
    )


def refusal(named: Named, *, key: str = KEY) -> str:
    with pytest.raises(UnusableDatabaseError) as caught:
        check_named(named, key=key, secrets="var/secrets.env")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_empty_databases_and_those_of_an_earlier_start_are_good(named: Named) -> None:
    check_named(named, key=KEY, secrets="var/secrets.env")
    assert prepared(named) == 0
    assert prepared(named) == 0
    check_named(named, key=KEY, secrets="var/secrets.env")


def test_databases_filled_with_other_secrets_are_refused_with_the_remedy(named: Named) -> None:
    prepared(named)
    told = refusal(named, key=ANOTHER_KEY)
    assert told.startswith("the database in ACCOUNTS_DATABASE_URL was filled with other secrets")
    assert "than those in var/secrets.env; bring back" in told


def test_one_database_that_was_filled_with_other_secrets_is_enough(
    named: Named, database_maker: DatabaseMaker
) -> None:
    prepared(named)
    mixed = {
        **named,
        **{s: database_maker.empty("postgresql", s) for s in ("accounts", "enrolment")},
    }
    assert refusal(mixed, key=ANOTHER_KEY).startswith("the database in CATALOG_DATABASE_URL was")


def test_databases_that_changed_places_are_noticed(named: Named) -> None:
    prepared(named)
    swapped = {**named, "catalog": named["enrolment"], "enrolment": named["catalog"]}
    assert refusal(swapped) == (
        "CATALOG_DATABASE_URL names the database of another service (enrolment); name its own"
    )


def test_a_client_registered_with_another_secret_is_told_in_one_line(
    named: Named, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared(named)
    capsys.readouterr()
    assert prepared(named, secret="t" * 43) == 1
    told = capsys.readouterr().err
    assert "service-catalog with another secret" in told
    assert told.count("\n") == 1


def _catalog(**changes: Callable[[str], str]) -> Spoil:
    def spoil(named: Named) -> Named:
        own = named["catalog"]
        changed = {name: change(getattr(own, name)) for name, change in changes.items()}
        return {**named, "catalog": replace(own, **changed)}

    return spoil


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (
            _catalog(application=lambda url: url.replace("only-for-tests", "wrong")),
            ("CATALOG_DATABASE_URL", "password authentication failed"),
        ),
        (
            _catalog(owner=lambda url: url.replace("only-for-tests", "wrong")),
            ("CATALOG_MIGRATION_DATABASE_URL", "password authentication failed"),
        ),
        (
            _catalog(application=lambda url: f"{url}_gone"),
            ("CATALOG_DATABASE_URL", "does not exist"),
        ),
        (
            _catalog(application=lambda _: "postgresql://a:only-for-tests@127.0.0.1:1/b"),
            ("CATALOG_DATABASE_URL", "port 1 failed"),
        ),
        (
            _catalog(application=lambda url: url.replace("postgresql+psycopg", "postgres")),
            ("CATALOG_DATABASE_URL", "of the form postgresql://"),
        ),
        (
            _catalog(application=lambda _: "sqlite:////tmp/only-for-tests"),
            ("CATALOG_DATABASE_URL", "of the form postgresql://"),
        ),
        (
            _catalog(application=lambda _: "postgresql://only-for-tests@host:port/name"),
            ("CATALOG_DATABASE_URL", "of the form postgresql://"),
        ),
        (
            lambda named: {**named, "catalog": named["accounts"]},
            ("ACCOUNTS_DATABASE_URL", "CATALOG_DATABASE_URL", "the same database"),
        ),
        (
            lambda named: {
                **named,
                "catalog": replace(named["catalog"], owner=named["accounts"].owner),
            },
            ("CATALOG_DATABASE_URL and CATALOG_MIGRATION_DATABASE_URL", "two databases"),
        ),
        (
            lambda named: {
                **named,
                "catalog": replace(named["catalog"], owner=named["catalog"].application),
            },
            ("CATALOG_DATABASE_URL", "may not create tables"),
        ),
    ],
)
def test_an_address_that_cannot_be_used_is_named_with_what_is_wrong_and_no_password(
    named: Named, spoil: Spoil, told: tuple[str, ...]
) -> None:
    message = refusal(spoil(named))
    assert all(text in message for text in told), message
    assert "only-for-tests" not in message
