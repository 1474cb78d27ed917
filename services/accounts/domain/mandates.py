"""What a credential lets its bearer act as: a role, and the one provider, card or region it is bound to."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.identifiers import is_id
from vocabulary.regions import region as look_up_region
from vocabulary.roles import EVERY_ROLE, HOLDER, OFFICER, PROVIDER

BOUND_TO = {PROVIDER: "provider", HOLDER: "card", OFFICER: "region"}
"""Which reference a role cannot do without; the other roles are bound to nothing."""


class UnusableMandate(ValueError):
    """A role that does not exist, or one without its reference or with a reference that is not its own."""


@dataclass(frozen=True, slots=True)
class Mandate:
    """A role, and a provider's id, a card's reference or a region's code where the role is bound to one."""

    role: str
    provider: str | None = None
    card: str | None = None
    region: str | None = None


def checked(mandate: Mandate) -> Mandate:
    """Return a mandate that can be given. Raises `UnusableMandate`, saying what would be right."""
    if mandate.role not in EVERY_ROLE:
        raise UnusableMandate(
            f"there is no role {mandate.role!r}; the roles are {', '.join(EVERY_ROLE)}"
        )
    given = {"provider": mandate.provider, "card": mandate.card, "region": mandate.region}
    needed = BOUND_TO.get(mandate.role)
    for name, value in given.items():
        if name == needed and value is None:
            raise UnusableMandate(f"the role {mandate.role} needs a {name}")
        if name != needed and value is not None:
            raise UnusableMandate(f"the role {mandate.role} is not bound to a {name}")
    _check_forms(mandate)
    return mandate


def _check_forms(mandate: Mandate) -> None:
    for name, value in (("provider", mandate.provider), ("card", mandate.card)):
        if value is not None and not is_id(value):
            raise UnusableMandate(f"a {name} is named by its id, a lower-case UUID, not {value!r}")
    if mandate.region is not None:
        try:
            look_up_region(mandate.region)
        except ValueError as error:
            raise UnusableMandate(str(error)) from None
