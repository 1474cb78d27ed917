"""What messages say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chassis.clock import utc_now
from services.accounts.domain.people.messages import Message, MessageKind, Recipient
from services.accounts.messaging.texts import FOLDER, written
from tests.page_texts import differing_names, texts_of, translated

MESSAGE = Message(
    message_id="01890000-0000-7000-8000-000000000001",
    kind=MessageKind.CODE,
    to=Recipient(email="rina@lpk.example"),
    language="id",
    values={
        "code": "402917",
        "minutes": "10",
        "days": "7",
        "address": "https://balai.example",
        "until": "2027-03-01T02:30:00.000000Z",
        "zone": "Asia/Makassar",
    },
    created_at=utc_now(),
    expires_at=utc_now(),
)


def test_every_text_is_translated_and_no_other() -> None:
    texts = translated(FOLDER, "id")

    assert texts.keys() == texts_of(FOLDER)
    assert all(texts.values())
    assert list(differing_names(texts)) == []


@pytest.mark.parametrize("kind", list(MessageKind))
@pytest.mark.parametrize("language", ["id", "en", "xx"])
def test_every_message_can_be_written(kind: MessageKind, language: str) -> None:
    words = written(replace(MESSAGE, kind=kind, language=language))

    assert words.subject
    assert "%" not in words.text
    assert len(words.text) < 480, "three parts of a text message"


@pytest.mark.parametrize(
    ("language", "shown"),
    [("id", "1 Maret 2027, 10.30 WITA"), ("en", "1 March 2027, 10.30 WITA")],
)
def test_an_offer_says_until_when_by_the_clock_where_the_holder_lives(
    language: str, shown: str
) -> None:
    words = written(replace(MESSAGE, kind=MessageKind.SEAT_OFFERED, language=language))

    assert shown in words.text


def test_a_message_does_not_print_itself() -> None:
    for text in (repr(MESSAGE), repr(written(MESSAGE))):
        assert "402917" not in text
        assert "rina" not in text
