"""Where a person goes on to after signing in: back to an application that asked, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chassis.pages.declaring import ShowPage

CONTINUE = "continue"
AUTHORIZE = "/oauth/authorize"
LONGEST = 2_000

_PLAIN = re.compile(r"\A/oauth/authorize\?[A-Za-z0-9!$&'()*+,\-./:;=?@_~%]+\Z")
_ORIGIN = re.compile(
    r"\Ahttps?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?\Z|\Ahttps?://\[[0-9A-Fa-f:]+\](?::[0-9]{1,5})?\Z"
)
_PRIVATE_SCHEME = re.compile(r"\A[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+\Z")


def way_on(asked: str | None) -> str | None:
    """Return where to go on to; None for everything that is not our own `/oauth/authorize` with a query.

    An address that could lead to another site, or that holds anything a browser or a header could read in two ways, is
    nobody's way on.
    """
    if not asked or len(asked) > LONGEST or not _PLAIN.match(asked):
        return None
    return asked


def page_on_the_way(template: str, values: Mapping[str, Any], *, status: int = 200) -> ShowPage:
    """Return a page with a form whose answer may lead on to where the value `leads_to` says."""
    return ShowPage(
        template, values, status=status, form_targets=form_targets(values.get("leads_to") or None)
    )


def form_targets(leads_to: str | None) -> tuple[str, ...]:
    """Return where else than to us the answer to a form may lead the browser: to the application that asked.

    Browsers hold redirections of a form to the page's policy. Whether the application may be answered at that address
    is judged at `/oauth/authorize`.
    """
    if leads_to is None:
        return ()
    given = parse_qs(leads_to.partition("?")[2]).get("redirect_uri", [""])[0]
    try:
        parts = urlsplit(given)
    except ValueError:
        return ()
    origin = f"{parts.scheme}://{parts.netloc}"
    if _ORIGIN.match(origin):
        return (origin,)
    return (f"{parts.scheme}:",) if _PRIVATE_SCHEME.match(parts.scheme) else ()
