"""Requests made from the contract, right and wrong ones, by every role against the running product.

Whatever is sent: no answer is a failure of ours, and none is undocumented. `FUZZ_SEED` chooses other requests.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.pages.contract_file import CONTRACT
from tests.fuzz.target import ROLES, Target, run

LEAST_CASES = {
    "nobody": 2_400,
    "holder": 2_900,
    "provider": 4_000,
    "officer": 2_800,
    "auditor": 3_900,
    "system": 2_000,
    "operator": 6_800,
}
"""For each caller: by how many calls there are for it. Together they are to be 20,000."""

EXAMPLES = 12
"""Requests that are made up for each call, whoever may make it."""


SETTINGS = Path(__file__).with_name("roles.toml")

MANY = ("nobody", "holder", "provider")


def with_its_group(role: str) -> object:
    """Part the roles among two test processes, each with a running product: together they take the longest of all."""
    group = "fuzzed-by-many" if role in MANY else "fuzzed-by-few"
    return pytest.param(role, marks=pytest.mark.xdist_group(group))


@pytest.mark.parametrize("role", [with_its_group(role) for role in ROLES])
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
        settings=_settings(role, tmp_path),
        hooks="tests.fuzz.made_up",
        told={"KNOWN_IDS": target.known_ids()},
    )
    assert made >= LEAST_CASES[role]


def test_every_role_makes_requests_and_all_together_enough() -> None:
    assert LEAST_CASES.keys() == {*ROLES}
    assert sum(LEAST_CASES.values()) >= 20_000


def _settings(role: str, folder: Path) -> Path:
    """Have what covers each call's schemas sent to the calls that a role may make: the others refuse it unread."""
    others = [
        operation["operationId"]
        for path in json.loads(CONTRACT.read_bytes())["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict) and not {role, "public"} & {*operation["x-roles"]}
    ]
    refused = "".join(
        f"\n[[operations]]\ninclude-operation-id = {json.dumps(each)}\nphases.coverage.enabled = false\n"
        for each in others
    )
    file = folder / "settings.toml"
    file.write_text(SETTINGS.read_text() + refused)
    return file
