"""Requests made from the contract, right and wrong ones, by every role against the running product.

Whatever is sent: no answer is a failure of ours, and none is undocumented. `FUZZ_SEED` chooses other requests.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local.process import ROOT
from gateway.pages.contract_file import CONTRACT
from tests.databases import DatabaseMaker
from tests.journeys.world import HeldCard, Offer, World
from tests.running_system import start_system

pytestmark = pytest.mark.xdist_group("fuzz")

SEED = os.environ.get("FUZZ_SEED", "20270301")
LEAST_CASES = 2_860
"""For each of seven callers, so that there are 20,000 in all."""

EXAMPLES = 12
"""Requests that are made up for each call, beside those that cover what its schemas say."""

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "conforms_to_the_contract",
)
ROLES = ("nobody", "holder", "provider", "officer", "operator", "auditor", "system")


@dataclass(frozen=True)
class Target:
    """A system of its own, since whoever may pause everything here does, and what stands in it."""

    world: World
    offer: Offer
    card: HeldCard

    def token(self, role: str) -> str | None:
        """Return a token of a role, bound to what is there."""
        if role == "nobody":
            return None
        bound = {
            "holder": {"card": self.card.ref},
            "provider": {"provider": self.offer.provider_id},
            "officer": {"region": "32.73"},
        }
        return self.world.system.token(role, **bound.get(role, {}))

    def known_ids(self) -> dict[str, str]:
        """Return ids of what is there by the names that parameters and members have."""
        enrolments = self.world.operator.items("/enrolments")
        waves = self.world.public.items("/waves")
        return {
            "class_id": self.offer.class_id,
            "course_id": self.offer.course_id,
            "provider_id": self.offer.provider_id,
            "enrolment_id": enrolments[0]["id"],
            "wave_id": waves[0]["id"],
            "admission_id": self.world.operator.items("/admissions")[0]["id"],
            "correction_id": self.world.operator.items("/corrections")[0]["id"],
        }


@pytest.fixture(scope="module")
def target(
    tmp_path_factory: pytest.TempPathFactory, database_maker: DatabaseMaker
) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("fuzzed")
    system = start_system(folder, dialect="sqlite", maker=database_maker)
    world = World(system)
    try:
        offer = world.offer(seats=5)
        (card,) = world.cards(1)
        world.holder(card.ref).post("/enrolments", offer.wish())
        correction = {"amount": -1, "reason": "Salah hitung", "case_number": "Perkara 7"}
        world.operator.post("/corrections", {"card_ref": card.ref, **correction})
        yield Target(world, offer, card)
        world.check_consistency()
    finally:
        world.close()
        system.stop()


@pytest.mark.parametrize("role", ROLES)
def test_no_request_is_answered_with_a_failure_or_otherwise_than_documented(
    target: Target, role: str, tmp_path: Path
) -> None:
    token = target.token(role)
    headers = ["-H", f"Authorization: Bearer {token}"] if token else []
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(CONTRACT)),
            *("--url", target.world.system.address, *headers),
            *("--phases", "examples,coverage,fuzzing,stateful"),
            *("--max-examples", str(EXAMPLES), "--seed", SEED, "--workers", "1"),
            *("--checks", ",".join(CHECKS), "--suppress-health-check", "all"),
            *("--warnings", "off", "--no-color", "--no-shrink", "--continue-on-failure"),
            *("--generation-database", "none"),
        ],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
            "KNOWN_IDS": json.dumps(target.known_ids()),
        },
        text=True,
        capture_output=True,
        timeout=900,
        check=False,
    )
    assert ran.returncode == 0, f"seed {SEED}, as {role}:\n{ran.stdout[-20_000:]}{ran.stderr}"
    made = re.search(r"([0-9]+) generated", ran.stdout)
    assert made, ran.stdout
    assert int(made[1]) >= LEAST_CASES, ran.stdout
