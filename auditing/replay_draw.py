"""Replay a draw from what is published of it: `make replay-draw LIST=file SECRET=… OUTSIDE=…`.

LIST is the list of applications, as `GET /waves/{id}/draw/applications` gives it in CSV or JSON Lines; SECRET and
OUTSIDE are the draw's `secret` and the `value` of its `outside_value`. With COMMITMENT and ROOT (of its `list`) these
are compared with what was published before; with ORDER, a file as `GET /waves/{id}/draw/results` gives it, the order is
compared place by place; without, it is printed. Ends with 0 where all agrees, 1 where something differs, and 2 where a
document cannot be read.

This is written from docs/fair-draw.md and shares no line with what draws: two readings of one page have to agree.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_USAGE = "Name the documents: make replay-draw LIST=file SECRET=… OUTSIDE=… [COMMITMENT=…] [ROOT=…] [ORDER=file]"


class Unusable(Exception):
    """A document or a value is missing, or not what it should be."""


def main(given: Mapping[str, str], say: Callable[[str], object] = print) -> int:
    """Replay the draw that the environment names; return the exit code."""
    try:
        return 0 if _replay(given, say) else 1
    except Unusable as unusable:
        say(str(unusable))
        return 2


def _replay(given: Mapping[str, str], say: Callable[[str], object]) -> bool:
    """Tell what comes out, and return whether it is what was published."""
    if not all(given.get(name) for name in ("LIST", "SECRET", "OUTSIDE")):
        raise Unusable(_USAGE)
    secret = bytes.fromhex(_digest_in(given, "SECRET"))
    ids = sorted(_distinct(_ids_in(Path(given["LIST"]))))
    say(f"applications: {len(ids)}")
    agrees = [
        _agrees(given, "ROOT", "root", root_over(ids), say),
        _agrees(given, "COMMITMENT", "commitment", hashlib.sha256(secret).hexdigest(), say),
    ]
    order = order_of(ids, secret, given["OUTSIDE"])
    if given.get("ORDER"):
        agrees.append(_same_order(list(_ids_in(Path(given["ORDER"]))), order, say))
    else:
        for place, one in enumerate(order, start=1):
            say(f"{place},{one}")
    return all(agrees)


def root_over(ids: Sequence[str]) -> str:
    """Return the Merkle root of RFC 6962 over ids: level by level, an odd one out goes up as it is."""
    level = [hashlib.sha256(b"\x00" + one.encode()).digest() for one in ids]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs]
        level = above + level[len(above) * 2 :]
    return (level[0] if level else hashlib.sha256(b"").digest()).hex()


def order_of(ids: Sequence[str], secret: bytes, outside: str) -> list[str]:
    """Return ids in the drawn order: by HMAC-SHA-256 under the secret followed by the outside value."""
    key = secret + outside.encode()
    return sorted(ids, key=lambda one: hmac.new(key, one.encode(), hashlib.sha256).digest())


def _agrees(
    given: Mapping[str, str], name: str, what: str, found: str, say: Callable[[str], object]
) -> bool:
    if not given.get(name):
        say(f"{what}: {found}")
        return True
    same = _digest_in(given, name) == found
    say(f"{what}: {found} {'matches' if same else 'differs from what was published'}")
    return same


def _same_order(
    published: Sequence[str], replayed: Sequence[str], say: Callable[[str], object]
) -> bool:
    for place, (one, other) in enumerate(zip(published, replayed, strict=False), start=1):
        if one != other:
            say(f"order: differs first at place {place}: published {one}, replayed {other}")
            return False
    if len(published) != len(replayed):
        say(f"order: {len(published)} are published, {len(replayed)} replayed")
        return False
    say("order: matches")
    return True


def _digest_in(given: Mapping[str, str], name: str) -> str:
    value = given[name].strip().lower()
    if not _DIGEST.fullmatch(value):
        raise Unusable(f"{name} has to be 64 hexadecimal digits.")
    return value


def _ids_in(path: Path) -> Iterator[str]:
    """Yield the ids of a document in CSV, with a header, or in JSON Lines."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"{path} cannot be read: {error}") from error
    rows = _objects(text, path) if text.startswith("{") else csv.DictReader(text.splitlines())
    for number, row in enumerate(rows, start=1):
        one = row.get("application_id")
        if not isinstance(one, str) or not _ID.fullmatch(one):
            raise Unusable(f"{path}: row {number} has no application_id.")
        yield one


def _objects(text: str, path: Path) -> Iterator[dict[str, object]]:
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise Unusable(f"{path}: line {number} is no JSON.") from error
        if not isinstance(row, dict):
            raise Unusable(f"{path}: line {number} is no object.")
        yield row


def _distinct(ids: Iterator[str]) -> set[str]:
    found: set[str] = set()
    for one in ids:
        if one in found:
            raise Unusable(f"The list has {one} twice: nobody takes part twice.")
        found.add(one)
    return found


if __name__ == "__main__":
    sys.exit(main(os.environ))
