"""The order of a draw: worked out from what is published, and from nothing else.

The same is written in docs/fair-draw.md, and done a second time, by somebody who knows none of this, in
`auditing/replay_draw.py`. All three have to say the same for ever: a draw of years ago is still replayed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator

SECRET_BYTES = 32
_DIGEST_BYTES = 32


def commitment_to(secret: bytes) -> str:
    """Return what is published of a secret before it is told: its SHA-256, in hexadecimal."""
    return hashlib.sha256(secret).hexdigest()


def draw_key(secret: bytes, outside_value: str) -> bytes:
    """Return the key that orders applications. The secret has always the same length: nothing can slip across."""
    return secret + outside_value.encode()


def drawn_order(application_ids: Iterable[str], *, key: bytes) -> Iterator[str]:
    """Yield applications in the order in which they are drawn: by HMAC-SHA-256 of their ids, smallest first.

    Nothing of the order in which they come in plays a part. Of each one, only 32 + 36 bytes are kept.
    """
    lots = [lot_of(one, key=key) for one in application_ids]
    lots.sort()
    for lot in lots:
        yield lot[_DIGEST_BYTES:].decode("ascii")


def lot_of(application_id: str, *, key: bytes) -> bytes:
    """Return by what an application is ordered, with its id."""
    leaf = leaf_of(application_id)
    return hmac.digest(key, leaf, "sha256") + leaf


def leaf_of(application_id: str) -> bytes:
    """Return what stands for an application in the tree, and is drawn: its id, as it is written."""
    return application_id.encode("ascii")
