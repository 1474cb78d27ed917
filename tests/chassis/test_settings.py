"""Settings: read once, refused by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chassis.settings import Environment, SettingsError


def given(value: str | None) -> Environment:
    set_here = {} if value is None else {"NAME": value}
    return Environment({"ENVIRONMENT": "development", **set_here})


def whole(environment: Environment) -> int:
    return environment.whole("NAME", 5, least=1, most=10)


def choice(environment: Environment) -> str:
    return environment.choice("NAME", "one", of=("one", "two"))


def key(environment: Environment) -> bytes:
    return environment.key("NAME", size=4)


def address(environment: Environment) -> tuple[str, int] | None:
    return environment.address("NAME")


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (lambda e: e.text("NAME"), "a b", "a b"),
        (lambda e: e.text("NAME", "c"), None, "c"),
        (lambda e: e.text("NAME", "c"), "", "c"),
        (lambda e: e.optional("NAME"), "", None),
        (lambda e: e.optional("NAME"), "a", "a"),
        (whole, None, 5),
        (whole, "", 5),
        (whole, "1", 1),
        (whole, "10", 10),
        (choice, None, "one"),
        (choice, "two", "two"),
        (key, "00ff10AB", b"\x00\xff\x10\xab"),
        (address, None, None),
        (address, "127.0.0.1:9100", ("127.0.0.1", 9100)),
        (address, "[::1]:9100", ("::1", 9100)),
        (address, "localhost:65535", ("localhost", 65535)),
    ],
)
def test_a_usable_setting_is_read(
    read: Callable[[Environment], Any], value: str | None, expected: Any
) -> None:
    assert read(given(value)) == expected


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda e: e.text("NAME"), None),
        (lambda e: e.text("NAME"), ""),
        *[(whole, value) for value in ("0", "11", "-1", "1.5", "x", "٣", " 1", "1_0", "9" * 5_000)],
        *[(choice, value) for value in ("three", "One", " one")],
        *[(key, value) for value in (None, "", "00ff10", "00ff10abcd", "zzzzzzzz", "0x00ff10ab")],
        *[
            (address, value)
            for value in ("9100", ":9100", "host:", "host:x", "host:0", "host:65536")
        ],
    ],
)
def test_an_unusable_setting_is_refused_by_its_name(
    read: Callable[[Environment], Any], value: str | None
) -> None:
    with pytest.raises(SettingsError, match="NAME") as refused:
        read(given(value))
    assert "\n" not in str(refused.value)


def test_a_key_that_is_refused_is_not_shown() -> None:
    with pytest.raises(SettingsError) as refused:
        key(given("5ec4e7"))
    assert "5ec4e7" not in str(refused.value)
