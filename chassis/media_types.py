"""In which of its forms an answer goes out."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Request

from chassis.problems import NotAcceptable

HTML = "text/html"


def media_type_for(request: Request, offered: Sequence[str]) -> str:
    """Choose what to answer in. Raises `NotAcceptable`."""
    if len(offered) == 1 and not request.headers.get("Accept"):
        return offered[0]
    chosen = request.accept_mimetypes.best_match(offered)
    if request.accept_mimetypes and chosen is None:
        raise NotAcceptable(f"This call answers: {', '.join(offered)}.")
    return chosen or offered[0]
