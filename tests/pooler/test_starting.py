"""A process in production that is behind a pooler has to be told; then it starts."""

from __future__ import annotations

import pytest

from chassis.settings import SettingsError
from services.accounts.service import start_service
from services.accounts.settings import read_settings
from tests.databases import DatabaseMaker
from tests.pgbouncer import OpenPooler
from tests.services.accounts.conftest import variables_on

WORD = "?pooler=transaction"


@pytest.mark.parametrize("mode", ["transaction", "session"])
def test_in_production_a_pooler_has_to_be_told_of(
    database_maker: DatabaseMaker, pooler_with: OpenPooler, mode: str
) -> None:
    with pooler_with(pool_mode=mode) as pooler:
        place = pooler.before_application(
            database_maker.migrated("postgresql", "services.accounts")
        )
        production = {**variables_on(place), "ENVIRONMENT": "production"}
        untold = place.application.removesuffix(WORD)
        with pytest.raises(SettingsError, match=r"add pooler=transaction behind its \?"):
            start_service(read_settings({**production, "DATABASE_URL": untold}))
        told = read_settings({**production, "DATABASE_URL": place.application})
        start_service(told).database.dispose()
