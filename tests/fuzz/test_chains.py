"""Chains of requests that follow the links of the contract from answer to answer, against the running product.

Whatever is sent: no answer is a failure of ours, and none is undocumented. `FUZZ_SEED` chooses other requests.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz.target import SEED, Target, run

pytestmark = pytest.mark.xdist_group("chains")

SETTINGS = Path(__file__).with_name("chains.toml")

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


@pytest.mark.parametrize("way", WAYS)
def test_no_request_of_a_chain_is_answered_with_a_failure_or_otherwise_than_documented(
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
            settings=SETTINGS,
            hooks="tests.fuzz.chains",
            told=told,
            seed=str(int(SEED) + turn),
        )
        followed.update(json.loads((tmp_path / "followed.json").read_text(encoding="utf-8")))
        if all(followed[link] >= OFTEN for link in WAYS[way]):
            return
    pytest.fail(f"too few of {way}: {sorted(followed.items())}")
