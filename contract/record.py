"""Record the examples anew: `python -m contract.record` starts a system of its own and walks through every call."""

from __future__ import annotations

import json
import os
import random
import secrets
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import requests

from contract.examples import EXAMPLES
from contract.journey import walk
from contract.passing_time import end_class
from contract.recorder import Recorder
from deploy.local.ports import free_ports
from deploy.local.process_table import service_settings
from deploy.local.system import System
from services.accounts.development import add_account, issue_token
from services.accounts.domain.mandates import Mandate
from services.accounts.register import register
from services.accounts.register_application import register_application
from services.accounts.service import opened_service
from services.accounts.settings import read_settings

CLIENT = "integrator"


def main() -> None:
    """Write what the journey sent and was answered."""
    with tempfile.TemporaryDirectory() as folder:
        system = System(
            folder=Path(folder),
            dialect="sqlite",
            port=next(free_ports(random.Random())),  # noqa: S311 - no secret is drawn from it
            variables=os.environ,
            say=lambda _: None,
        )
        try:
            system.start()
            settings = service_settings(system.plan, "accounts")
            classes = system.plan.databases["enrolment"].owner
            recorded = walk(recorder_of(system.plan.address, settings, classes=classes))
        finally:
            system.stop()
    text = json.dumps(recorded, indent=1, ensure_ascii=False, sort_keys=True)
    EXAMPLES.write_text(text + "\n", encoding="utf-8")


def recorder_of(
    address: str,
    settings: Mapping[str, str],
    *,
    classes: str,
    seen: Callable[[requests.Response], object] = lambda _: None,
) -> Recorder:
    """Return a recorder on a running system, with a client of its own.

    `settings` are those of accounts, `classes` is the address of enrolment's database, as its owner.
    """
    client = (f"{CLIENT}-{secrets.token_hex(4)}", secrets.token_hex(32))
    with opened_service(read_settings(settings)) as house:
        register(
            house, client_id=client[0], secret=client[1], mandate=Mandate("auditor"), name=CLIENT
        )
        staff = add_account(
            house,
            name=f"{client[0]}@lembaga.example",
            password=secrets.token_hex(8),
            mandate=Mandate("auditor"),
            display_name="Sari Contoh",
        )
        application = "example-portal"
        register_application(
            house,
            client_id=application,
            secret=None,
            redirect_uris=["https://portal.example/signed-in"],
        )

    def token(role: str, bound: Mapping[str, str]) -> str:
        return issue_token(role=role, environment=settings, **bound)

    return Recorder(
        address,
        tokens=token,
        end_class=lambda class_id, ended: end_class(classes, class_id, ended=ended),
        client=client,
        staff=staff,
        application=application,
        seen=seen,
    )


if __name__ == "__main__":
    main()
