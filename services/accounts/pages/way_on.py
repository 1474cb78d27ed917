"""Where a person goes on to after signing in: back to an application that asked, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chassis.pages.declaring import GoTo, PageAnswer, ShowPage

CONTINUE = "continue"
AUTHORIZE = "/oauth/authorize"
LONGEST = 2_000

_PLAIN = re.compile(r"\A/oauth/authorize\?[A-Za-z0-9!$&'()*+,\-./:;=?@_~%]+\Z")


def way_on(asked: str | None) -> str | None:
    """Return where to go on to; None for everything that is not our own `/oauth/authorize` with a query.

    An address that could lead to another site, or that holds anything a browser or a header could read in two ways, is
    nobody's way on.
    """
    if not asked or len(asked) > LONGEST or not _PLAIN.match(asked):
        return None
    return asked


def page_on_the_way(template: str, values: Mapping[str, Any], *, status: int = 200) -> ShowPage:
    """Return a page that may stand on the way to an application: where the value `leads_to` says.

    Applications on a page of another site open it in a window, and that page hears in the end how it went.
    """
    return ShowPage(template, values, status=status, keeps_opener=bool(values.get("leads_to")))


def lead_on(leads_to: str | None) -> PageAnswer:
    """Lead on somebody who has just signed in: to the application that asked, else to the own account.

    To an application by a page that loads the next one, not by a redirection: browsers hold whatever a form's answer
    redirects to, through all hops, to the policy `form-action` of the form's page. That can name no address of IPv6,
    and nobody here knows where an application leads on to.
    """
    if leads_to is None:
        return GoTo("/account")
    return page_on_the_way("going_on.html", {"leads_to": leads_to})
