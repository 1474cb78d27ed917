"""A process under gevent that waits for PostgreSQL; prints what happened meanwhile. The address is its argument."""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402 - patching comes first
import sys  # noqa: E402

import gevent  # noqa: E402
import sqlalchemy as sa  # noqa: E402

from chassis.cooperative_connection import CooperativeConnection  # noqa: E402
from chassis.database import Database  # noqa: E402
from chassis.faults import Fault, fault_of  # noqa: E402

SLEEP = sa.text("select pg_sleep(0.3), repeat('x', 5000000)")


def main() -> None:
    """Wait for a slow statement in two greenlets at once, then lose a connection."""
    database = Database(sys.argv[1], pool_size=3)
    sizes: list[int] = []
    order: list[str] = []

    def ask_slowly() -> None:
        with database.reading() as connection:
            sizes.append(len(connection.execute(SLEEP).one()[1]))
        order.append("asked")

    asking = [gevent.spawn(ask_slowly) for _ in range(2)]
    gevent.sleep(0.05)
    order.append("went on")
    gevent.joinall(asking, raise_error=True)
    told = {"sizes": sizes, "order": order, **_lose_connection(database)}
    sys.stdout.write(json.dumps(told))


def _lose_connection(database: Database) -> dict[str, object]:
    kind: type | None = None
    try:
        with database.reading() as connection, database.reading() as other:
            kind = type(connection.connection.driver_connection)
            backend = connection.execute(sa.text("select pg_backend_pid()")).scalar_one()
            other.execute(sa.text("select pg_terminate_backend(:pid)"), {"pid": backend})
            connection.execute(SLEEP)
    except sa.exc.DBAPIError as error:
        fault = fault_of(error)
        return {"own": kind is CooperativeConnection, "lost": fault is Fault.DISCONNECTED}
    return {}


if __name__ == "__main__":
    main()
