"""What text may hold, as one pattern: the contract shows it, and what is sent is judged by it.

Everything that is seen, and the joiners that emoji and some scripts are made with. Not: control characters, white space
but for the space (and line feed and tab where there may be several lines), what changes the direction of what follows,
what shows nothing or means nothing to others (private use). Nothing is asked of Python's tables of characters, which
differ from release to release: an emoji of next year is text like any other.
"""

from __future__ import annotations

import re
from functools import lru_cache

_BEYOND_CONTROLS = (
    r"\u007f-\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f\u3000"
    r"\ue000-\uf8ff\ufeff\ufff9-\ufffb\ufffe\uffff"
)
"""Written for JSON Schema's regular expressions (ECMA-262), with a `u` flag or without: so nothing above U+FFFF."""

_JOINERS = r"\u200c\u200d"
_ONE_LINE = rf"[^\u0000-\u001f{_BEYOND_CONTROLS}]"
_SEVERAL_LINES = rf"[^\u0000-\u0008\u000b-\u001f{_BEYOND_CONTROLS}]"
_AT_AN_END = rf"[^\u0000-\u0020{_BEYOND_CONTROLS}{_JOINERS}]"

_HALF_OF_A_PAIR = re.compile("[\ud800-\udfff]")
"""No character, and in no JSON that is taken; a pattern without the `u` flag would take it for part of one."""


def pattern_of(*, several_lines: bool, may_be_empty: bool = False) -> str:
    """Return the pattern of a whole text, which begins and ends with something that is seen."""
    inner = _SEVERAL_LINES if several_lines else _ONE_LINE
    text = f"{_AT_AN_END}({inner}*{_AT_AN_END})?"
    return f"^({text})?$" if may_be_empty else f"^{text}$"


def is_readable(text: str, pattern: str) -> bool:
    """Tell whether a text is as a pattern of these says."""
    # `\Z`, since for Python `$` also stands before a line feed at the end.
    whole = _compiled(pattern.removesuffix("$") + r"\Z")
    return whole.match(text) is not None and not _HALF_OF_A_PAIR.search(text)


@lru_cache(maxsize=8)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
