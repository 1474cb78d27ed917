"""Strategies for patterns, each built once.

schemathesis asks for one at every request that it makes up, and what text may be, in the contract, is a pattern with
many ranges: to build it anew took more than half of the time.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

_build: Any = st.from_regex
_built: dict[tuple[Any, str], st.SearchStrategy[str]] = {}


def from_regex_once(regex: Any, **options: Any) -> st.SearchStrategy[str]:
    """Return what hypothesis builds for a pattern; alphabets that read alike are alike."""
    key = (regex, repr(sorted(options.items(), key=lambda option: option[0])))
    if key not in _built:
        _built[key] = _build(regex, **options)
    return _built[key]


def build_each_once() -> None:
    """Let everybody in this process get strategies for patterns from here."""
    vars(st)["from_regex"] = from_regex_once
