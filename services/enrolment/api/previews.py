"""What stands for a preview: shown with it, and sent with what it is a preview of."""

from __future__ import annotations

import re
from typing import Any

from chassis.fields import Parsed, says

_PREVIEW = re.compile(r"\A[0-9a-f]{64}\Z")
_FORM = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


def parse_preview(value: Any) -> str:
    """Read what stands for a preview. Raises `ValueError` with the remedy."""
    if not isinstance(value, str) or not _PREVIEW.match(value):
        raise ValueError("Send preview as the preview gave it (64 digits and letters).")
    return value


def preview_field(of: str, **options: Any) -> Parsed:
    """Take what stands for the preview that the call `of` gives, or without one show it."""
    told = f"The member preview of {of}." if of else "Stands for exactly this; send it back."
    return Parsed(parse_preview, form=_FORM, metadata=says(told), **options)
