"""Two who come with the same code, or the same refresh token, at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.database import Database
from services.accounts.domain.refusals import OAuthProblem
from services.accounts.use_cases.authorization.protocol import code_grant, refresh_grant
from tests.services.accounts.authorization.house import Applications

TOGETHER = 2
Told = dict[str, Any] | OAuthProblem


def at_once(work: Callable[[], Told]) -> list[Told]:
    """Do the same so many times at once."""
    with ThreadPoolExecutor(TOGETHER) as together:
        return [done.result() for done in [together.submit(work) for _ in range(TOGETHER)]]


def meet(monkeypatch: pytest.MonkeyPatch, module: Any, *, guarded: bool) -> None:
    """Have all look at the code or token before anyone goes on; without the guard nobody waits for the other then."""
    barrier = threading.Barrier(TOGETHER)
    lock = module.lock_grant

    def after_all_looked(connection: sa.Connection, database: Database, grant_id: str) -> None:
        if (
            connection.dialect.name == "postgresql"
        ):  # SQLite lets one writer in, and nobody looks beside it
            barrier.wait(timeout=20)
        if guarded:
            lock(connection, database, grant_id)

    monkeypatch.setattr(module, "lock_grant", after_all_looked)


def hold_up(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """Have nobody save that it used its code before all have judged theirs."""
    barrier = threading.Barrier(TOGETHER)
    save = getattr(module, name)

    def after_all_judged(*arguments: Any, **more: Any) -> None:
        barrier.wait(timeout=20)
        save(*arguments, **more)

    monkeypatch.setattr(module, name, after_all_judged)


def test_of_two_exchanges_of_one_code_one_succeeds_and_the_other_ends_what_it_gave(
    applications: Applications, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = applications.code()
    meet(monkeypatch, code_grant, guarded=True)
    told = at_once(lambda: applications.exchange(code))
    assert sorted(isinstance(one, dict) for one in told) == [False, True]
    assert [body["by"] for _, body in applications.journal()] == ["code-reused"]


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_without_the_lock_one_code_would_give_tokens_twice(
    applications: Applications, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = applications.code()
    meet(monkeypatch, code_grant, guarded=False)
    hold_up(monkeypatch, code_grant, "save_code_used")
    told = at_once(lambda: applications.exchange(code))
    assert [isinstance(one, dict) for one in told] == [True, True]


def test_of_two_refreshes_of_one_token_only_one_leads_on(
    applications: Applications, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = applications.tokens()["refresh_token"]
    meet(monkeypatch, refresh_grant, guarded=True)
    first, second = at_once(lambda: applications.refresh(token))
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    monkeypatch.undo()
    going_on = [applications.refresh(one["refresh_token"]) for one in (first, second)]
    assert not all(isinstance(one, dict) for one in going_on)
    assert [body["by"] for _, body in applications.journal()] == ["refresh-token-reused"]


@pytest.mark.parametrize("dialect", ["postgresql"])
def test_without_the_lock_two_refreshes_would_both_lead_on(
    applications: Applications, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = applications.tokens()["refresh_token"]
    meet(monkeypatch, refresh_grant, guarded=False)
    hold_up(monkeypatch, refresh_grant, "save_refresh_token_used")
    first, second = at_once(lambda: applications.refresh(token))
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    monkeypatch.undo()
    going_on = [applications.refresh(one["refresh_token"]) for one in (first, second)]
    assert all(isinstance(one, dict) for one in going_on)
