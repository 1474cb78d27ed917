"""The root of a Merkle tree over a list, as RFC 6962 (2.1) has it: one digest that stands for exactly that list."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def merkle_root(leaves: Iterable[bytes]) -> tuple[int, str]:
    """Return how many leaves there are, and the root over them in their order, in hexadecimal.

    No more is kept than one digest for each level of the tree.
    """
    whole: list[tuple[int, bytes]] = []
    size = 0
    for leaf in leaves:
        size += 1
        whole.append((1, hashlib.sha256(b"\x00" + leaf).digest()))
        while len(whole) > 1 and whole[-1][0] == whole[-2][0]:
            _join_last(whole)
    while len(whole) > 1:
        _join_last(whole)
    root = whole[0][1] if whole else hashlib.sha256(b"").digest()
    return size, root.hex()


def _join_last(whole: list[tuple[int, bytes]]) -> None:
    """Put the last two trees under one node."""
    leaves, right = whole.pop()
    more, left = whole.pop()
    whole.append((leaves + more, hashlib.sha256(b"\x01" + left + right).digest()))
