"""Keep no digest of who was erased in a list of people who may hold no card, nor one that says how far a list is looked
through: that is told by the reference of a card from now on, and what is under way begins anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute(
        sa.text(
            "delete from listed_person where nik_digest in"
            " (select nik_digest from suppressed_person)"
        )
    )
    op.execute(sa.text("update exclusion_list set checked = 0 where checked_at is null"))
    op.execute(sa.text("update exclusion_list set checked_to = ''"))
