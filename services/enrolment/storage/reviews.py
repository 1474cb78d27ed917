"""Reviews: added once for each enrolment, their texts sealed."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from chassis.sealing import Seal
from services.enrolment.domain.learning.review import Review
from services.enrolment.storage.tables.learning import REVIEW

W = REVIEW.c


class ReviewStore:
    """The table of reviews."""

    def __init__(self, *, seal: Seal) -> None:
        self._seal = seal

    def keys_fit(self, connection: sa.Connection) -> bool:
        """Tell whether the text of a review opens under the key given; true where there is none."""
        query = sa.select(W.enrolment_id, W.sealed_text).where(W.sealed_text.is_not(None)).limit(1)
        row = connection.execute(query).one_or_none()
        return row is None or self._seal.opens(row.sealed_text, context=_context(row.enrolment_id))

    def add(self, connection: sa.Connection, review: Review, *, now: datetime) -> None:
        """Add a review of an enrolment whose card is locked."""
        sealed = None
        if review.text is not None:
            sealed = self._seal.close(review.text, context=_context(review.enrolment_id))
        connection.execute(
            sa.insert(REVIEW).values(
                enrolment_id=review.enrolment_id,
                rating=review.rating,
                sealed_text=sealed,
                reviewed_at=now,
            )
        )

    def find(self, connection: sa.Connection, enrolment_id: str) -> Review | None:
        """Read the review of an enrolment; for its author, since the text is nobody else's to read."""
        row = connection.execute(
            sa.select(REVIEW).where(W.enrolment_id == enrolment_id)
        ).one_or_none()
        if row is None:
            return None
        sealed = row.sealed_text
        text = None if sealed is None else self._seal.open(sealed, context=_context(enrolment_id))
        return Review(enrolment_id, row.rating, text)


def _context(enrolment_id: str) -> str:
    return f"review {enrolment_id}"
