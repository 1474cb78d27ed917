"""The textbook's route on a server of its own, with a database of its own beside the product's."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import sqlalchemy as sa

from deploy.local.databases import drop_database
from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.process import Process
from deploy.local.readiness import accepts
from deploy.local.supervisor import Supervisor
from tests.bench.textbook.models import Base, Class

DATABASE = "textbook"
PROCESSES = 2 * (os.cpu_count() or 1) + 1
"""As many as gunicorn's documentation advises."""

THREADS = 8
BALANCE = 3_500_000


def make_database(
    server: str, *, cards: Sequence[str], classes: Sequence[str], seats: int, price: int
) -> str:
    """Make the textbook's tables anew on a server, with cards and classes; return the database's address."""
    drop_database(server, DATABASE)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {DATABASE}")
    address = urlsplit(server)._replace(path=f"/{DATABASE}").geturl()
    engine = sa.create_engine(_for_orm(address))
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        rows = [{"id": each, "seats": seats, "taken": 0, "price": price} for each in classes]
        connection.execute(sa.insert(Class), rows)
    engine.dispose()
    with psycopg.connect(address, autocommit=True) as plain:
        with plain.cursor().copy("copy card (ref, balance) from stdin") as copy:
            for card in cards:
                copy.write_row((card, BALANCE))
        plain.execute("vacuum analyze")
    return _for_orm(address)


def _for_orm(address: str) -> str:
    return urlsplit(address)._replace(scheme="postgresql+psycopg").geturl()


@contextmanager
def serving(folder: Path, settings: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Serve the textbook's application for the time of a block; yield where."""
    port = next(free_ports(random.Random()))
    supervisor = Supervisor(logs=folder)
    threaded = ("-k", "gthread", "--threads", str(THREADS), "--keep-alive", "75")
    process = Process(
        name=DATABASE,
        command=(
            *(sys.executable, "-m", "gunicorn", "-w", str(PROCESSES), *threaded),
            *("-b", f"{LOOPBACK}:{port}", "tests.bench.textbook.app:create_app()"),
        ),
        environment={"PATH": os.environ.get("PATH", ""), **settings},
        ready=accepts(port),
    )
    try:
        supervisor.start(process)
        list(supervisor.wait_until_ready(seconds=30))
        yield LOOPBACK, port
    finally:
        supervisor.stop()
