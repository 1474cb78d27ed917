"""The journal, how far followers are, and the answers stored under keys."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.column_types import Identifier
from chassis.follower import follower_table
from chassis.idempotency import stored_answer_table
from chassis.journal import journal_tables
from services.enrolment.domain.entry_kinds import EntryKind
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


STORED_ANSWER = stored_answer_table(METADATA)


FOLLOWER_STATE = follower_table(METADATA)
