"""Names and titles as they are compared."""

from __future__ import annotations

import hashlib
import unicodedata


def folded(text: str) -> str:
    """Return a text for comparing, alike in small and capital letters of every script.

    Done here and kept: of SQLite and of PostgreSQL, as it is set up here, neither knows letters beyond ASCII.
    """
    return unicodedata.normalize("NFKC", text).casefold()


def name_key(name: str) -> str:
    """Return what two institutions share that have the same name.

    Names are the same whose letters are: in small or capital letters (Unicode's full case folding), in whichever of
    their compatible forms (NFKC: full-width letters, ligatures, composed or not), with however much white space between
    the words. Points, hyphens and accents tell names apart, and so do letters of another script that merely look alike:
    that is for the operator's eyes. It is a digest (SHA-256, hexadecimal), since NFKC can make a text eighteen times as
    long, longer than an index takes. It is stored, so a change of this rule needs a migration.
    """
    # Folding can take a text out of its normal form again.
    words = unicodedata.normalize("NFKC", folded(name)).split()
    return hashlib.sha256(" ".join(words).encode()).hexdigest()
