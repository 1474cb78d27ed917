"""Databases that the environment names: usable, each by its own service, and with this folder's secrets.

What services keep is sealed and digested under the secrets of the folder they were started from. The migrations' own
table therefore bears a mark, a comment made from one of these secrets, by which a start from another folder is noticed
before anything runs.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
import sqlalchemy as sa
from psycopg import sql

from deploy.local.databases import ServiceDatabase, connected

_MARKED_TABLE = "alembic_version"
_FORM = "postgresql://user:password@host:5432/name"
_LOOK = """
select pg_postmaster_start_time() || ' ' || (select oid from pg_database where datname = current_database()),
    exists (select from pg_namespace where nspname = 'public' and has_schema_privilege(oid, 'create')),
    obj_description(to_regclass(%s), 'pg_class')
"""


class UnusableDatabaseError(Exception):
    """A database that is named cannot be used; the message names the variable and the remedy, in one line."""


@dataclass(frozen=True)
class _Sight:
    """What one role sees: which database of which server this is, and whether it may make tables there."""

    place: str
    may_create: bool
    mark: str | None


def check_named(named: Mapping[str, ServiceDatabase], *, key: str, secrets: str) -> None:
    """Raise `UnusableDatabaseError` unless services can be started on these databases.

    `key` is the KEY_ENCRYPTION_KEY from the file `secrets`, which the message names.
    """
    sights = {service: _sight_of(service, database) for service, database in named.items()}
    _check_apart(sights)
    for service, sight in sights.items():
        if sight.mark is not None:
            _check_mark(service, sight.mark, mark_of(service, key), secrets=secrets)


def mark_of(service: str, key: str) -> str:
    """Return the mark of a service's database: whose it is, and a digest that tells nothing of the key."""
    digest = hmac.new(bytes.fromhex(key), b"databases of this folder", "sha256").hexdigest()
    return f"balai {service} {digest[:24]}"


def put_mark(owner: str, mark: str) -> None:
    """Mark a migrated database, at its owner's address."""
    with connected(owner) as connection:
        comment = sql.SQL("comment on table {} is {}")
        connection.execute(comment.format(sql.Identifier(_MARKED_TABLE), sql.Literal(mark)))


def _sight_of(service: str, database: ServiceDatabase) -> _Sight:
    application = owner = _variable(service)
    seen = as_owner = _look(application, database.application)
    if database.owner != database.application:
        owner = f"{service.upper()}_MIGRATION_DATABASE_URL"
        as_owner = _look(owner, database.owner)
    if as_owner.place != seen.place:
        raise UnusableDatabaseError(
            f"{application} and {owner} name two databases; give the same one, as two roles"
        )
    if not as_owner.may_create:
        raise UnusableDatabaseError(
            f"the user in {owner} may not create tables; make that user the database's owner"
        )
    return as_owner


def _look(variable: str, address: str) -> _Sight:
    try:
        url = sa.make_url(address)
        known = url.get_backend_name() == "postgresql" and bool(url.database)
    except (sa.exc.ArgumentError, ValueError):
        known = False
    if not known:
        raise UnusableDatabaseError(f"{variable} must be an address of the form {_FORM}")
    try:
        with connected(address) as connection:
            row = connection.execute(_LOOK, [_MARKED_TABLE]).fetchone()
    except psycopg.OperationalError as error:
        raise UnusableDatabaseError(
            f"no connection by {variable}: {_in_one_line(error)}; check its user, password, host, port and database"
        ) from None
    assert row is not None  # noqa: S101 - such a select has one row
    return _Sight(*row)


def _check_apart(sights: Mapping[str, _Sight]) -> None:
    taken: dict[str, str] = {}
    for service, sight in sights.items():
        if sight.place in taken:
            raise UnusableDatabaseError(
                f"{_variable(taken[sight.place])} and {_variable(service)} name the same database;"
                " create one for each service"
            )
        taken[sight.place] = service


def _check_mark(service: str, mark: str, expected: str, *, secrets: str) -> None:
    if mark == expected:
        return
    whose = mark.split()[1]
    if whose != service:
        raise UnusableDatabaseError(
            f"{_variable(service)} names the database of another service ({whose}); name its own"
        )
    raise UnusableDatabaseError(
        f"the database in {_variable(service)} was filled with other secrets than those in {secrets};"
        " bring back the secrets.env it was filled with, or empty the databases of all three services"
    )


def _variable(service: str) -> str:
    return f"{service.upper()}_DATABASE_URL"


def _in_one_line(error: psycopg.OperationalError) -> str:
    """Return the reason that matters: where several hosts were tried, the last one's."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reasons = [line for line in lines if "failed:" in line or "FATAL:" in line] or lines
    return reasons[-1].removeprefix("connection failed: ") if reasons else type(error).__name__
