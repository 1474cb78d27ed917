"""The three services' databases: where they are, and on PostgreSQL who may do what in them.

Each service has two roles there. The owner runs the migrations; the application is granted by them what it needs,
and nothing else: it cannot change a journal entry even if it wanted to.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
import sqlalchemy as sa
from psycopg import sql

from chassis.pooler import as_libpq_knows_it

SERVICES = ("accounts", "catalog", "enrolment")
_LOCK_OF_ROLES = (
    0x62616C6169  # roles belong to the whole server: two provisioners must not both create one
)
_PATIENCE_SECONDS = 10


@dataclass(frozen=True)
class ServiceDatabase:
    """The two addresses of one service's database."""

    application: str
    owner: str


def sqlite_database(folder: Path, service: str) -> ServiceDatabase:
    """Return a service's database as a file in a folder, where both roles are one."""
    address = f"sqlite:///{(folder / f'{service}.sqlite').absolute()}"
    return ServiceDatabase(application=address, owner=address)


def postgresql_database(
    server: str, service: str, *, name: str, application_password: str, owner_password: str
) -> ServiceDatabase:
    """Create a service's roles and its empty database `name`, where they are missing.

    `server` is the address of a superuser.
    """
    owner, application = f"{service}_owner", f"{service}_app"
    with connected(server) as connection:
        with connection.transaction():
            connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK_OF_ROLES])
            _create_role(connection, owner, owner_password)
            _create_role(connection, application, application_password)
        if not _exists(connection, name):
            create_database(server, name, owner=owner, template="template0")
    allow_only(server, name, roles=(owner, application))
    return ServiceDatabase(
        application=_address(server, name, application, application_password),
        owner=_address(server, name, owner, owner_password),
    )


def create_database(server: str, name: str, *, owner: str, template: str) -> None:
    """Create a database from a template that nobody is connected to."""
    with connected(server) as connection:
        statement = sql.SQL("create database {} owner {} template {}")
        connection.execute(
            statement.format(sql.Identifier(name), sql.Identifier(owner), sql.Identifier(template))
        )


def drop_database(server: str, name: str) -> None:
    """Drop a database, ending the sessions of whoever is connected."""
    with connected(server) as connection:
        connection.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        )


def allow_only(server: str, name: str, *, roles: tuple[str, ...]) -> None:
    """Let only these roles connect to a database. A copy made from a template starts open to all."""
    database = sql.Identifier(name)
    with connected(server) as connection:
        connection.execute(sql.SQL("revoke all on database {} from public").format(database))
        for role in roles:
            grant = sql.SQL("grant connect on database {} to {}")
            connection.execute(grant.format(database, sql.Identifier(role)))


def _create_role(connection: psycopg.Connection, name: str, password: str) -> None:
    exists = connection.execute("select from pg_roles where rolname = %s", [name]).fetchone()
    verb = "alter" if exists is not None else "create"
    statement = sql.SQL("{} role {} login password {}")
    connection.execute(statement.format(sql.SQL(verb), sql.Identifier(name), sql.Literal(password)))


def _exists(connection: psycopg.Connection, name: str) -> bool:
    return (
        connection.execute("select from pg_database where datname = %s", [name]).fetchone()
        is not None
    )


def connected(server: str) -> psycopg.Connection:
    """Connect to an address; each statement commits by itself. Raises `psycopg.OperationalError`."""
    # Addresses may name the driver, as the services' settings do, and a pooler; PostgreSQL's own library knows neither.
    url = as_libpq_knows_it(sa.make_url(server)).set(drivername="postgresql")
    return psycopg.connect(
        url.render_as_string(hide_password=False),
        autocommit=True,
        connect_timeout=_PATIENCE_SECONDS,
    )


def _address(server: str, name: str, role: str, password: str) -> str:
    parts = urlsplit(server)
    place = parts.netloc.rpartition("@")[2]
    credentials = f"{quote(role, safe='')}:{quote(password, safe='')}"
    return parts._replace(
        scheme="postgresql+psycopg", netloc=f"{credentials}@{place}", path=f"/{name}"
    ).geturl()
