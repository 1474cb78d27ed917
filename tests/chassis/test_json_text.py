"""Members of JSON that is kept as text, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.json_text import identifier_in, text_in, whole_in
from deploy.local.databases import ServiceDatabase

ID = "0b9d4a52-63f4-4c3e-8e15-7f0f3c1f2a11"
DOCUMENT = sa.literal(
    f'{{"name":"O\'Neil \\"é\\"","count":9007199254740991,"none":null,"id":"{ID}"}}'
)


@pytest.mark.parametrize(
    ("member", "found"),
    [
        (text_in(DOCUMENT, "name"), 'O\'Neil "é"'),
        (whole_in(DOCUMENT, "count"), 9_007_199_254_740_991),
        (identifier_in(DOCUMENT, "id"), ID),
        (text_in(DOCUMENT, "none"), None),
        (whole_in(DOCUMENT, "none"), None),
        (identifier_in(DOCUMENT, "absent"), None),
    ],
)
def test_a_member_is_read_as_what_it_is(
    empty_database: ServiceDatabase, member: sa.ColumnElement[Any], found: object
) -> None:
    database = Database(empty_database.application)
    with database.reading() as connection:
        assert connection.execute(sa.select(member)).scalar_one() == found
    database.dispose()
