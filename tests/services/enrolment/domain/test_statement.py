"""Statements: each stretch goes on from the one before, and a day is one of the national zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.enrolment.domain.money.movement import Account
from services.enrolment.domain.money.statement import (
    SETTLED_AFTER,
    Flow,
    closing_of,
    is_settled,
    lines_of,
    span_of,
)

DAY = date(2027, 3, 1)
ACCOUNTS = st.lists(st.sampled_from(list(Account)), min_size=2, max_size=2, unique=True)
FLOWS = st.lists(
    st.builds(
        lambda ends, amount: Flow("award", ends[0], ends[1], amount, 1),
        ACCOUNTS,
        st.integers(1, 10**12),
    )
)


def test_a_day_begins_and_ends_at_midnight_in_jakarta() -> None:
    span = span_of(DAY)
    assert span.begins == datetime(2027, 2, 28, 17, tzinfo=UTC)
    assert span.ends - span.begins == timedelta(days=1)
    assert span_of(DAY, date(2027, 3, 31)).ends == span_of(date(2027, 3, 31)).ends


def test_a_day_is_settled_an_hour_after_its_end_and_not_before() -> None:
    at = span_of(DAY).ends + SETTLED_AFTER
    assert is_settled(DAY, now=at)
    assert not is_settled(DAY, now=at - timedelta.resolution)


def test_an_account_opens_takes_gives_and_closes() -> None:
    award = Flow("award", Account.STATE, Account.CARD, 3_500_000, 1)
    bought = Flow("enrolment", Account.CARD, Account.SET_ASIDE, 700_000, 1)
    [card] = lines_of([Account.CARD], {Account.CARD: 5}, [award, bought])
    assert (card.opening, card.came_in, card.went_out) == (5, (award,), (bought,))
    assert card.closing == 2_800_005


@given(days=st.lists(FLOWS, max_size=6))
def test_days_chain_and_all_accounts_always_add_up_to_nothing(days: list[list[Flow]]) -> None:
    opening: dict[Account, int] = {}
    for flows in days:
        lines = lines_of(Account, opening, flows)
        assert {line.account: line.opening for line in lines} == {
            account: opening.get(account, 0) for account in Account
        }
        opening = closing_of(lines)
        assert sum(opening.values()) == 0
    whole = lines_of(Account, {}, [flow for flows in days for flow in flows])
    assert closing_of(whole) == {account: opening.get(account, 0) for account in Account}
