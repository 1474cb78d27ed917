"""A running product to send made-up requests to, and what makes and judges them.

Each module that asks for one has its own: whoever may pause everything here does.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.process import ROOT
from gateway.pages.contract_file import CONTRACT
from tests.journeys.world import HeldCard, Offer, World

SEED = os.environ.get("FUZZ_SEED", "20270301")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "conforms_to_the_contract",
)
ROLES = ("nobody", "holder", "provider", "officer", "auditor", "system", "operator")
"""Last is who may pause everything: after that nothing more can be set up."""


@dataclass(frozen=True)
class Target:
    """A running system, and something of what stands in it."""

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

    def tokens(self) -> dict[str, list[str | None]]:
        """Return tokens of each role; of those who are bounded, enough for nobody to be refused for it."""
        many = {"operator": 30, "officer": 30}
        bound = {"officer": {"region": "32.73"}}
        return {
            role: [
                self.world.system.token(role, subject=f"{role}:{number}", **bound.get(role, {}))
                for number in range(many[role])
            ]
            if role in many
            else [self.token(role)]
            for role in ROLES
        }

    def known_ids(self) -> dict[str, str]:
        """Return ids of what is there by the names that parameters and members have."""
        enrolments = self.world.operator.items("/enrolments")
        waves = self.world.public.items("/waves")
        _, list_id, case_id = self.world.excluded_card()
        return {
            "class_id": self.offer.class_id,
            "course_id": self.offer.course_id,
            "provider_id": self.offer.provider_id,
            "enrolment_id": enrolments[0]["id"],
            "wave_id": waves[0]["id"],
            "admission_id": self.world.operator.items("/admissions")[0]["id"],
            "application_id": self.world.applied(),
            "file_id": self.world.file(),
            "list_id": list_id,
            "case_id": case_id,
            "correction_id": self.world.operator.items("/corrections")[0]["id"],
        }


def run(
    target: Target,
    *arguments: str,
    folder: Path,
    settings: Path,
    hooks: str,
    told: Mapping[str, Any],
    seed: str = SEED,
) -> int:
    """Have requests made and every answer judged; return how many. `told` is what the hooks are told, as JSON."""
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli"),
            *("--config-file", str(settings), "run", str(CONTRACT)),
            *("--url", target.world.system.address, *arguments),
            *("--seed", seed, "--workers", "1"),
            *("--checks", ",".join(CHECKS), "--suppress-health-check", "all"),
            *("--warnings", "off", "--no-color", "--no-shrink", "--continue-on-failure"),
            *("--generation-database", "none"),
        ],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SCHEMATHESIS_HOOKS": hooks,
            "FUZZ_SEED": seed,
            "FOLLOWED": str(folder / "followed.json"),
            **{name: json.dumps(value) for name, value in told.items()},
        },
        text=True,
        capture_output=True,
        timeout=900,
        check=False,
    )
    assert ran.returncode == 0, f"seed {seed}:\n{ran.stdout[-20_000:]}{ran.stderr}"
    made = re.search(r"([0-9]+) generated", ran.stdout)
    assert made, ran.stdout
    return int(made[1])
