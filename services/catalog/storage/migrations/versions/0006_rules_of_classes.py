"""Know by which version of the rules a class was judged, and let the rules say how short a course may be."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

CONSTRAINT = "course_is_long_enough"


def upgrade() -> None:
    op.add_column("training_class", sa.Column("rule_version", sa.String(32)))
    op.create_table(
        "rule_copy",
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("effective_from", sa.String(10), nullable=False),
        sa.Column("numbers", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(CONSTRAINT, "course", type_="check")
        op.create_check_constraint(CONSTRAINT, "course", "hours >= 1")
    else:
        _loosen_in_place()


def _loosen_in_place() -> None:
    """Rewrite the constraint in SQLite's schema, as its documentation has it where a CHECK is loosened.

    Copying the table would need its foreign keys to be switched off, which no transaction can.
    """
    connection = op.get_bind()
    before = connection.exec_driver_sql("pragma schema_version").scalar_one()
    connection.exec_driver_sql("pragma writable_schema = on")
    connection.exec_driver_sql(
        "update sqlite_master set sql = replace(sql, 'hours >= 15', 'hours >= 1')"
        " where type = 'table' and name = 'course'"
    )
    connection.exec_driver_sql(f"pragma schema_version = {before + 1}")
    connection.exec_driver_sql("pragma writable_schema = off")
