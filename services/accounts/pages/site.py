"""The site that the pages of accounts belong to."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from chassis.pages.declaring import Page
from chassis.pages.form_guard import FormGuard
from chassis.pages.serving import ServedPages
from chassis.pages.site import Site
from services.accounts.service import AccountsService

NAME = "Balai"
HOME = "/sign-in"
"""Where people begin, and who is signed in is led on."""

FOLDER = Path(__file__).parent


def served(
    pages: Iterable[Page[AccountsService]], house: AccountsService
) -> ServedPages[AccountsService]:
    """Join pages with the look, the texts and the origin they are seen at."""
    site = Site(name=NAME, origin=house.settings.token_issuer, folder=FOLDER, home=HOME)
    guard = FormGuard(origin=site.origin, key=house.settings.fingerprint_key)
    return ServedPages(site, guard, tuple(pages))
