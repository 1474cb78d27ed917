"""`POST /oauth/token`: how often somebody may ask, and fail."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.services.accounts.conftest import CLIENT_ID, SECRET
from tests.services.accounts.token_endpoint.asking import IN_FORM, ask, basic


def test_failures_from_one_address_are_bounded_whichever_clients_they_name(
    client: FlaskClient,
) -> None:
    answers = [ask(client, **basic(f"guess-{n}", SECRET)) for n in range(70)]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [401] * 60 + [429] * 10
    assert answers[-1].headers["Retry-After"] == "1"
    assert answers[0].headers["RateLimit"] == '"failed-authentications";r=59;t=1'
    assert answers[-1].headers["RateLimit"] == '"failed-authentications";r=0;t=1'


def test_a_good_client_is_not_harmed_by_strangers_who_fail_at_its_address(
    client: FlaskClient,
) -> None:
    for number in range(70):
        ask(client, **basic(f"guess-{number}", SECRET))
    assert ask(client, IN_FORM).status_code == 200


def test_a_good_client_is_not_harmed_by_strangers_who_know_its_id(client: FlaskClient) -> None:
    statuses = [ask(client, **basic(CLIENT_ID, "0" * 64)).status_code for _ in range(130)]
    assert statuses == [401] * 60 + [429] * 70
    assert ask(client, IN_FORM).status_code == 200


def test_failures_at_one_address_do_not_count_for_another(client: FlaskClient) -> None:
    for number in range(70):
        ask(client, **basic(f"guess-{number}", SECRET), **{"X-Forwarded-For": "203.0.113.9"})
    wrong = basic("nobody", SECRET)
    assert ask(client, **wrong, **{"X-Forwarded-For": "203.0.113.9"}).status_code == 429
    assert ask(client, **wrong, **{"X-Forwarded-For": "203.0.113.10"}).status_code == 401


def test_a_caller_cannot_choose_its_address(client: FlaskClient) -> None:
    """Only the entry that the gateway added last counts."""
    for number in range(60):
        claimed = f"198.51.100.{number}, 203.0.113.9"
        ask(client, **basic("nobody", SECRET), **{"X-Forwarded-For": claimed})
    claimed = "192.0.2.1, 203.0.113.9"
    assert ask(client, **basic("nobody", SECRET), **{"X-Forwarded-For": claimed}).status_code == 429


def test_a_client_that_never_keeps_its_token_is_slowed_down(client: FlaskClient) -> None:
    answers = [ask(client, IN_FORM) for _ in range(125)]
    assert [answer.status_code for answer in answers] == [200] * 120 + [429] * 5
    assert answers[0].headers["RateLimit-Policy"] == '"tokens";q=120;w=60'
    assert answers[119].headers["RateLimit"] == '"tokens";r=0;t=1'
