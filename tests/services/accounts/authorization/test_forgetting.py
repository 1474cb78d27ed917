"""What is kept of grants that are over, and for how long."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from services.accounts.storage.authorization_tables import (
    APPLICATION_GRANT,
    AUTHORIZATION_CODE,
    REFRESH_TOKEN,
)
from services.accounts.worker import forget
from tests.services.accounts.authorization.house import Applications

TABLES = (APPLICATION_GRANT, AUTHORIZATION_CODE, REFRESH_TOKEN)


def counted(applications: Applications) -> tuple[int, ...]:
    with applications.house.database.reading() as connection:
        return tuple(
            connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in TABLES
        )


def set_instants(applications: Applications, table: sa.Table, **ago: timedelta) -> None:
    """Have instants of every row of a table lie so long ago."""
    now = applications.now()
    values = {name: now - since for name, since in ago.items()}
    applications.house.transactions.run(
        lambda connection: connection.execute(sa.update(table).values(values))
    )


def test_a_grant_that_is_over_is_forgotten_a_day_later_with_everything_of_it(
    applications: Applications,
) -> None:
    applications.tokens()
    set_instants(applications, APPLICATION_GRANT, expires_at=timedelta(hours=23))
    forget(applications.house)
    assert counted(applications) == (1, 1, 1)
    set_instants(applications, APPLICATION_GRANT, expires_at=timedelta(hours=25))
    forget(applications.house)
    assert counted(applications) == (0, 0, 0)


def test_a_grant_that_was_ended_is_forgotten_likewise(applications: Applications) -> None:
    code = applications.code()
    applications.exchange(code)
    applications.exchange(code)
    forget(applications.house)
    assert counted(applications) == (1, 1, 1)
    set_instants(applications, APPLICATION_GRANT, ended_at=timedelta(hours=25))
    forget(applications.house)
    assert counted(applications) == (0, 0, 0)


def test_a_grant_in_force_keeps_everything(applications: Applications) -> None:
    applications.refresh(applications.tokens()["refresh_token"])
    set_instants(applications, REFRESH_TOKEN, issued_at=timedelta(days=80))
    forget(applications.house)
    assert counted(applications) == (1, 1, 2)
