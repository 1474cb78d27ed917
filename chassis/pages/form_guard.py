"""Refusing forms that were not sent from a page of ours, so that no other site acts in a visitor's name.

Three things stand in the way: browsers send our cookies with no form of another site (SameSite), they say where a form
comes from (`Sec-Fetch-Site`, or `Origin` where they are older), and each form holds a token that belongs to a cookie of
the same browser. Whoever can plant cookies can plant a pair that belongs together: against that stand the cookies' name
(`__Host-`, where the site is behind TLS) and what the browser says.
"""

from __future__ import annotations

import hmac
import secrets

from chassis.problems import Problem

COOKIE = "balai-form"
FIELD = "form_token"
_FROM_HERE = frozenset({"same-origin", "none"})


class FormRefused(Problem):
    code = "form-refused"
    status = 403
    title = "The form did not come from a page of this site"
    meaning = (
        "The page that holds the form was opened too long ago or in another browser, the browser keeps no cookies, or"
        " the form was sent by another site. Nothing of it was done."
    )
    default_detail = "Open the page again and fill in the form once more, with cookies allowed."


class FormGuard:
    """Makes and checks the tokens of forms at one origin."""

    def __init__(self, *, origin: str, key: bytes) -> None:
        self._origin = origin
        self._key = hmac.digest(key, b"chassis.pages.form_guard", "sha256")

    def token(self, cookie: str) -> str:
        """Return the token for the forms of the browser that has this cookie."""
        return hmac.digest(self._key, cookie.encode("utf-8", "replace"), "sha256").hex()

    def check(
        self, *, cookie: str | None, token: str, origin: str | None, fetch_site: str | None
    ) -> None:
        """Raise `FormRefused` unless the form was sent from here.

        What a browser says in Sec-Fetch-Site no page can change, and it holds whatever name we are reached by; Origin
        is asked where that is missing.
        """
        if fetch_site is not None:
            came_from_here = fetch_site in _FROM_HERE
        else:
            came_from_here = origin is None or origin == self._origin
        if not came_from_here or not cookie:
            raise FormRefused
        if not hmac.compare_digest(token.encode("utf-8", "replace"), self.token(cookie).encode()):
            raise FormRefused


def new_cookie() -> str:
    """Return a value for the cookie of a browser that has none."""
    return secrets.token_urlsafe(24)
