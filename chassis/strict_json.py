"""JSON as it must be: UTF-8, no key twice, no NaN, no lone surrogate, no NUL, no bottomless nesting.

A good body is read once, by the standard library's scanner. One that is refused is read again, with a mark wherever
something is wrong, so that its sender is told by JSON pointers where, and of several mistakes at once: whoever sends a
thousand rows mends them in one go. What is refused is the whole body, not the row: nothing that could not be written
down again gets past here.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Never

from chassis.problems import MOST_TOLD, FieldError, MalformedRequest, pointer_step

LONGEST_POINTER = 200
"""Characters of a pointer that are shown, so that the answer to a small body is no large one."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
"""What JSON can escape but neither database nor UTF-8 can hold; half of a whole surrogate pair looks so, too."""

_LARGEST = "Send whole numbers up to 9007199254740991."


def parse(raw: bytes) -> Any:
    """Parse a request body.

    Raises `MalformedRequest` with a pointer to each mistake, the first `MOST_TOLD` of them; with line and column where
    the text is no JSON at all. Nesting deeper than the interpreter's own limit is refused as well.
    """
    try:
        text = _text(raw)
        try:
            value = _STRICT.decode(text)
        except ValueError as error:
            raise _refusal(text, error) from None
    except UnicodeDecodeError:
        raise MalformedRequest("The body is not UTF-8. Encode the JSON text as UTF-8.") from None
    except RecursionError:
        raise MalformedRequest("The body is nested too deeply. Send flat objects.") from None
    if _SUSPECT.search(raw) and (mistakes := _first(_mistakes(value))):
        raise _told(mistakes)
    return value


def _text(raw: bytes) -> str:
    text = raw.decode("utf-8")
    if text.startswith("\ufeff"):
        raise MalformedRequest("The body starts with a byte order mark. Send the JSON text alone.")
    return text


def _refusal(text: str, error: ValueError) -> MalformedRequest:
    """Say what is wrong with a text that the strict scanner gave up."""
    try:
        mistakes = _first(_mistakes(_LENIENT.decode(text)))
    except json.JSONDecodeError as no_json:
        error, mistakes = no_json, []
    return _told(mistakes) if mistakes else MalformedRequest(f"The body is not JSON: {error}.")


def _first(mistakes: Iterable[FieldError]) -> list[FieldError]:
    return list(islice(mistakes, MOST_TOLD))


def _told(mistakes: Sequence[FieldError]) -> MalformedRequest:
    return MalformedRequest(mistakes[0].message, errors=mistakes)


# --- the scanner of good bodies: it stops at a mistake without saying where ---


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key stands twice")
    return members


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("no number holds this")
    return value


_STRICT = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite
)


# --- the scanner of refused ones: it goes on, and leaves a mark ---


@dataclass(frozen=True, slots=True)
class _Mark:
    """What stands where a value cannot be read."""

    message: str


class _Pairs(list[tuple[str, Any]]):
    """The members of an object as they were sent, repeated keys too."""


def _whole_or_mark(text: str) -> int | _Mark:
    try:
        return int(text)
    except ValueError:
        return _Mark(f"This number has too many digits. {_LARGEST}")


def _finite_or_mark(text: str) -> float | _Mark:
    value = float(text)
    return value if math.isfinite(value) else _Mark(f"This number is too large. {_LARGEST}")


_LENIENT = json.JSONDecoder(
    object_pairs_hook=_Pairs,
    parse_constant=lambda name: _Mark(f"{name} is not JSON. Send a number, or null."),
    parse_float=_finite_or_mark,
    parse_int=_whole_or_mark,
    strict=False,  # so that a NUL that was not even escaped is found like an escaped one
)


_NEVER_WRONG = frozenset({int, float, bool, type(None)})


def _mistakes(value: Any) -> Iterator[FieldError]:
    """Yield what is wrong in a value that either scanner read, in the order of the text, however deep it is nested."""
    path: list[str | int] = []
    yield from _wrong_with(value, path)
    opened = [_members(value)]
    while opened:
        member = next(opened[-1], None)
        if member is None:
            opened.pop()
            del path[-1:]
            continue
        step, inner = member
        if type(inner) in _NEVER_WRONG:
            continue
        path.append(step)
        yield from _wrong_with(inner, path)
        opened.append(_members(inner))


def _members(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return iter(value.items())
    if isinstance(value, _Pairs):
        return iter(value)
    return iter(enumerate(value)) if isinstance(value, list) else iter(())


def _wrong_with(value: Any, path: Sequence[str | int]) -> Iterator[FieldError]:
    """Yield what is wrong with a value itself and with the names of its members."""
    if isinstance(value, _Mark):
        yield FieldError(_pointer(path), value.message)
    elif isinstance(value, str):
        if _UNSTORABLE.search(value):
            message = "This text holds a NUL or half of a surrogate pair. Remove it."
            yield FieldError(_pointer(path), message)
    elif isinstance(value, dict | _Pairs):
        seen: set[str | int] = set()
        for name, _ in _members(value):
            if name in seen:
                message = "This key stands twice in one object. Send it once."
                yield FieldError(_pointer([*path, name]), message)
            elif _UNSTORABLE.search(str(name)):
                message = "This key holds a NUL or half of a surrogate pair. Remove it."
                yield FieldError(_pointer([*path, name]), message)
            seen.add(name)


def _pointer(path: Sequence[str | int]) -> str:
    """Write a path as a JSON pointer; what cannot be written is replaced by U+FFFD, what is too long by an ellipsis."""
    pointer = ""
    for step in path:
        pointer += pointer_step(_UNSTORABLE.sub("\ufffd", str(step)[:LONGEST_POINTER]))
        if len(pointer) > LONGEST_POINTER:
            return pointer[:LONGEST_POINTER] + "…"
    return pointer
