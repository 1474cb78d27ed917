"""What messages say; `texts/` holds the translations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel.dates import format_datetime

from chassis.clock import read_instant
from chassis.pages.texts import OFFERED, say, translations_of
from chassis.pages.texts import Message as Text
from services.accounts.domain.people.messages import Message, MessageKind
from vocabulary.zones import Zone, zone

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Written:
    """A message in words. Printing it reveals nothing of it."""

    subject: str = field(repr=False)
    text: str = field(repr=False)


def written(message: Message) -> Written:
    """Write a message in its language."""
    subject, text = _WORDS[message.kind]
    language = message.language if message.language in OFFERED else OFFERED[0]
    translations = _translations()[language]
    values = dict(message.values)
    if "until" in values:
        values["until"] = _shown(values["until"], zone(values["zone"]), language)
    return Written(
        translations.gettext(subject.text) % values, translations.gettext(text.text) % values
    )


def _shown(instant: str, where: Zone, language: str) -> str:
    local = read_instant(instant).astimezone(where.tzinfo)
    return f"{format_datetime(local, 'd MMMM y, HH.mm', locale=language)} {where.clock.value}"


@cache
def _translations() -> Mapping[str, NullTranslations]:
    return translations_of([FOLDER / "texts"])


_WORDS: Mapping[MessageKind, tuple[Text, Text]] = {
    MessageKind.CODE: (
        say("Your code"),
        say(
            "Your code is %(code)s. It is good for %(minutes)s minutes. Type it in on the page where you asked for it,"
            " and tell it to nobody: we never ask for it. If you did not ask for a code, do nothing."
        ),
    ),
    MessageKind.INVITATION: (
        say("You are invited to sign in"),
        say(
            "You are invited to work with us under this e-mail address. Open %(address)s and enter this e-mail address"
            " and the code %(code)s. The code is good for %(days)s days. If you do not know what this is about, do"
            " nothing."
        ),
    ),
    MessageKind.PASSWORD_CHANGED: (
        say("Your password was changed"),
        say(
            "The password of your account was changed, and every other browser was signed out. If that was not you,"
            " ask for a new code on the sign-in page at once, or go to your local manpower office."
        ),
    ),
    MessageKind.ACCESS_RECOVERED: (
        say("Your access was recovered at an office"),
        say(
            "An officer saw an identity card and helped to choose a new password for your account. If that was not"
            " you, go to your local manpower office at once."
        ),
    ),
    MessageKind.SEAT_OFFERED: (
        say("A seat is offered to you"),
        say(
            "A seat has come free in a class that you wait for, and is kept for you until %(until)s. Accept or refuse"
            " it under your enrolments. If you do neither in time, it is offered to the next in line. You may have"
            " answered already: then there is nothing to do."
        ),
    ),
    MessageKind.CLASS_MOVED: (
        say("A class of yours was moved"),
        say(
            "The times or the place of a class that you are enrolled in have changed. Look under your enrolments for"
            " what holds now. If it does not suit you, you may leave free of charge until the time that is shown"
            " there."
        ),
    ),
    MessageKind.CLASS_CALLED_OFF: (
        say("Your enrolment in a class was cancelled"),
        say(
            "A class that you were enrolled in was called off, or its provider or the programme cancelled your"
            " enrolment. What was set aside for it is on your card again. Look under your enrolments for the reason and"
            " for other classes."
        ),
    ),
}
