"""The root of a Merkle tree over a list, as RFC 6962 (2.1) has it: one digest that stands for exactly that list."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from itertools import islice

_LEAVES_AT_ONCE = 1024
"""A power of two: so many leaves from the beginning on are a tree of their own, whatever follows."""


def merkle_root(leaves: Iterable[bytes]) -> tuple[int, str]:
    """Return how many leaves there are, and the root over them in their order, in hexadecimal.

    No more is kept than the leaves of one of the lowest trees, and a digest for each level above.
    """
    coming = iter(leaves)
    lowest = iter(lambda: list(islice(coming, _LEAVES_AT_ONCE)), [])
    return _joined((len(some), _root_of_some(some)) for some in lowest)


def root_over(roots: Iterable[str]) -> str:
    """Return the root over a list that was cut into pieces, by the roots over these.

    All pieces but the last have the same number of leaves, a power of two: then each is a subtree of the whole.
    """
    _, root = _joined((1, bytes.fromhex(root)) for root in roots)
    return root


def _joined(trees: Iterable[tuple[int, bytes]]) -> tuple[int, str]:
    whole: list[tuple[int, bytes]] = []
    size = 0
    for tree in trees:
        size += tree[0]
        whole.append(tree)
        while len(whole) > 1 and whole[-1][0] == whole[-2][0]:
            _join_last(whole)
    while len(whole) > 1:
        _join_last(whole)
    root = whole[0][1] if whole else sha256(b"").digest()
    return size, root.hex()


def _root_of_some(leaves: list[bytes]) -> bytes:
    """Return the root over a few leaves, level by level; what has no partner goes up as it is."""
    nodes = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(nodes) > 1:
        alone = nodes[len(nodes) // 2 * 2 :]
        pairs = zip(nodes[::2], nodes[1::2], strict=False)
        nodes = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + alone
    return nodes[0]


def _join_last(whole: list[tuple[int, bytes]]) -> None:
    """Put the last two trees under one node."""
    leaves, right = whole.pop()
    more, left = whole.pop()
    whole.append((leaves + more, sha256(b"\x01" + left + right).digest()))
