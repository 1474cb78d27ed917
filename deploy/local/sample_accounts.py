"""People who can sign in to the sample: one of each role, with one password that this installation made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sample.record import Facts
from services.accounts.development import add_account
from services.accounts.domain.mandates import BOUND_TO, Mandate
from services.accounts.service import opened_service
from services.accounts.settings import read_settings

SECRET_NAME = "SAMPLE_PASSWORD"  # noqa: S105 - the name of the variable


@dataclass(frozen=True)
class SampleAccount:
    """Somebody on the staff, by the address to sign in with."""

    email: str
    role: str
    display_name: str
    is_owner: bool = False


SAMPLE_STAFF = (
    SampleAccount("provider@example.org", "provider", "Contoh Pemilik Lembaga", is_owner=True),
    SampleAccount("officer@example.org", "officer", "Contoh Petugas Dinas"),
    SampleAccount("operator@example.org", "operator", "Contoh Operator Program"),
    SampleAccount("auditor@example.org", "auditor", "Contoh Auditor"),
)


def sample_password(secrets: Mapping[str, str]) -> str:
    """Return the password of every sample account: short enough to be typed, and this installation's own."""
    secret = secrets[SECRET_NAME]
    return "-".join(secret[start : start + 4] for start in (0, 4, 8))


def create_sample_accounts(
    facts: Facts, *, bounds: Mapping[str, str], variables: Mapping[str, str]
) -> None:
    """Make the accounts; those that are there are left as they are."""
    password = sample_password(variables)
    with opened_service(read_settings(variables)) as house:
        for one in SAMPLE_STAFF:
            bound = BOUND_TO.get(one.role)
            add_account(
                house,
                name=one.email,
                password=password,
                mandate=Mandate(one.role, **({bound: bounds[bound]} if bound else {})),
                display_name=one.display_name,
                owner=one.is_owner,
            )
        add_account(
            house,
            name=facts.card_number,
            password=password,
            mandate=Mandate("holder", card=bounds["card"]),
        )
