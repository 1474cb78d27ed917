"""Staff get in by an invitation, and out: through the gateway, as a browser does it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from services.accounts.invite_operator import main as invite_operator
from tests.journeys.api import Api
from tests.journeys.browser import Browser
from tests.journeys.signing_in import PASSWORD, invited, kinds_of
from tests.journeys.world import World


def staff_of(world: World, provider: str, account_id: str) -> Api:
    """Call as a provider's staff, as whom somebody signed in."""
    token = world.system.token("provider", provider=provider, subject=account_id)
    world.people.private.add(token)
    return Api(world.system.address, token)


def test_an_operator_invites_an_owner_who_invites_and_removes_a_colleague(world: World) -> None:
    provider = world.approved_provider()
    name = next(world.names)
    staff: dict[str, Any] = {"role": "provider", "provider": provider}
    owner_email, email = f"pemilik-{name}@lpk.example", f"staf-{name}@lpk.example"
    owner = invited(world, world.operator, owner_email, owner=True, **staff)
    assert "may invite colleagues" in owner.sees()
    (member,) = [m for m in world.operator.read("/staff")["items"] if m["provider"] == provider]
    assert (member["email"], member["owner"]) == (owner_email, True)
    as_owner = staff_of(world, provider, member["id"])

    colleague = invited(world, as_owner, email, **staff)
    assert "may invite" not in colleague.sees()
    ids = {m["email"]: m["id"] for m in as_owner.read("/staff")["items"]}
    as_colleague = staff_of(world, provider, ids[email])
    as_colleague.refused(
        "POST", "/invitations", 403, "forbidden", body={"email": "x@lpk.example", **staff}
    )
    removal = {"reason": "Pindah kerja"}
    as_owner.refused(
        "POST", f"/staff/{ids[owner_email]}/removal", 409, "state-conflict", body=removal
    )
    as_owner.post(f"/staff/{ids[email]}/removal", removal)

    assert not colleague.is_signed_in()
    assert colleague.sign_in(email, PASSWORD).status_code == 422
    assert owner.is_signed_in()
    kinds = kinds_of(world, provider_id=provider)
    once = ["invitation-sent", "invitation-accepted", "account-created", "account-activated"]
    assert [kind for kind in kinds if kind != "staff-read"] == [*once, *once, "account-disabled"]


def test_the_first_operator_comes_in_by_a_command_while_everything_runs(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    email = f"kepala-{next(world.names)}@program.example"
    assert invite_operator([email], world.system.accounts_settings) == 0
    told = capsys.readouterr().out
    found = re.search(r"\b([0-9A-Z]{5}-[0-9A-Z]{5})\b", told)
    assert found
    browser = Browser(world)
    fields = {"email": email, "display_name": "Kepala Program", "password": PASSWORD}

    assert f"{world.system.address}/invitation" in told
    assert browser.send("/invitation", code=found[1], **fields).status_code == 303
    assert "Programme management" in browser.sees()
