"""The programs that may ask for tokens on one machine: the services themselves, and one of each role to try out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deploy.local.process_table import SAMPLE_ROLES
from services.accounts.domain.mandates import BOUND_TO, Mandate
from services.accounts.register import register
from services.accounts.service import opened_service
from services.accounts.settings import read_settings
from services.accounts.use_cases.register_client import ClientExists


@dataclass(frozen=True)
class LocalClient:
    """A client by its id and role; its secret is the environment variable of that name."""

    client_id: str
    role: str
    secret_name: str


SERVICE_CLIENTS = (
    LocalClient("service-catalog", "system", "CATALOG_CLIENT_SECRET"),
    LocalClient("service-enrolment", "system", "ENROLMENT_CLIENT_SECRET"),
)
SAMPLE_CLIENTS = tuple(
    LocalClient(f"sample-{role}", role, f"SAMPLE_{role.upper()}_SECRET") for role in SAMPLE_ROLES
)


class ForeignDatabaseError(Exception):
    """The database of accounts was filled by another run; the message says what helps, in one line."""


def register_clients(
    clients: Sequence[LocalClient], *, bounds: Mapping[str, str], variables: Mapping[str, str]
) -> None:
    """Register clients; those registered before are left as they are.

    `bounds` holds the `provider`, `card` and `region` for roles that need one. Raises `ForeignDatabaseError` where a
    client is registered with another secret or bound.
    """
    try:
        with opened_service(read_settings(variables)) as house:
            for client in clients:
                bound = BOUND_TO.get(client.role)
                register(
                    house,
                    client_id=client.client_id,
                    secret=variables[client.secret_name],
                    mandate=Mandate(client.role, **({bound: bounds[bound]} if bound else {})),
                    name=client.client_id,
                )
    except ClientExists as error:
        raise ForeignDatabaseError(
            f"the database of accounts knows {error} with another secret, or bound to something else: bring back the"
            " secrets.env it was filled with, or empty the databases of all three services"
        ) from None
