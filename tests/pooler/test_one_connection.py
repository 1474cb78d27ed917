"""Several clients with one server connection between them meet nothing of each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.engines import COSTLY_FOR_FEW_ROWS
from chassis.identifiers import new_id
from chassis.problems import Unavailable
from deploy.local.databases import ServiceDatabase
from tests.chassis.tally import add_to, count_of, laid_house, open_house, set_up
from tests.databases import DatabaseMaker
from tests.pgbouncer import OpenPooler, Pooler

WORD = "?pooler=transaction"
SETTINGS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "jit")
LOOKED_AT = (*SETTINGS, *COSTLY_FOR_FEW_ROWS)


@pytest.fixture
def place(database_maker: DatabaseMaker, one_connection: Pooler) -> ServiceDatabase:
    """A database that its application reaches by that connection."""
    return one_connection.before_application(database_maker.empty("postgresql", "chassis"))


def shown(connection: sa.Connection) -> dict[str, str]:
    return {name: connection.execute(sa.text(f"show {name}")).scalar_one() for name in LOOKED_AT}


def met_by_a_stranger(address: str) -> dict[str, str]:
    """Return what a client finds that sets nothing."""
    plain = sa.make_url(address.removesuffix(WORD)).set(drivername="postgresql")
    url = plain.render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as stranger:
        return {
            name: str((stranger.execute(f"show {name}").fetchone() or ())[0]) for name in LOOKED_AT
        }


@contextmanager
def three_clients(address: str) -> Iterator[list[Database]]:
    """Open a database as three processes would that differ in their settings."""
    with ExitStack() as stack:
        hasty, patient = (Database(address, lock_timeout_ms=ms, pool_size=1) for ms in (700, 900))
        clients = [hasty, patient, hasty.apart()]
        for client in clients:
            stack.callback(client.dispose)
        yield clients


def backends_of(clients: list[Database]) -> set[int]:
    """Use each client once; return which processes of the server answered."""
    found = set()
    for client in clients:
        with client.writing() as connection:
            found.add(connection.execute(sa.text("select pg_backend_pid()")).scalar_one())
    return found


def test_each_client_finds_its_own_settings_and_a_stranger_the_servers(
    place: ServiceDatabase,
) -> None:
    before = met_by_a_stranger(place.application)
    with three_clients(place.application) as clients:
        for _ in range(2):
            seen = []
            for client in clients:
                with client.writing() as connection:
                    seen.append(shown(connection))
                    connection.commit()
                assert met_by_a_stranger(place.application) == before
            assert [each["lock_timeout"] for each in seen] == ["700ms", "900ms", "700ms"]
            assert {each["statement_timeout"] for each in seen} == {"30s"}
        with clients[1].reading() as connection:
            assert shown(connection)["enable_seqscan"] == "on"
        assert len(backends_of(clients)) == 1
    assert before["statement_timeout"] == "0"


def test_without_the_word_settings_go_from_client_to_client(place: ServiceDatabase) -> None:
    """Else the test before would show nothing."""
    before = met_by_a_stranger(place.application)
    with three_clients(place.application.removesuffix(WORD)) as clients:
        backends_of(clients)
        assert met_by_a_stranger(place.application) != before
        with clients[1].reading() as connection:
            seen = shown(connection)
    assert seen["enable_seqscan"] == "off", "somebody who reads met the plans of who writes"
    assert seen["lock_timeout"] == "700ms"


def ask_often(clients: list[Database]) -> None:
    for number in range(20):
        for client in clients:
            with client.reading() as connection:
                asked = connection.execute(sa.text("select cast(:n as int)"), {"n": number})
                assert asked.scalar_one() == number


def test_what_is_asked_often_is_answered_to_each_client(place: ServiceDatabase) -> None:
    with three_clients(place.application) as clients:
        ask_often(clients)


def test_without_the_word_clients_trip_over_prepared_statements(place: ServiceDatabase) -> None:
    """Else the test before would show nothing."""
    with (
        three_clients(place.application.removesuffix(WORD)) as clients,
        pytest.raises(sa.exc.ProgrammingError, match="prepared statement"),
    ):
        ask_often(clients)


def test_who_finds_no_connection_is_told_to_come_back(
    database_maker: DatabaseMaker, pooler_with: OpenPooler
) -> None:
    with pooler_with(default_pool_size=1, query_wait_timeout=1) as pooler:
        place = pooler.before_application(database_maker.empty("postgresql", "chassis"))
        with laid_house(place) as house:
            name = set_up(house, new_id())
            late = open_house(place)
            with house.database.reading() as holding:
                holding.execute(sa.text("select 1"))
                with pytest.raises(Unavailable):
                    late.transactions.answer(None, add_to(late, name))
            assert late.transactions.answer(None, add_to(late, name)).status == 201
            assert count_of(late, name) == 1
            late.database.dispose()
