"""The texts of pages: written in English, translated by `.po` files, chosen by what the reader wants.

A file for each language lies in a folder `texts`; English needs none. They are read at start, so that what is shown
is what is in the repository.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

WRITTEN_IN = "en"
OFFERED = ("id", WRITTEN_IN)
"""The languages there are, the first one for whoever asks for none of them."""


@dataclass(frozen=True, slots=True)
class Message:
    """A text that is translated where it is shown. `values` fill its `%(name)s`."""

    text: str
    values: tuple[tuple[str, object], ...] = ()


def say(text: str, **values: object) -> Message:
    """Mark a text in the code as one that readers see; translators find it by this name."""
    return Message(text, tuple(values.items()))


def language_for(*, chosen: str | None, accepted: str | None) -> str:
    """Return the language for a reader: the one chosen earlier, else the best of an Accept-Language header."""
    if chosen in OFFERED:
        return str(chosen)
    best = parse_accept_header(accepted, LanguageAccept).best_match(OFFERED)
    return best or OFFERED[0]


def language_among(tags: str) -> str | None:
    """Return the first that is offered of languages with spaces between them (tags of BCP 47), such as `en-GB id`."""
    languages = [tag.partition("-")[0].lower() for tag in tags.split()]
    return next((language for language in languages if language in OFFERED), None)


def translations_of(folders: Sequence[Path]) -> Mapping[str, gettext.NullTranslations]:
    """Read every language's texts; what the first folder does not have is looked for in the next."""
    return {language: _joined(language, folders) for language in OFFERED}


def _joined(language: str, folders: Sequence[Path]) -> gettext.NullTranslations:
    if language == WRITTEN_IN:
        return gettext.NullTranslations()
    first, *others = (_read(folder / f"{language}.po") for folder in folders)
    for other in others:
        first.add_fallback(other)
    return first


def _read(file: Path) -> gettext.GNUTranslations:
    return gettext.GNUTranslations(io.BytesIO(_compiled(file)))


@cache
def _compiled(file: Path) -> bytes:
    with file.open("rb") as source:
        catalogue = read_po(source)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    return compiled.getvalue()
