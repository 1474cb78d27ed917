"""The channels: the programme's own, over HTTP, and the log of a developer's machine."""

from __future__ import annotations

from typing import Any

import requests

from chassis.observability import logger
from services.accounts.domain.people.messages import Message
from services.accounts.messaging.texts import written
from services.accounts.settings import MessageChannel
from services.accounts.use_cases.people.deliver_messages import NotSent, Send

TIMEOUT = (2.0, 10.0)
"""Seconds to connect, and to wait for an answer; far less than a message is taken for."""


def sender(channel: MessageChannel | None) -> Send:
    """Return what sends a message: over the channel, or to the log where there is none."""
    if channel is None:
        return print_message
    if channel.is_nowhere:
        logger().warning("messages-go-nowhere", why="MESSAGE_URL is an address that never exists")
    return HttpSender(channel)


def print_message(message: Message) -> None:
    """Write a message to the log, for whoever tries things out on this machine."""
    to = message.to.email or f"the holder of card {message.to.card}"
    words = written(message)
    logger().info("message-printed", to=to, subject=words.subject, text=words.text)


class HttpSender:
    """Hands messages to the programme's channel (docs/messages.md)."""

    def __init__(self, channel: MessageChannel) -> None:
        self._channel = channel
        self._session = requests.Session()
        self._session.trust_env = False

    def __call__(self, message: Message) -> None:
        """Hand a message over. Raises `NotSent` unless the channel says that it has it."""
        try:
            answer = self._session.post(
                self._channel.url,
                json=document_of(message),
                headers={
                    "Authorization": f"Bearer {self._channel.secret}",
                    "Idempotency-Key": message.message_id,
                },
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise NotSent(type(error).__name__) from None
        if not 200 <= answer.status_code < 300:
            raise NotSent(f"status {answer.status_code}")


def document_of(message: Message) -> dict[str, Any]:
    """Return a message as the channel gets it."""
    words = written(message)
    to = {"email": message.to.email} if message.to.email is not None else {"card": message.to.card}
    return {
        "id": message.message_id,
        "kind": message.kind.value,
        "to": to,
        "language": message.language,
        "subject": words.subject,
        "text": words.text,
    }
