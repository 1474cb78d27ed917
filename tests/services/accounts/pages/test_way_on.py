"""Where a person goes on to after signing in: to /oauth/authorize of this site, and nowhere else."""

from __future__ import annotations

import pytest

from services.accounts.pages.way_on import LONGEST, way_on

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
