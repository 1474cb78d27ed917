"""Messages over the programme's channel: at least once, again after a failure, given up, destroyed when done."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, request

from chassis.settings import SettingsError
from services.accounts.domain.people.messages import MessageKind, Recipient
from services.accounts.messaging.senders import HttpSender, sender
from services.accounts.service import AccountsService
from services.accounts.settings import MessageChannel, read_worker_settings
from services.accounts.storage.people.messages import take_message
from services.accounts.storage.people_tables import MESSAGE
from services.accounts.use_cases.people.deliver_messages import deliver_messages
from services.accounts.worker import forget
from tests.served import served

NOWHERE = "https://your-channel.invalid/messages"
SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTAxMjM"


class Channel:
    """The programme's channel: it notes what it is given, and answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.answers: list[int] = []
        self.app = Flask("channel")
        self.app.add_url_rule("/messages", view_func=self._take, methods=["POST"])

    def _take(self) -> tuple[str, int, dict[str, str]]:
        self.got.append((dict(request.headers), request.get_json()))
        status = self.answers.pop(0) if self.answers else 202
        return "", status, {"Location": "http://127.0.0.1:9/"}


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
def send(channel: Channel) -> Iterator[HttpSender]:
    with served(channel.app) as address:
        yield HttpSender(MessageChannel(url=f"{address}/messages", secret=SECRET))


def tell(house: AccountsService, *, lasts: timedelta = timedelta(minutes=10)) -> None:
    house.transactions.run(
        lambda connection: house.people.tell(
            connection,
            MessageKind.CODE,
            Recipient(card="0b8f7a52-6e0c-4d0a-9f4c-000000000001"),
            language="en",
            values={"code": "402917", "minutes": "10"},
            now=house.database.now(connection),
            lasts=lasts,
        )
    )


def deliver(house: AccountsService, send: HttpSender) -> int:
    return deliver_messages(house.transactions, house.people, send)


def row(house: AccountsService) -> Any:
    with house.database.reading() as connection:
        return connection.execute(sa.select(MESSAGE)).one()


def put(house: AccountsService, **values: timedelta) -> None:
    """Say that instants of the message lie so far from now."""
    with house.database.engine.begin() as connection:
        now = house.database.now(connection)
        moved = {name: now + by for name, by in values.items()}
        connection.execute(sa.update(MESSAGE).values(**moved))


def test_a_message_is_handed_over_once_and_destroyed(
    house: AccountsService, send: HttpSender, channel: Channel
) -> None:
    tell(house)

    assert (deliver(house, send), deliver(house, send)) == (1, 0)

    ((headers, body),) = channel.got
    assert headers["Authorization"] == f"Bearer {SECRET}"
    assert headers["Idempotency-Key"] == body["id"] == row(house).message_id
    assert body["to"] == {"card": "0b8f7a52-6e0c-4d0a-9f4c-000000000001"}
    assert (body["kind"], body["language"], body["subject"]) == ("one-time-code", "en", "Your code")
    assert "402917" in body["text"]
    assert row(house).sealed is None


def test_what_a_later_release_says_stays_for_it_and_holds_up_nobody(
    house: AccountsService, send: HttpSender, channel: Channel
) -> None:
    tell(house, lasts=timedelta(minutes=5))
    with house.database.engine.begin() as connection:
        connection.execute(sa.update(MESSAGE).values(kind="of-a-later-release"))
    tell(house)

    assert deliver(house, send) == 1
    ((_, body),) = channel.got
    assert body["kind"] == "one-time-code"
    with house.database.reading() as connection:
        waits = sa.select(MESSAGE.c.kind).where(MESSAGE.c.sealed.is_not(None))
        assert connection.execute(waits).scalars().all() == ["of-a-later-release"]


@pytest.mark.parametrize("status", [302, 400, 401, 429, 500, 503])
def test_what_the_channel_does_not_take_is_tried_again_under_the_same_id(
    house: AccountsService, send: HttpSender, channel: Channel, status: int
) -> None:
    channel.answers = [status]
    tell(house)

    assert (deliver(house, send), deliver(house, send)) == (0, 0), "not before its time"
    assert row(house).sealed is not None
    put(house, next_try_at=timedelta(0))
    assert deliver(house, send) == 1
    assert len({body["id"] for _, body in channel.got}) == 1
    assert len(channel.got) == 2


def test_a_channel_that_is_away_loses_nothing(house: AccountsService, send: HttpSender) -> None:
    tell(house)

    assert deliver(house, HttpSender(MessageChannel(url="http://127.0.0.1:9/", secret=SECRET))) == 0
    put(house, next_try_at=timedelta(0))
    assert deliver(house, send) == 1


def test_whoever_is_killed_while_sending_leaves_the_message_to_be_sent_again(
    house: AccountsService, send: HttpSender, channel: Channel
) -> None:
    tell(house)
    taken = house.transactions.run(
        lambda c: take_message(c, seal=house.seal, now=house.database.now(c))
    )
    assert taken is not None
    assert deliver(house, send) == 0, "somebody else has it"

    put(house, next_try_at=timedelta(0))
    assert deliver(house, send) == 1
    assert channel.got[0][1]["id"] == taken.message_id


