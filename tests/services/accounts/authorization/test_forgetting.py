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


def test_a_grant_that_is_over_is_forgotten_a_day_later_with_everything_of_it(
    applications: Applications,
) -> None:
    applications.later = -timedelta(days=90, hours=23)
    applications.tokens()
    forget(applications.house)
    assert counted(applications) == (1, 1, 1)
    applications.later = -timedelta(days=91, hours=1)
    applications.tokens()
    forget(applications.house)
    assert counted(applications) == (1, 1, 1)


def test_a_grant_in_force_keeps_its_last_token_and_those_used_within_a_day(
    applications: Applications,
) -> None:
    applications.later = -timedelta(days=3)
    first = applications.tokens()["refresh_token"]
    second = applications.refresh(first)
    applications.later = -timedelta(hours=1)
    assert isinstance(second, dict)
    third = applications.refresh(second["refresh_token"])
    forget(applications.house)
    assert counted(applications) == (1, 1, 2)
    applications.later = timedelta(0)
    assert isinstance(third, dict)
    assert isinstance(applications.refresh(third["refresh_token"]), dict)
