"""What an address of PostgreSQL says of a pooler that it leads through: `?pooler=transaction`, or nothing.

Such a pooler hands each transaction to whichever server connection is free. What is set for a session stays with that
connection, and is met by whoever gets it next.
"""

from __future__ import annotations

import sqlalchemy as sa

_WORD = "pooler"
_IN_TRANSACTIONS = "transaction"


class UnknownPoolerError(ValueError):
    """An address says of its pooler what is not known; the message says what may stand there."""


def is_behind_pooler(url: sa.URL) -> bool:
    """Tell whether an address says that it leads through a pooler. Raises `UnknownPoolerError`."""
    said = url.query.get(_WORD)
    if said is not None and (said != _IN_TRANSACTIONS or url.get_backend_name() != "postgresql"):
        raise UnknownPoolerError(
            f"{_WORD} must be {_IN_TRANSACTIONS}, behind an address of PostgreSQL, or not be there"
        )
    return said is not None


def as_libpq_knows_it(url: sa.URL) -> sa.URL:
    """Return an address without what it says of a pooler, a word that is ours alone."""
    return url.difference_update_query([_WORD])
