"""Authorization requests and codes: who is led back with what, and which code gives tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from chassis.problems import Unauthenticated
from services.accounts.queries.published_keys import jwk_set
from services.accounts.use_cases.authorization.give_code import (
    LedBack,
    NobodyToAnswer,
    SignInFirst,
)
from tests.services.accounts.authorization.house import (
    ACCOUNT,
    APP,
    BACK,
    CARD,
    CHALLENGE,
    OTHER_APP,
    VERIFIER,
    Applications,
    answered,
    code_of,
)
from tests.tokens import ISSUER

# --- who is led back, and with what ---


def test_a_person_who_is_signed_in_is_led_back_with_a_code(applications: Applications) -> None:
    told = answered(applications.ask_for_code(applications.person()))
    assert told.keys() == {"code", "state", "iss"}
    assert (told["state"], told["iss"]) == ("xyz", ISSUER)


def test_nobody_signed_in_signs_in_first(applications: Applications) -> None:
    assert applications.ask_for_code() == SignInFirst()
    assert applications.ask_for_code(scope="offline_access") == SignInFirst()


@pytest.mark.parametrize("prompt", ["login", "select_account"])
def test_an_application_may_have_the_person_sign_in_anew(
    applications: Applications, prompt: str
) -> None:
    assert applications.ask_for_code(applications.person(), prompt=prompt) == SignInFirst()


def test_an_application_says_how_long_ago_a_sign_in_may_lie(applications: Applications) -> None:
    long_ago = applications.person(since=timedelta(minutes=10))
    assert applications.ask_for_code(long_ago, max_age="60") == SignInFirst()
    assert isinstance(applications.ask_for_code(long_ago, max_age="3600"), LedBack)


@pytest.mark.parametrize("changes", [{}, {"max_age": "60"}])
def test_an_application_that_wants_nobody_asked_is_told_that_somebody_must_be(
    applications: Applications, changes: dict[str, str]
) -> None:
    long_ago = applications.person(since=timedelta(minutes=10)) if changes else None
    told = answered(applications.ask_for_code(long_ago, prompt="none", **changes))
    assert (told["error"], told["state"], told["iss"]) == ("login_required", "xyz", ISSUER)
    assert "code" not in told


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"scope": "openid admin"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": [CHALLENGE, CHALLENGE]}, "invalid_request"),
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
        ({"request_uri": "https://app.example/r"}, "request_uri_not_supported"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"max_age": "abc"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "1.5"}, "invalid_request"),
        ({"max_age": "٦٠"}, "invalid_request"),
        ({"max_age": "1" * 10}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
    ],
)
def test_what_is_wrong_with_a_request_is_told_to_the_application(
    applications: Applications, changes: dict[str, Any], error: str
) -> None:
    told = answered(applications.ask_for_code(applications.person(), **changes))
    assert (told["error"], told["state"], told["iss"]) == (error, "xyz", ISSUER)
    assert "code" not in told


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "nobody"},
        {"client_id": "service-catalog"},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/signed-in"},
        {"redirect_uri": BACK + "/"},
        {"redirect_uri": BACK + "?a=1"},
        {"redirect_uri": BACK + "#"},
        {"redirect_uri": "https://app.example.evil.example/signed-in"},
        {"redirect_uri": "https://app.example@evil.example/signed-in"},
        {"redirect_uri": "https://APP.example/signed-in"},
        {"redirect_uri": "javascript:alert(1)"},
        {"client_id": [APP, OTHER_APP]},
        {"redirect_uri": [BACK, "https://evil.example/"]},
    ],
)
def test_nobody_is_led_to_an_address_that_is_not_the_applications_own(
    applications: Applications, changes: dict[str, Any]
) -> None:
    assert isinstance(applications.ask_for_code(applications.person(), **changes), NobodyToAnswer)


def test_a_disabled_application_is_not_known(applications: Applications) -> None:
    applications.disable(APP)
    assert isinstance(applications.ask_for_code(applications.person()), NobodyToAnswer)


def test_who_was_signed_out_a_moment_ago_signs_in_first(applications: Applications) -> None:
    """The page has looked who is signed in by then, in an earlier transaction."""
    person = applications.person()
    applications.end_session()
    assert applications.ask_for_code(person) == SignInFirst()


def test_who_was_disabled_a_moment_ago_signs_in_first(applications: Applications) -> None:
    person = applications.person()
    applications.disable_person()
    assert applications.ask_for_code(person) == SignInFirst()


def test_a_scope_that_is_said_many_times_is_granted_once(applications: Applications) -> None:
    tokens = applications.tokens(scope=" ".join(["openid", "offline_access"] * 40))
    assert tokens["scope"] == "offline_access openid"


# --- which code gives tokens ---


def test_a_code_gives_tokens_in_the_persons_name(applications: Applications) -> None:
    tokens = applications.tokens()
    assert tokens.keys() == {
        *("access_token", "token_type", "expires_in"),
        *("scope", "id_token", "refresh_token"),
    }
    principal = applications.house.verifier.verify(tokens["access_token"])
    assert (principal.subject, principal.role, principal.card) == (ACCOUNT, "holder", CARD)
    assert principal.client == APP
    assert principal.grant is not None


def test_the_id_token_says_who_signed_in_and_when_and_answers_this_request(
    applications: Applications,
) -> None:
    claims = id_claims(applications, applications.tokens()["id_token"])
    assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, APP, ACCOUNT)
    assert (claims["nonce"], claims["role"], claims["card"]) == ("n-1", "holder", CARD)
    assert abs(claims["auth_time"] - applications.now().timestamp()) < 60
    assert claims["exp"] > claims["iat"]


def test_an_id_token_is_no_access_token(applications: Applications) -> None:
    with pytest.raises(Unauthenticated):
        applications.house.verifier.verify(applications.tokens()["id_token"])


def test_an_application_that_does_not_ask_to_go_on_gets_no_refresh_token(
    applications: Applications,
) -> None:
    assert "refresh_token" not in applications.tokens(scope="openid")


def test_without_openid_there_is_no_id_token(applications: Applications) -> None:
    assert "id_token" not in applications.tokens(scope="offline_access")


def test_a_code_is_good_once_and_coming_again_ends_what_it_gave(
    applications: Applications,
) -> None:
    code = applications.code()
    tokens = applications.exchange(code)
    assert isinstance(tokens, dict)
    assert code_of(applications.exchange(code)) == "invalid-grant"
    assert code_of(applications.refresh(tokens["refresh_token"])) == "invalid-grant"
    assert [body["by"] for _, body in applications.journal()] == ["code-reused"]


def test_a_code_is_good_for_a_minute(applications: Applications) -> None:
    code = applications.code()
    applications.later = timedelta(seconds=61)
    assert code_of(applications.exchange(code)) == "invalid-grant"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"code_verifier": None}, "invalid-token-request"),
        ({"code_verifier": VERIFIER + "x"}, "invalid-grant"),
        ({"code_verifier": CHALLENGE}, "invalid-grant"),
        ({"redirect_uri": None}, "invalid-grant"),
        ({"redirect_uri": "https://evil.example/"}, "invalid-grant"),
        ({"code": "guessed"}, "invalid-grant"),
        ({"code": None}, "invalid-token-request"),
    ],
)
def test_a_code_without_what_belongs_to_it_gives_nothing(
    applications: Applications, changes: dict[str, Any], refusal: str
) -> None:
    code = applications.code()
    assert code_of(applications.exchange(code, **changes)) == refusal
    assert isinstance(applications.exchange(code), dict), "and is still good for its owner"


def test_another_applications_code_gives_nothing_and_ends_nothing(
    applications: Applications,
) -> None:
    code = applications.code()
    assert code_of(applications.exchange(code, by=OTHER_APP)) == "invalid-grant"
    assert isinstance(applications.exchange(code), dict)
    assert code_of(applications.exchange(code, by=OTHER_APP)) == "invalid-grant"
    assert applications.journal() == []


def test_a_code_of_somebody_who_may_not_sign_in_any_more_gives_nothing(
    applications: Applications,
) -> None:
    code = applications.code()
    applications.disable_person()
    assert code_of(applications.exchange(code)) == "invalid-grant"


def test_tokens_say_what_the_person_may_do_now(applications: Applications) -> None:
    code = applications.code()
    applications.make_operator()
    tokens = applications.exchange(code)
    assert isinstance(tokens, dict)
    principal = applications.house.verifier.verify(tokens["access_token"])
    assert (principal.role, principal.card) == ("operator", None)


def id_claims(applications: Applications, token: str) -> dict[str, Any]:
    """Verify an ID token as an application does."""
    database = applications.house.database
    with database.reading() as connection:
        keys = KeySet.import_key_set(jwk_set(connection, database))  # type: ignore[arg-type]
    decoded = jwt.decode(token, keys, algorithms=["Ed25519"])
    return decoded.claims
