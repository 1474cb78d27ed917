"""The root of a Merkle tree over a list, as RFC 6962 (2.1) has it: one digest that stands for exactly that list."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def merkle_root(leaves: Iterable[bytes]) -> tuple[int, str]:
    """Return how many leaves there are, and the root over them in their order, in hexadecimal.

    No more is kept than one digest for each level of the tree.
    """
    return _joined(hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves)


def root_over(roots: Iterable[str]) -> str:
    """Return the root over a list that was cut into pieces, by the roots over these.

    All pieces but the last have the same number of leaves, a power of two: then each is a subtree of the whole.
    """
    _, root = _joined(map(bytes.fromhex, roots))
    return root


def _joined(nodes: Iterable[bytes]) -> tuple[int, str]:
    whole: list[tuple[int, bytes]] = []
    size = 0
    for node in nodes:
        size += 1
        whole.append((1, node))
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
