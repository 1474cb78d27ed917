"""Where a person goes on to after signing in: to /oauth/authorize of this site, and nowhere else."""

from __future__ import annotations

import pytest

from services.accounts.pages.way_on import LONGEST, form_targets, way_on

ASKED = (
    "/oauth/authorize?client_id=portal&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback&state=a.b"
)


def test_an_application_that_asked_is_gone_back_to() -> None:
    assert way_on(ASKED) == ASKED


@pytest.mark.parametrize(
    "asked",
    [
        None,
        "",
        "/",
        "/account",
        "//evil.example/oauth/authorize?a=1",
        "/\\evil.example/oauth/authorize?a=1",
        "\\/evil.example",
        "https://evil.example/oauth/authorize?a=1",
        "https:/oauth/authorize?a=1",
        "javascript:alert(1)",
        "/oauth/authorize",
        "/oauth/authorize?",
        "/oauth/authorized?a=1",
        "/oauth/authorize/../../evil?a=1",
        "/oauth/authorize?a=1\r\nSet-Cookie: a=b",
        "/oauth/authorize?a=1\n",
        "/oauth/authorize?a=\t1",
        "/oauth/authorize?a= 1",
        "/oauth/authorize?a=1#fragment",
        "/oauth/authorize?a=\\evil",
        "/oauth/authorize?a=é",
        '/oauth/authorize?a="',
        "/oauth/authorize?a=<b>",
        " /oauth/authorize?a=1",
        "/OAuth/authorize?a=1",
        "/oauth%2Fauthorize?a=1",
        "/oauth/authorize?a=" + "1" * LONGEST,
    ],
)
def test_nothing_else_is_gone_on_to(asked: str | None) -> None:
    assert way_on(asked) is None


@pytest.mark.parametrize(
    ("redirect_uri", "targets"),
    [
        ("https%3A%2F%2Fapp.example%2Fcallback", ("https://app.example",)),
        ("http%3A%2F%2F127.0.0.1%3A8080%2Fcb", ("http://127.0.0.1:8080",)),
        ("http%3A%2F%2F%5B%3A%3A1%5D%3A8080%2Fcb", ("http://[::1]:8080",)),
        ("com.example.app%3A%2Fcb", ("com.example.app:",)),
        ("", ()),
        ("javascript%3Aalert(1)", ()),
        ("data%3Atext%2Fhtml%2Ca", ()),
        ("https%3A%2F%2Fapp.example%3B%20script-src%20*", ()),
        ("https%3A%2F%2Fa%40evil.example%2Fcb", ()),
        ("https%3A%2F%2F*", ()),
        ("https%3A%2F%2F%5B", ()),
    ],
)
def test_a_form_may_lead_to_the_application_that_asked_and_to_no_policy_of_its_own(
    redirect_uri: str, targets: tuple[str, ...]
) -> None:
    assert form_targets(f"/oauth/authorize?redirect_uri={redirect_uri}") == targets
