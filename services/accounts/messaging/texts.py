"""What messages say; `texts/` holds the translations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from gettext import NullTranslations
from pathlib import Path

from chassis.pages.texts import OFFERED, say, translations_of
from chassis.pages.texts import Message as Text
from services.accounts.domain.people.messages import Message, MessageKind

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
    return Written(
        translations.gettext(subject.text) % values, translations.gettext(text.text) % values
    )


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
}
