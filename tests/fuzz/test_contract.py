"""Requests made from the contract, right and wrong ones, by every role against the running product.

Whatever is sent: no answer is a failure of ours, and none is undocumented. `FUZZ_SEED` chooses other requests.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.target import ROLES, Target, run

LEAST_CASES = 2_860
"""For each of seven callers, so that there are 20,000 in all."""

EXAMPLES = 5
"""Requests that are made up for each call, beside those that cover what its schemas say."""


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
        settings="roles.toml",
        hooks="tests.fuzz.made_up",
        told={"KNOWN_IDS": target.known_ids()},
    )
    assert made >= LEAST_CASES
