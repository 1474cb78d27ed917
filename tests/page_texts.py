"""The texts of pages as translators get them: taken out of templates and code, beside what was translated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from chassis.pages import site

CHASSIS = Path(site.__file__).parent
_NAMED = re.compile(r"%\([a-z_]+\)s")


def texts_of(folder: Path) -> set[str]:
    """Return every text that the pages of a folder show, in templates and code."""
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    keywords: dict[str, Any] = {"say": None, "_": None, "gettext": None, "ngettext": (1, 2)}
    options = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}
    found = extract_from_dir(folder, methods, options, keywords=keywords)
    return {_singular(message) for _, _, message, _, _ in found}


def translated(folder: Path, language: str) -> dict[str, str]:
    """Return what a folder's texts are in another language."""
    with (folder / "texts" / f"{language}.po").open("rb") as source:
        catalogue = read_po(source)
    return {_singular(one.id): _singular(one.string or "") for one in catalogue if one.id}


def differing_names(texts: dict[str, str]) -> Iterator[str]:
    """Yield the texts whose translation is filled with other values than they are."""
    for text, translation in texts.items():
        if sorted(_NAMED.findall(text)) != sorted(_NAMED.findall(translation)):
            yield text


def _singular(message: Any) -> str:
    return message if isinstance(message, str) else message[0]
