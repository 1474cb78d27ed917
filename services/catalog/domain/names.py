"""Names and titles as they are compared."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from chassis.problems import FieldError, ValidationFailed

_SHOWS_NOTHING = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""What Unicode calls default ignorable code points: nobody sees them, so they tell no two names apart."""

_LOOK_LIKE_LATIN = frozenset({"CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "CHEROKEE", "LISU"})
"""Scripts that have letters which nobody can tell from Latin ones."""


def folded(text: str) -> str:
    """Return a text for comparing, alike in small and capital letters of every script.

    Done here and kept: of SQLite and of PostgreSQL, as it is set up here, neither knows letters beyond ASCII.
    """
    return unicodedata.normalize("NFKC", text).casefold()


def name_key(name: str) -> str:
    """Return what two institutions share that have the same name.

    Names are the same whose letters are: in small or capital letters (Unicode's full case folding), in whichever of
    their compatible forms (NFKC: full-width letters, ligatures, composed or not), with however much white space between
    the words, whatever cannot be seen in them (Unicode's default ignorable code points), and whatever signs stand
    around them. Signs between the words and accents tell names apart; letters of scripts that look like Latin ones no
    new name has (`check_letters`).

    It is a digest (SHA-256, hexadecimal), since NFKC can make a text eighteen times as long, longer than an index
    takes. It is stored, so a change of this rule needs a migration.
    """
    # Folding, and what is left out, can take a text out of its normal form again.
    words = unicodedata.normalize("NFKC", _SHOWS_NOTHING.sub("", folded(name))).split()
    return hashlib.sha256(_without_outer_signs(" ".join(words)).encode()).hexdigest()


def check_letters(name: str) -> None:
    """Refuse letters that can be taken for Latin ones. Raises `ValidationFailed`."""
    if any(_script(letter) in _LOOK_LIKE_LATIN for letter in folded(name)):
        raise ValidationFailed(
            errors=[
                FieldError(
                    "/name", "Write the name in Latin letters: some of these only look like them."
                )
            ]
        )


def _without_outer_signs(text: str) -> str:
    """Cut signs and spaces off both ends; a text of nothing else stays as it is."""
    inner = [place for place, sign in enumerate(text) if unicodedata.category(sign)[0] not in "PSZ"]
    return text[inner[0] : inner[-1] + 1] if inner else text


def _script(letter: str) -> str:
    return "" if letter.isascii() else unicodedata.name(letter, "").partition(" ")[0]
