"""What callers are told of the bounds on them: the headers `RateLimit-Policy` and `RateLimit`.

As draft-ietf-httpapi-ratelimit-headers-11 has them. A call that is bounded names its bounds where it is declared
(`bounded=`), which is what the contract says of it. While a request is served, whatever a `Throttle` is asked is noted
here, and `chassis.web` tells it with the answer, whatever the answer is: no handler writes these headers. Pages tell
nothing of it: what is counted there is guesses at a name, and whoever guesses must not see how the name stands.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

POLICY, LIMIT = "RateLimit-Policy", "RateLimit"
HEADERS = (POLICY, LIMIT)


@dataclass(frozen=True, slots=True)
class Bound:
    """At most `count` at once, and from then on one every `seconds / count`.

    `name` is how callers know it, in small letters and hyphens; `counts` tells them what is counted, and of whom.
    """

    name: str
    count: int
    seconds: int
    counts: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How much of a bound is `left` to a caller, and in how many seconds it is one more; 0 where it is all."""

    bound: Bound
    left: int
    more_in: int


_met: ContextVar[dict[str, Standing] | None] = ContextVar("rate_limits_met", default=None)


def begin() -> None:
    """Forget what was noted: a request begins."""
    _met.set({})


def tell_nothing() -> None:
    """Note nothing until the next request begins."""
    _met.set(None)


def note(standing: Standing) -> None:
    """Note how the caller of the present request stands; the last note of each bound counts."""
    met = _met.get()
    if met is not None:
        met[standing.bound.name] = standing


def headers() -> dict[str, str]:
    """Return the headers that tell what was noted since the request began; none where nothing was."""
    met = (_met.get() or {}).values()
    if not met:
        return {}
    return {
        POLICY: ", ".join(_policy(one.bound) for one in met),
        LIMIT: ", ".join(_limit(one) for one in met),
    }


def _policy(bound: Bound) -> str:
    return f'"{bound.name}";q={bound.count};w={bound.seconds}'


def _limit(standing: Standing) -> str:
    more = f";t={standing.more_in}" if standing.more_in else ""
    return f'"{standing.bound.name}";r={standing.left}{more}'
