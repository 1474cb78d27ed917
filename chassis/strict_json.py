"""JSON as it must be: UTF-8, no key twice, no NaN, no lone surrogate, no NUL, no bottomless nesting."""

from __future__ import annotations

import json
import math
from typing import Any, Never

from chassis.problems import FieldError, MalformedRequest, pointer_step


def parse(raw: bytes) -> Any:
    """Parse a request body.

    Raises `MalformedRequest`, naming the key or the mistake. Nesting deeper than the interpreter's own
    limit is refused as well.
    """
    try:
        value = _STRICT.decode(_text(raw))
        if b"\\u" in raw:
            _refuse_unstorable(value, pointer="")
        return value
    except UnicodeDecodeError:
        raise MalformedRequest("The body is not UTF-8. Encode the JSON text as UTF-8.") from None
    except RecursionError:
        raise MalformedRequest("The body is nested too deeply. Send flat objects.") from None
    except json.JSONDecodeError as error:
        raise MalformedRequest(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    except ValueError:
        raise MalformedRequest(
            "A number in the body has too many digits. Send whole numbers up to 9007199254740991."
        ) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                shown = name.encode("utf-8", "replace").decode()[:100]
                raise MalformedRequest(
                    f"The key {shown!r} stands twice in one object. Send each key once.",
                    errors=[FieldError(pointer_step(shown), "This key stands twice.")],
                )
            seen.add(name)
    return members


def _refuse_constant(name: str) -> Never:
    raise MalformedRequest(f"{name} is not JSON. Send a number, or null.")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise MalformedRequest(
            "A number in the body is too large. Send whole numbers up to 9007199254740991."
        )
    return value


def _text(raw: bytes) -> str:
    text = raw.decode("utf-8")
    if text.startswith("\ufeff"):
        raise MalformedRequest("The body starts with a byte order mark. Send the JSON text alone.")
    return text


_STRICT = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_finite
)


def _refuse_unstorable(value: Any, *, pointer: str) -> None:
    """Refuse what JSON can escape but neither database nor UTF-8 can hold."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            shown = pointer.encode("utf-8", "replace").decode()
            raise MalformedRequest(
                "A text holds a NUL or half of a surrogate pair. Remove it.",
                errors=[FieldError(shown, "Remove the NUL or the lone surrogate.")],
            )
    elif isinstance(value, dict):
        for name, member in value.items():
            _refuse_unstorable(name, pointer=pointer)
            _refuse_unstorable(member, pointer=pointer + pointer_step(name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            _refuse_unstorable(member, pointer=pointer + pointer_step(index))
