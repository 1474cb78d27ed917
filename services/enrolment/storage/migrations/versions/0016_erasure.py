"""Remember who was erased by digests alone, and find erasures and readings of personal data in the journal."""

import sqlalchemy as sa
from alembic import op

from chassis.apart import keep_apart_1

revision = "0016"
down_revision = "0015"

READINGS = (
    "kind in ('card-looked-up', 'roster-read', 'admission-file-read', 'exclusion-list-read',"
    " 'exclusion-appeal-read', 'application-looked-up')"
)


def upgrade() -> None:
    op.add_column("application", sa.Column("erased_position", sa.BigInteger()))
    op.create_table(
        "suppressed_person",
        sa.Column("nik_digest", sa.String(64), nullable=False),
        sa.Column("family_digest", sa.String(64), nullable=False),
        sa.Column("key_digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("nik_digest"),
        sqlite_with_rowid=False,
    )
    op.create_index("suppressed_person_by_family", "suppressed_person", ["family_digest"])
    op.create_index(
        "application_by_card",
        "application",
        ["card_ref"],
        postgresql_where=sa.text("card_ref is not null"),
        sqlite_where=sa.text("card_ref is not null"),
    )
    # The code before erases nobody, and admits nobody who was erased: such an admission of it fails as a whole.
    keep_apart_1(op.get_bind(), "person", "suppressed_person", key="nik_digest")
    for name, columns, condition in (
        ("journal_entry_readings_by_kind", ["kind", "position"], READINGS),
        ("journal_entry_readings_by_actor", ["actor", "position"], READINGS),
        ("journal_entry_erased", ["position"], "kind in ('erased')"),
    ):
        op.create_index(
            name,
            "journal_entry",
            columns,
            postgresql_where=sa.text(condition),
            sqlite_where=sa.text(condition),
        )
