"""Access tokens: what passes and what does not."""

from __future__ import annotations

import time
from typing import Any

import pytest

from chassis import identity
from chassis.identity import TokenVerifier, bearer_token
from chassis.problems import Unauthenticated
from tests.chassis.forgeries import CARD, FORGERIES, SOMEBODYS_KEY, claims, forged
from tests.tokens import AUDIENCE, ISSUER, FixedKeys, token, verifier

# --- what passes ---


def test_a_good_token_names_its_caller() -> None:
    principal = verifier().verify(token(role="holder", card=CARD, subject="holder-7"))
    assert (principal.subject, principal.role, principal.card) == ("holder-7", "holder", CARD)
    assert principal.provider is None
    assert principal.region is None


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("provider", CARD),
        ("region", "17"),
        ("region", "17.71"),
        ("sub", "service-catalog"),
        ("sub", "auth0|5f7c8ec7c33c6c004bbafe82"),
        ("nbf", 1),
        ("something_of_another_issuer", {"nested": [1]}),
    ],
)
def test_claims_that_other_issuers_may_send_do_not_stand_in_the_way(claim: str, value: Any) -> None:
    assert verifier().verify(forged(payload=claims(**{claim: value}))).role == "operator"


def test_the_issuers_clock_may_run_a_little_ahead() -> None:
    ahead = forged(payload=claims(iat=int(time.time()) + 2))
    assert verifier().verify(ahead).role == "operator"


# --- what does not ---


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_token_is_refused(name: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        verifier().verify(FORGERIES[name])
    assert 'error="invalid_token"' in refused.value.headers["WWW-Authenticate"]


def test_the_table_of_forgeries_differs_from_a_good_token_only_in_what_it_names() -> None:
    assert verifier().verify(forged()).subject == "test:operator"


def test_a_remembered_token_is_refused_once_it_has_expired() -> None:
    now = time.time()
    instants = iter([now, now, now + 899, now + 901])
    watched = TokenVerifier(
        issuer=ISSUER, audience=AUDIENCE, keys=FixedKeys(), clock=lambda: next(instants)
    )
    good = forged(payload=claims(iat=int(now), exp=int(now) + 900))
    watched.verify(good)
    watched.verify(good)
    with pytest.raises(Unauthenticated, match="expired"):
        watched.verify(good)


def test_no_more_tokens_are_remembered_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(identity, "MOST_REMEMBERED", 3)
    watched = verifier()
    for number in range(10):
        watched.verify(token(subject=f"caller-{number}"))
    assert len(watched._remembered) == 3


# --- what the log is told ---


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the lines that were logged since this was last asked."""
    return [line for line in capsys.readouterr().out.splitlines() if "tokens-not-for-us" in line]


@pytest.mark.parametrize(
    ("claim", "given", "said"),
    [
        ("iss", "https://old.example", ("https://old.example", ISSUER, "TOKEN_ISSUER")),
        ("iss", ["https://old.example"], ("list", ISSUER, "TOKEN_ISSUER")),
        ("aud", "another", ("another", AUDIENCE, "TOKEN_AUDIENCE")),
        ("aud", None, ("NoneType", AUDIENCE, "TOKEN_AUDIENCE")),
    ],
)
def test_tokens_of_another_issuer_are_told_to_the_log_once_a_minute(
    claim: str, given: Any, said: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    now = time.time()
    instants = iter([now, now + 59, now + 61])
    watched = TokenVerifier(
        issuer=ISSUER, audience=AUDIENCE, keys=FixedKeys(), clock=lambda: next(instants)
    )
    not_ours = forged(payload=claims(**{claim: given}))
    lines = []
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            watched.verify(not_ours)
        lines.append(told(capsys))
    assert [len(each) for each in lines] == [1, 0, 1]
    for text in said:
        assert text in lines[0][0]
    assert not_ours not in lines[0][0]
    assert not_ours.rpartition(".")[2] not in lines[0][0]


def test_each_other_issuer_is_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    watched = verifier()
    for number in (1, 2, 2):
        with pytest.raises(Unauthenticated):
            watched.verify(forged(payload=claims(iss=f"https://{number}.example")))
    lines = told(capsys)
    assert ["https://1.example" in lines[0], "https://2.example" in lines[1]] == [True, True]
    assert len(lines) == 2


@pytest.mark.parametrize("name", ["somebody else's key under our kid", "expired", "no sub"])
def test_what_somebody_made_up_writes_no_line(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Unauthenticated):
        verifier().verify(FORGERIES[name])
    forgery = forged(payload=claims(iss="https://evil.example"), key=SOMEBODYS_KEY)
    with pytest.raises(Unauthenticated):
        verifier().verify(forgery)
    assert told(capsys) == []


# --- the header ---


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Basic abc",
        "bearer a b",
        "Bearer a,b",
        "Bearer  a",
        "Bearer ä",
        "",
        "a",
    ],
)
def test_an_authorization_header_that_is_not_one_bearer_token_is_refused(header: str) -> None:
    with pytest.raises(Unauthenticated):
        bearer_token(header)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_read_in_any_case(scheme: str) -> None:
    assert bearer_token(f"{scheme} abc") == "abc"


def test_no_header_is_no_token() -> None:
    assert bearer_token(None) is None
