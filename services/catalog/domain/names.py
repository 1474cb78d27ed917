"""Names and titles as they are compared."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_SHOWS_NOTHING = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""What Unicode calls default ignorable code points: nobody sees them, so they tell no two names apart."""


def folded(text: str) -> str:
    """Return a text for comparing, alike in small and capital letters of every script.

    Done here and kept: of SQLite and of PostgreSQL, as it is set up here, neither knows letters beyond ASCII.
    """
    return unicodedata.normalize("NFKC", text).casefold()


def name_key(name: str) -> str:
    """Return what two institutions share that have the same name.

    Names are the same whose letters are: in small or capital letters (Unicode's full case folding), in whichever of
    their compatible forms (NFKC: full-width letters, ligatures, composed or not), with however much white space between
    the words and whatever cannot be seen in them (Unicode's default ignorable code points). Points, hyphens and accents
    tell names apart, and so do letters of another script that merely look alike: that is for the operator's eyes.

    It is a digest (SHA-256, hexadecimal), since NFKC can make a text eighteen times as long, longer than an index
    takes. It is stored, so a change of this rule needs a migration.
    """
    # Folding, and what is left out, can take a text out of its normal form again.
    words = unicodedata.normalize("NFKC", _SHOWS_NOTHING.sub("", folded(name))).split()
    return hashlib.sha256(" ".join(words).encode()).hexdigest()
