"""The sums that the cursor of a provider's statement carries, so that no page after the first adds them up again.

They are signed: what somebody else wrote, or another walk, is not read, and is summed up anew.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass

from chassis.sealing import keyed_digest
from services.enrolment.domain.money.movement import Account
from services.enrolment.domain.money.statement import Balances, Flow

_PURPOSE = "sums of a statement"
_DIGITS = 64


@dataclass(frozen=True, slots=True)
class Sums:
    """What accounts held when a period began, and what moved in it; `left` is what the last day shown left."""

    opening: Balances
    flows: Sequence[Flow]
    left: Balances | None = None


def write_sums(sums: Sums, *, key: bytes, of: str) -> str:
    """Write sums without a space, signed under a key for what they are `of`."""
    flows = [[f.cause, f.source, f.target, f.amount, f.movements] for f in sums.flows]
    text = json.dumps([sums.opening, flows, sums.left], separators=(",", ":"))
    return _signature(text, key=key, of=of) + text


def read_sums(written: str, *, key: bytes, of: str) -> Sums | None:
    """Read sums; None where they were not written under this key for the same."""
    signature, text = written[:_DIGITS], written[_DIGITS:]
    expected = _signature(text, key=key, of=of)
    if not hmac.compare_digest(signature.encode(), expected.encode()):
        return None
    opening, flows, left = json.loads(text)
    return Sums(
        opening=_balances(opening),
        flows=[
            Flow(cause, Account(source), Account(target), amount, movements)
            for cause, source, target, amount, movements in flows
        ],
        left=None if left is None else _balances(left),
    )


def _signature(text: str, *, key: bytes, of: str) -> str:
    return keyed_digest(key, _PURPOSE, f"{of} {text}")


def _balances(told: dict[str, int]) -> Balances:
    return {Account(account): held for account, held in told.items()}
