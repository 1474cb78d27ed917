"""Refresh tokens: good once, forgiving a lost answer, and ending everything where one was stolen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.accounts.domain.authorization.grants import (
    HOLDERS_LIFETIME,
    RETRY_WITHIN,
    STAFF_LIFETIME,
    UNUSED_FOR,
)
from services.accounts.worker import forget
from tests.services.accounts.authorization.house import (
    OTHER_APP,
    Applications,
    code_of,
)

MOMENT = timedelta(seconds=5)


def refreshed(applications: Applications, token: str) -> str:
    tokens = applications.refresh(token)
    assert isinstance(tokens, dict), tokens
    new: str = tokens["refresh_token"]
    return new


def test_a_refresh_token_gives_an_access_token_and_the_next_refresh_token(
    applications: Applications,
) -> None:
    first = applications.tokens()
    again = applications.refresh(first["refresh_token"])
    assert isinstance(again, dict)
    assert again["refresh_token"] != first["refresh_token"]
    before, now = (
        applications.house.verifier.verify(tokens["access_token"]) for tokens in (first, again)
    )
    assert (now.subject, now.grant, now.client) == (before.subject, before.grant, before.client)


def test_where_the_answer_was_lost_the_same_token_is_believed_again_for_a_minute(
    applications: Applications,
) -> None:
    first = applications.tokens()["refresh_token"]
    lost = refreshed(applications, first)
    lost_too = refreshed(applications, first)
    applications.later = RETRY_WITHIN - MOMENT
    second = refreshed(applications, first)
    assert len({lost, lost_too, second}) == 3
    refreshed(applications, second)
    assert applications.journal() == []


def test_what_was_given_before_the_same_token_came_again_is_known_for_stolen(
    applications: Applications,
) -> None:
    """Of two who have one token, only one goes on: the other's makes itself known and ends both."""
    first = applications.tokens()["refresh_token"]
    thiefs = refreshed(applications, first)
    owners = refreshed(applications, first)
    assert code_of(applications.refresh(thiefs)) == "invalid-grant"
    assert code_of(applications.refresh(owners)) == "invalid-grant"
    assert [body["by"] for _, body in applications.journal()] == ["refresh-token-reused"]


def test_a_token_is_not_believed_again_once_what_it_gave_was_used(
    applications: Applications,
) -> None:
    first = applications.tokens()["refresh_token"]
    third = refreshed(applications, refreshed(applications, first))
    assert code_of(applications.refresh(first)) == "invalid-grant"
    assert code_of(applications.refresh(third)) == "invalid-grant"
    assert [body["by"] for _, body in applications.journal()] == ["refresh-token-reused"]


def test_a_token_that_comes_again_after_weeks_was_stolen_too(applications: Applications) -> None:
    first = applications.tokens()["refresh_token"]
    second = refreshed(applications, first)
    applications.later = timedelta(days=29)
    refreshed(applications, second)
    forget(applications.house)
    assert code_of(applications.refresh(first)) == "invalid-grant"
    assert [body["by"] for _, body in applications.journal()] == ["refresh-token-reused"]


def test_a_token_that_comes_again_later_was_stolen_and_ends_the_grant(
    applications: Applications,
) -> None:
    first = applications.tokens()["refresh_token"]
    second = refreshed(applications, first)
    applications.later = RETRY_WITHIN + MOMENT
    assert code_of(applications.refresh(first)) == "invalid-grant"
    assert code_of(applications.refresh(second)) == "invalid-grant"
    ((_, body),) = applications.journal()
    assert body["by"] == "refresh-token-reused"
    assert body["client_id"] == "phone-app"


def test_another_applications_token_gives_nothing_and_ends_nothing(
    applications: Applications,
) -> None:
    first = applications.tokens()["refresh_token"]
    refreshed(applications, first)
    applications.later = RETRY_WITHIN + MOMENT
    assert code_of(applications.refresh(first, by=OTHER_APP)) == "invalid-grant"
    assert applications.journal() == []


@pytest.mark.parametrize("token", ["guessed", "x" * 5_000, "\N{SNOWMAN}"])
def test_a_token_that_never_was_gives_nothing(applications: Applications, token: str) -> None:
    assert code_of(applications.refresh(token)) == "invalid-grant"


def test_a_token_that_nobody_used_for_a_month_is_good_no_more(applications: Applications) -> None:
    token = applications.tokens()["refresh_token"]
    applications.later = UNUSED_FOR - MOMENT
    token = refreshed(applications, token)
    applications.later += UNUSED_FOR + MOMENT
    assert code_of(applications.refresh(token)) == "invalid-grant"


def test_a_holder_stays_signed_in_for_ninety_days_however_often_tokens_are_refreshed(
    applications: Applications,
) -> None:
    token = applications.tokens()["refresh_token"]
    while applications.later + timedelta(days=20) < HOLDERS_LIFETIME:
        applications.later += timedelta(days=20)
        token = refreshed(applications, token)
    applications.later = HOLDERS_LIFETIME + MOMENT
    assert code_of(applications.refresh(token)) == "invalid-grant"


def test_staff_stays_signed_in_for_a_working_day(applications: Applications) -> None:
    applications.make_operator()
    token = applications.tokens()["refresh_token"]
    applications.later = STAFF_LIFETIME - MOMENT
    token = refreshed(applications, token)
    applications.later = STAFF_LIFETIME + MOMENT
    assert code_of(applications.refresh(token)) == "invalid-grant"


def test_somebody_who_may_not_sign_in_any_more_gets_no_tokens(applications: Applications) -> None:
    token = applications.tokens()["refresh_token"]
    applications.disable_person()
    assert code_of(applications.refresh(token)) == "invalid-grant"


def test_a_scope_can_be_narrowed_and_not_widened(applications: Applications) -> None:
    token = applications.tokens(scope="offline_access")["refresh_token"]
    assert code_of(applications.refresh(token, scope="openid offline_access")) == "invalid-scope"
    narrowed = applications.refresh(token, scope="offline_access")
    assert isinstance(narrowed, dict)
    assert narrowed["scope"] == "offline_access"


def test_what_is_kept_of_codes_and_tokens_cannot_be_used(applications: Applications) -> None:
    code = applications.code()
    tokens = applications.exchange(code)
    assert isinstance(tokens, dict)
    kept = applications.everything_kept()
    for secret in (code, tokens["refresh_token"], tokens["access_token"], tokens["id_token"]):
        assert secret not in kept