def test_a_message_that_has_no_sense_any_more_is_given_up_and_destroyed(
    house: AccountsService, send: HttpSender, channel: Channel
) -> None:
    tell(house)
    put(house, expires_at=timedelta(seconds=-1))
    assert deliver(house, send) == 0
    assert channel.got == []
    assert (row(house).sealed, row(house).sent_at) == (None, None)
    assert row(house).given_up_at is not None


def test_after_the_last_attempt_that_makes_sense_it_is_given_up(
    house: AccountsService, send: HttpSender, channel: Channel
) -> None:
    channel.answers = [503]
    tell(house, lasts=timedelta(seconds=1.5))
    assert deliver(house, send) == 0
    assert row(house).given_up_at is not None


def test_what_was_sent_long_ago_is_forgotten(house: AccountsService, send: HttpSender) -> None:
    tell(house)
    deliver(house, send)
    assert forget(house) == 0
    put(house, sent_at=timedelta(days=-31))
    assert forget(house) == 1


def test_every_message_is_sent_once(
    house: AccountsService, send: HttpSender, channel: Channel
) -> None:
    for _ in range(5):
        tell(house)
    assert deliver(house, send) == 5
    assert len({body["id"] for _, body in channel.got}) == 5


def test_what_has_sense_for_the_shortest_time_is_sent_first(
    house: AccountsService, send: HttpSender, channel: Channel
) -> None:
    for hours in (48, 24, 48):
        tell(house, lasts=timedelta(hours=hours))
    tell(house, lasts=timedelta(minutes=10))
    with house.database.reading() as connection:
        by_end = sa.select(MESSAGE.c.message_id).order_by(MESSAGE.c.expires_at)
        expected = list(connection.execute(by_end).scalars())
    assert deliver(house, send) == 4
    assert [body["id"] for _, body in channel.got] == expected


def test_production_does_not_start_with_messages_in_the_log(variables: dict[str, str]) -> None:
    chosen = {**variables, "MESSAGE_SENDER": "print"}
    assert read_worker_settings(chosen).message_channel is None
    random = {name: secrets.token_hex(32) for name in ("KEY_ENCRYPTION_KEY", "FINGERPRINT_KEY")}
    database = {"DATABASE_URL": "sqlite:////nowhere.sqlite", "ENVIRONMENT": "production"}
    with pytest.raises(SettingsError, match="MESSAGE_SENDER=print"):
        read_worker_settings({**chosen, **random, **database})
    for wrong in ({"MESSAGE_URL": "not an address"}, {"MESSAGE_URL": ""}, {"MESSAGE_SECRET": ""}):
        given = {**variables, "MESSAGE_URL": "https://a.example", "MESSAGE_SECRET": SECRET, **wrong}
        with pytest.raises(SettingsError, match="MESSAGE_"):
            read_worker_settings(given)


@pytest.mark.parametrize(
    ("address", "is_taken"),
    [
        ("https://sms.example.go.id/messages", True),
        ("http://127.0.0.1:9000/messages", True),
        ("http://[::1]:9000/messages", True),
        ("http://localhost:9000", True),
        ("http://sms.example.go.id/messages", False),
        ("http://127.0.0.1.example.go.id/messages", False),
        ("http://10.0.0.7/messages", False),
    ],
)
def test_production_sends_messages_unencrypted_to_this_machine_alone(
    address: str, is_taken: bool, variables: dict[str, str]
) -> None:
    keys = ("KEY_ENCRYPTION_KEY", "FINGERPRINT_KEY", "MESSAGE_SECRET")
    random = {name: secrets.token_hex(32) for name in keys}
    database = {"DATABASE_URL": "sqlite:////nowhere.sqlite", "ENVIRONMENT": "production"}
    live = {**variables, **random, **database, "MESSAGE_URL": address}
    if is_taken:
        channel = read_worker_settings(live).message_channel
        assert channel is not None
        assert channel.url == address
    else:
        with pytest.raises(SettingsError, match="MESSAGE_URL must begin with https://"):
            read_worker_settings(live)
    assert read_worker_settings({**live, "ENVIRONMENT": "development"}).message_channel


@pytest.mark.parametrize("address", ["sms.example", "ftp://sms.example", "http://", "http://[::1"])
def test_what_is_no_address_gets_no_messages(address: str, variables: dict[str, str]) -> None:
    given = {**variables, "MESSAGE_SECRET": SECRET, "MESSAGE_URL": address}
    with pytest.raises(SettingsError, match="MESSAGE_URL must be a web address"):
        read_worker_settings(given)


def test_an_address_that_exists_nowhere_is_told_of_and_gets_nothing(
    house: AccountsService, capsys: pytest.CaptureFixture[str]
) -> None:
    send = sender(MessageChannel(url=NOWHERE, secret=SECRET))
    assert "messages-go-nowhere" in capsys.readouterr().out
    tell(house)

    assert deliver_messages(house.transactions, house.people, send) == 0

    sender(MessageChannel(url="https://sms.example.go.id/messages", secret=SECRET))
    assert "messages-go-nowhere" not in capsys.readouterr().out


def test_a_channel_is_chosen_by_the_settings(variables: dict[str, str]) -> None:
    given = {**variables, "MESSAGE_URL": "https://a.example", "MESSAGE_SECRET": SECRET}
    channel = read_worker_settings(given).message_channel
    assert channel is not None
    assert SECRET not in repr(channel)
    assert isinstance(sender(channel), HttpSender)
