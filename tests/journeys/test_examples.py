"""The examples of the contract are true: whoever makes the calls again is answered alike."""

from __future__ import annotations

from typing import Any

from contract.examples import recorded
from contract.journey import walk
from contract.record import recorder_of
from tests.journeys.answers import checked
from tests.journeys.world import World


def test_the_journey_of_the_examples_can_be_made_again(world: World) -> None:
    system = world.system
    recorder = recorder_of(
        system.address,
        system.accounts_settings,
        classes=system.databases["enrolment"].owner,
        seen=checked,
    )

    made = walk(recorder)

    assert made.keys() == recorded().keys()
    for name, exchange in recorded().items():
        assert outline(made[name]) == outline(exchange), name


def outline(exchange: dict[str, Any]) -> dict[str, Any]:
    """Return of an exchange what is the same whatever else the system holds."""
    answer = exchange["answer"]
    return {
        "method": exchange["method"],
        "sent": sorted(exchange["headers"]),
        "body": _members(exchange.get("body", {})),
        "status": answer["status"],
        "told": sorted(answer["headers"]),
        "members": sorted(answer["body"]),
    }


def _members(body: Any) -> list[str]:
    """Return the names in a body; of a text, those in its first line."""
    return str(body).partition("\n")[0].split(",") if isinstance(body, str) else sorted(body)
