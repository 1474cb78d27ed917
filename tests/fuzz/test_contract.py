"""Requests made from the contract, right and wrong ones, by every role against the running product.

Whatever is sent: no answer is a failure of ours, and none is undocumented. `FUZZ_SEED` chooses other requests.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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

CHAINS = 4
"""Chains of calls that follow links, for each call that one may begin with."""

OFTEN, ROUNDS = 2, 5
WAYS = {
    "to a seat and back": (
        "post_waves -> post_waves_admissions",
        "post_waves_admissions -> post_cards_lookup",
        "post_cards_lookup -> post_enrolments",
        "post_enrolments -> get_enrolments_timeline",
        "post_enrolments -> post_enrolments_cancellation",
    ),
    "to a published course": (
        "post_courses -> post_courses_submission",
        "post_courses_submission -> post_courses_decision",
    ),
}
"""Links that must have been followed to a success, each so often at least, or there was no chain.

Which link is taken is drawn anew each time, whatever the seed: so there are rounds until all have been.
"""

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
    made = run(
        target,
        *headers,
        *("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", str(EXAMPLES)),
        folder=tmp_path,
        settings="roles.toml",
        hooks="tests.fuzz.made_up",
        told={"KNOWN_IDS": target.known_ids()},
    )
    assert made >= LEAST_CASES


@pytest.mark.parametrize("way", WAYS)
def test_neither_is_any_that_follows_the_links_of_the_contract_from_answer_to_answer(
    target: Target, tmp_path: Path, way: str
) -> None:
    told: dict[str, Any] = {
        "TOKENS": target.tokens(),
        "CARDS": [card.number for card in target.world.cards(200)],
        "OFFER": target.world.offer(seats=500).wish(),
    }
    in_chains = sorted({name for link in WAYS[way] for name in link.split(" -> ")})
    followed: Counter[str] = Counter()
    for turn in range(ROUNDS):
        run(
            target,
            *("--phases", "stateful", "--max-examples", str(CHAINS)),
            *(f"--include-operation-id={name}" for name in in_chains),
            folder=tmp_path,
            settings="chains.toml",
            hooks="tests.fuzz.chains",
            told=told,
            seed=str(int(SEED) + turn),
        )
        followed.update(json.loads((tmp_path / "followed.json").read_text(encoding="utf-8")))
        if all(followed[link] >= OFTEN for link in WAYS[way]):
            return
    pytest.fail(f"too few of {way}: {sorted(followed.items())}")


def run(
    target: Target,
    *arguments: str,
    folder: Path,
    settings: str,
    hooks: str,
    told: Mapping[str, Any],
    seed: str = SEED,
) -> int:
    """Have requests made and every answer judged; return how many. `told` is what the hooks are told, as JSON."""
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli"),
            *("--config-file", str(Path(__file__).parent / settings), "run", str(CONTRACT)),
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
