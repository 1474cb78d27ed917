"""When a signing key is made, signs, is retired and is no longer published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.accounts.domain.access_tokens import LIFETIME
from services.accounts.domain.signing_keys import (
    LEAD,
    STILL_PUBLISHED,
    RollOver,
    SigningKey,
    key_in_force,
    key_pair,
    plan_roll_over,
    published_keys,
)

START = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
AGE = timedelta(days=90)
SECOND = timedelta(seconds=1)


def key(
    kid: str,
    *,
    made: datetime = START,
    signs: datetime | None = None,
    retired: datetime | None = None,
) -> SigningKey:
    sealed = None if retired else "sealed"
    return SigningKey(kid, f"public-{kid}", sealed, made, signs or made, retired)


def kids(keys: list[SigningKey]) -> list[str]:
    return [key.kid for key in keys]


def test_the_first_key_signs_at_once() -> None:
    assert plan_roll_over([], now=START, age=AGE) == RollOver(START, ())


def test_a_young_key_is_left_alone() -> None:
    just_before = START + AGE - LEAD - SECOND
    assert plan_roll_over([key("a")], now=just_before, age=AGE) == RollOver(None, ())


def test_the_successor_is_made_a_lead_before_it_signs() -> None:
    due = START + AGE - LEAD
    assert plan_roll_over([key("a")], now=due, age=AGE) == RollOver(START + AGE, ())


def test_a_successor_made_late_still_waits_its_lead() -> None:
    late = START + AGE + timedelta(days=400)
    assert plan_roll_over([key("a")], now=late, age=AGE) == RollOver(late + LEAD, ())


def test_while_a_successor_waits_no_other_is_made() -> None:
    keys = [key("a"), key("b", made=START + AGE - LEAD, signs=START + AGE)]
    assert plan_roll_over(keys, now=START + AGE - SECOND, age=AGE) == RollOver(None, ())


def test_a_key_is_retired_when_its_successor_signs() -> None:
    keys = [key("a"), key("b", made=START + AGE - LEAD, signs=START + AGE)]
    assert plan_roll_over(keys, now=START + AGE, age=AGE) == RollOver(None, ("a",))


def test_when_every_key_is_retired_a_new_one_signs_at_once() -> None:
    keys = [key("a", retired=START)]
    assert plan_roll_over(keys, now=START + SECOND, age=AGE) == RollOver(START + SECOND, ())


def test_the_newest_key_that_may_sign_does() -> None:
    keys = [key("a"), key("b", signs=START + SECOND), key("c", signs=START + 2 * SECOND)]
    assert key_in_force([], now=START) is None
    for seconds, expected in enumerate("abcc"):
        current = key_in_force(keys, now=START + seconds * SECOND)
        assert current is not None
        assert current.kid == expected


def test_a_retired_key_never_signs() -> None:
    assert key_in_force([key("a", retired=START)], now=START + SECOND) is None


def test_a_key_is_published_before_it_signs_and_until_its_last_token_has_expired() -> None:
    retired = key("a", retired=START)
    waiting = key("b", made=START + SECOND, signs=START + LEAD)
    last_token_expires = START + timedelta(seconds=LIFETIME)
    assert kids(published_keys([waiting, retired], now=last_token_expires)) == ["a", "b"]
    assert kids(published_keys([waiting, retired], now=START + STILL_PUBLISHED)) == ["b"]


def test_a_key_id_is_the_thumbprint_of_rfc_8037() -> None:
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    assert key_pair(seed).kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@given(
    minutes=st.lists(st.integers(min_value=1, max_value=60 * 24 * 40), min_size=1, max_size=60),
    days=st.integers(min_value=1, max_value=100),
)
def test_however_irregularly_the_worker_runs_every_living_token_can_be_verified(
    minutes: list[int], days: int
) -> None:
    """Play the worker at arbitrary moments; at each, sign a token and check all that still live."""
    keys: list[SigningKey] = []
    tokens: list[tuple[str, datetime]] = []
    now = START
    for number, pause in enumerate(minutes):
        plan = plan_roll_over(keys, now=now, age=timedelta(days=days))
        keys = [
            key(k.kid, made=k.created_at, signs=k.signs_from, retired=now)
            if k.kid in plan.retiring
            else k
            for k in keys
        ]
        if plan.successor_signs_from is not None:
            keys.append(key(f"key-{number}", made=now, signs=plan.successor_signs_from))
        signing = key_in_force(keys, now=now)
        assert signing is not None
        assert number == 0 or len(keys) == 1 or signing.created_at + LEAD <= now
        tokens.append((signing.kid, now + timedelta(seconds=LIFETIME)))
        published = {k.kid for k in published_keys(keys, now=now)}
        assert {kid for kid, expires in tokens if expires >= now} <= published
        now += timedelta(minutes=pause)
