"""`make token ROLE=… [PROVIDER=…] [CARD=…] [REGION=…]`: print a token of the system running on this machine.

A role that is bound to a card, provider or region, and is given none, gets that of the sample data.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import requests
import sqlalchemy as sa

from chassis.problems import Problem
from chassis.settings import SettingsError
from deploy.local import environment_file
from deploy.local.bounds import Bounds, UnknownBoundError
from deploy.local.place import data_folder, settings_file
from deploy.local.readiness import answers
from deploy.local.sample_notes import SampleNotes
from services.accounts.development import issue_token
from services.accounts.domain.mandates import BOUND_TO, UnusableMandate
from vocabulary.roles import EVERY_ROLE

NOT_RUNNING = "the system is not running; start it first, with: make run"


class UnusableRequestError(Exception):
    """What was asked for gets no token; the message says why, in one line."""


def main(variables: Mapping[str, str]) -> int:
    """Print one token and nothing else, so that it can be used in a command."""
    try:
        print(_token(variables))
    except (UnusableRequestError, UnknownBoundError, SettingsError, UnusableMandate) as error:
        return _refuse(str(error))
    except (sa.exc.SQLAlchemyError, Problem, requests.ConnectionError):
        return _refuse(NOT_RUNNING)
    except requests.RequestException as error:
        return _refuse(f"the system did not answer as it should: {error}")
    return 0


def _token(variables: Mapping[str, str]) -> str:
    settings = environment_file.read(settings_file(data_folder(variables), "accounts"))
    if not settings or not answers(f"{settings['TOKEN_ISSUER']}/healthz")():
        raise UnusableRequestError(NOT_RUNNING)
    role = variables.get("ROLE") or ""
    if role not in EVERY_ROLE:
        raise UnusableRequestError(f"say which role: make token ROLE={'|'.join(EVERY_ROLE)}")
    return issue_token(
        role=role,
        subject=variables.get("SUBJECT"),
        environment=settings,
        **_bound(role, variables, settings),
    )


def _bound(role: str, variables: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """Return what was given, known to the running system, or else the sample's of what the role needs."""
    given = {
        name: variables[name.upper()] for name in BOUND_TO.values() if variables.get(name.upper())
    }
    known = Bounds(settings["TOKEN_ISSUER"], settings)
    if "card" in given:
        given["card"] = known.card_reference(given["card"])
    if "provider" in given:
        known.check_provider(given["provider"])
    needed = BOUND_TO.get(role)
    notes = SampleNotes(data_folder(variables) / f"sample-{_dialect(settings)}")
    if needed is None or needed in given or (facts := notes.recorded()) is None:
        return given
    return {**given, needed: known.of_the_sample(facts)[needed]}


def _dialect(settings: Mapping[str, str]) -> str:
    """Return which database the running system is on, whatever this command's own environment says."""
    return sa.make_url(settings["DATABASE_URL"]).get_backend_name()


def _refuse(why: str) -> int:
    print(f"token: {why}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(dict(os.environ)))
