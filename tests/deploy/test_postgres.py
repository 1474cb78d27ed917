from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import psycopg
import pytest

from deploy.local.databases import postgresql_database
from deploy.local.ports import free_ports
from deploy.local.postgres import (
    PostgresUnavailableError,
    PrivateServer,
    installed_programs,
    prepare_server,
)
from deploy.local.server_user import ServerUser
from deploy.local.supervisor import Supervisor
from tests.databases import DatabaseMaker, new_folder_for_server


def _run_once(server: PrivateServer, logs: Path, statement: str) -> list[tuple[object, ...]]:
    supervisor = Supervisor(logs=logs)
    supervisor.start(server.process())
    try:
        list(supervisor.wait_until_ready(seconds=60))
        with psycopg.connect(server.address) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []
    finally:
        assert supervisor.stop() == []


def test_a_private_server_keeps_its_data_and_password_over_a_restart(tmp_path: Path) -> None:
    with new_folder_for_server() as folder:
        ports = free_ports(random.Random())
        first = prepare_server(folder / "postgres", port=next(ports), password="kept")
        _run_once(first, tmp_path, "create table kept as select 42 as answer")
        again = prepare_server(folder / "postgres", port=next(ports), password="kept")
        assert _run_once(again, tmp_path, "select answer from kept") == [(42,)]
        wrong = prepare_server(folder / "postgres", port=next(ports), password="wrong")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            _run_once(wrong, tmp_path, "select 1")


def test_a_server_that_was_killed_is_ready_again_once_it_answers(tmp_path: Path) -> None:
    with new_folder_for_server() as folder:
        server = prepare_server(
            folder / "postgres", port=next(free_ports(random.Random())), password="kept"
        )
        killed = Supervisor(logs=tmp_path / "killed")
        killed.start(server.process())
        list(killed.wait_until_ready(seconds=60))
        running = killed.find("postgresql")
        with psycopg.connect(server.address) as connection:
            connection.execute("create table kept as select 42 as answer")
        running.child.kill()
        running.child.wait(timeout=60)
        killed.stop()
        left = (server.data / "postmaster.pid").read_text()
        assert left.splitlines()[7].strip() == "ready", "the file still says so, and is nobody's"
        assert _run_once(server, tmp_path, "select answer from kept") == [(42,)]


def test_data_of_a_version_that_is_not_installed_is_left_alone() -> None:
    with new_folder_for_server() as folder:
        data = folder / "postgres" / "data"
        data.mkdir(parents=True)
        (data / "PG_VERSION").write_text("12\n")
        with pytest.raises(PostgresUnavailableError, match="written by PostgreSQL 12"):
            prepare_server(folder / "postgres", port=1, password="any")
        assert (data / "PG_VERSION").read_text() == "12\n"


def test_an_unfinished_first_start_is_begun_anew(tmp_path: Path) -> None:
    with new_folder_for_server() as folder:
        (folder / "postgres" / "data.unfinished").mkdir(parents=True)
        (folder / "postgres" / "data.unfinished" / "half").touch()
        (folder / "postgres").chmod(0o777)
        server = prepare_server(
            folder / "postgres", port=next(free_ports(random.Random())), password="any"
        )
        assert _run_once(server, tmp_path, "select 1") == [(1,)]


def test_a_user_cannot_enter_a_folder_below_one_that_is_closed_to_it(tmp_path: Path) -> None:
    stranger = ServerUser(uid=os.getuid() + 1, gid=os.getgid() + 1)
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o711)
    assert stranger._may_pass(tmp_path / "closed")
    (tmp_path / "closed").chmod(0o700)
    assert not stranger.may_enter(inner)


def test_programs_that_were_copied_work_where_they_are(tmp_path: Path) -> None:
    wheel = list(installed_programs())[-1]
    ourselves = ServerUser(uid=os.getuid(), gid=os.getgid())
    copied = wheel.copied(ourselves, tmp_path / "copy")
    assert copied.folder.is_relative_to(tmp_path)
    answer = subprocess.check_output([copied.folder / "initdb", "--version"], text=True)
    assert answer.startswith("initdb (PostgreSQL)")


def test_a_role_of_one_service_cannot_connect_to_the_database_of_another(
    database_maker: DatabaseMaker,
) -> None:
    catalog = database_maker.empty("postgresql", "catalog")
    enrolment = database_maker.empty("postgresql", "enrolment")
    stolen = enrolment.application.replace("enrolment_app", "catalog_app")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(stolen.replace("+psycopg", ""))
    with psycopg.connect(catalog.application.replace("+psycopg", "")) as connection:
        assert connection.execute("select current_user").fetchone() == ("catalog_app",)


def test_the_application_cannot_create_or_read_what_it_was_not_granted(
    database_maker: DatabaseMaker,
) -> None:
    database = database_maker.empty("postgresql", "catalog")
    with psycopg.connect(database.owner.replace("+psycopg", "")) as owner:
        owner.execute("create table secret (x int)")
    with psycopg.connect(database.application.replace("+psycopg", "")) as application:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("create table mine (x int)")
        application.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("select * from secret")


def test_providing_the_same_database_twice_keeps_what_is_in_it(
    postgres_server: str, database_maker: DatabaseMaker
) -> None:
    database = database_maker.empty("postgresql", "catalog")
    with psycopg.connect(database.owner.replace("+psycopg", "")) as owner:
        owner.execute("create table kept (x int)")
    again = postgresql_database(
        postgres_server,
        "catalog",
        name=database.owner.rpartition("/")[2],
        application_password="only-for-tests",
        owner_password="only-for-tests",
    )
    with psycopg.connect(again.owner.replace("+psycopg", "")) as owner:
        assert owner.execute("select count(*) from kept").fetchone() == (0,)
