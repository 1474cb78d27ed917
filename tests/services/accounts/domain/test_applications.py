"""Where an application may be answered."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.accounts.domain.authorization.applications import (
    Application,
    UnusableApplication,
    check_redirect_uri,
    check_redirect_uris,
)

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "uri",
    [
        "https://portal.example/signed-in",
        "https://portal.example:8443/a/b?c=d",
        "http://127.0.0.1/back",
        "http://127.0.0.1:49152/back",
        "http://[::1]/back",
        "id.example.app:/signed-in",
    ],
)
def test_an_address_that_only_the_application_answers_at_can_be_registered(uri: str) -> None:
    check_redirect_uri(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "portal.example/signed-in",
        "/signed-in",
        "//portal.example/",
        "http://portal.example/signed-in",
        "http://localhost/back",
        "http://127.0.0.1.evil.example/back",
        "https:///signed-in",
        "https://",
        "https://user@portal.example/",
        "https://user:secret@portal.example/",
        "https://portal.example/#part",
        "https://portal.example/#",
        "https://portal.example/a b",
        "https://portal.example/\r\nX: y",
        "https://portal.example/é",
        "https://portal.example:99999/",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "app:/signed-in",
        "https://portal.example/" + "a" * 500,
    ],
)
def test_any_other_address_cannot(uri: str) -> None:
    with pytest.raises(UnusableApplication):
        check_redirect_uri(uri)


@pytest.mark.parametrize(
    "uris", [(), ("https://a.example/",) * 2, tuple(f"https://a.example/{n}" for n in range(21))]
)
def test_an_application_has_some_addresses_each_once_and_not_too_many(
    uris: tuple[str, ...],
) -> None:
    with pytest.raises(UnusableApplication):
        check_redirect_uris(uris)


@pytest.mark.parametrize(
    ("registered", "asked", "is_its_own"),
    [
        ("https://a.example/back", "https://a.example/back", True),
        ("https://a.example/back", "https://a.example/back/", False),
        ("https://a.example/back", "https://a.example:443/back", False),
        ("https://a.example/back", "https://a.example/back?x=1", False),
        ("https://a.example/back", "HTTPS://a.example/back", False),
        ("https://a.example/back", "http://a.example/back", False),
        ("http://127.0.0.1/back", "http://127.0.0.1:49152/back", True),
        ("http://127.0.0.1/back", "http://127.0.0.1:0x50/back", False),
        ("http://127.0.0.1/back", "http://127.0.0.1:80@evil.example/back", False),
        ("http://127.0.0.1/back", "http://127.0.0.1:49152/other", False),
        ("http://127.0.0.1/back", "http://[::1]:49152/back", False),
        ("http://[::1]/back", "http://[::1]:49152/back", True),
        ("id.example.app:/back", "id.example.app:/back", True),
        ("id.example.app:/back", "id.example.other:/back", False),
    ],
)
def test_it_is_answered_at_its_own_addresses_letter_by_letter(
    registered: str, asked: str, is_its_own: bool
) -> None:
    application = Application("app", None, (registered,), "", created_at=NOW)
    assert application.may_be_answered_at(asked) is is_its_own
