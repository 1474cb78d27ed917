"""The journal, how far followers are, and the answers stored under keys."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.column_types import Identifier
from chassis.follower import follower_table
from chassis.idempotency import stored_answer_table
from chassis.journal import journal_tables
from services.enrolment.domain.entry_kinds import READINGS, EntryKind
from services.enrolment.storage.tables.metadata import METADATA

JOURNAL = journal_tables(
    METADATA,
    subjects={
        "class_id": Identifier(),
        "provider_id": Identifier(),
        "card_ref": Identifier(),
        "region": sa.String(5),
    },
    kinds=tuple(EntryKind),
)


def of_kinds(*kinds: EntryKind) -> sa.ColumnElement[bool]:
    """Tell of an entry whether it is of some kinds, written out, so that partial indexes are recognised."""
    return JOURNAL.entry.c.kind.in_([sa.literal_column(f"'{kind.value}'") for kind in kinds])


def _index_some(name: str, *columns: str, kinds: tuple[EntryKind, ...]) -> None:
    """Index the entries of some kinds, of which there are few among all."""
    named = ", ".join(f"'{kind.value}'" for kind in kinds)
    condition = sa.text(f"kind in ({named})")
    sa.Index(
        name,
        *[JOURNAL.entry.c[column] for column in columns],
        postgresql_where=condition,
        sqlite_where=condition,
    )


_index_some("journal_entry_readings_by_kind", "kind", "position", kinds=READINGS)
_index_some("journal_entry_readings_by_actor", "actor", "position", kinds=READINGS)
_index_some("journal_entry_erased", "position", kinds=(EntryKind.ERASED,))


STORED_ANSWER = stored_answer_table(METADATA)


FOLLOWER_STATE = follower_table(METADATA)
