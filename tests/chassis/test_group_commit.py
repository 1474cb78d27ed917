"""Callers share commits, are told nothing before them, and are each told the truth, full queue and end included."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import pytest

from chassis.group_commit import GroupCommit
from chassis.idempotency import Answer
from chassis.identifiers import new_id
from chassis.problems import OutcomeUnknown, TooBusy
from tests.chassis.batches import (
    Caller,
    all_at_once,
    codes,
    commits_of,
    fresh_key,
    told,
)
from tests.chassis.tally import Add, TallyHandler, TallyHouse, batches_of, count_of, set_up, size_of


def test_one_caller_alone_is_answered_after_one_commit(tally: TallyHouse) -> None:
    name = set_up(tally, new_id())
    group = GroupCommit(tally.database, tally.answers, TallyHandler(tally))
    commits = commits_of(tally.database)
    answer = group.submit(Add(name), key=fresh_key(), seconds=10)
    assert (answer.status, len(commits), count_of(tally, name)) == (201, 1, 1)
    group.close()


def test_callers_who_come_while_a_commit_is_in_flight_share_the_next_one(
    tally: TallyHouse,
) -> None:
    name, began = set_up(tally, new_id()), size_of(tally)
    with batches_of(tally) as batches:
        commits = commits_of(tally.database)
        outcomes = batches.together([(Add(name), fresh_key()) for _ in range(32)])
        assert codes(outcomes) == ["201"] * 32
        assert len(commits) == 1
        assert (count_of(tally, name), size_of(tally)) == (32, began + 32)
        bodies = {outcome.body for outcome in outcomes if isinstance(outcome, Answer)}
        assert len(bodies) == 32


def test_more_callers_than_a_batch_holds_share_as_few_commits_as_they_can(
    tally: TallyHouse,
) -> None:
    name = set_up(tally, new_id())
    with batches_of(tally, batch_limit=8) as batches:
        commits = commits_of(tally.database)
        outcomes = batches.together([(Add(name), fresh_key()) for _ in range(20)])
        assert codes(outcomes) == ["201"] * 20
        assert len(commits) == 3


def test_nobody_is_told_before_the_commit(
    tally: TallyHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = set_up(tally, new_id())
    callers: list[Caller] = []
    told_before: list[bool] = []
    dialect = tally.database.engine.dialect
    commit = dialect.do_commit

    def look_and_commit(connection: Any) -> None:
        told_before.extend(caller.is_answered for caller in callers)
        commit(connection)

    with batches_of(tally) as batches:
        batches.hold()
        callers += [batches.call_later((Add(name), fresh_key())) for _ in range(5)]
        monkeypatch.setattr(dialect, "do_commit", look_and_commit)
        batches.clock.release()
        assert codes([caller.outcome() for caller in callers]) == ["201"] * 5
    assert told_before == [False] * 5


def test_a_refused_batch_commits_nothing(tally: TallyHouse) -> None:
    name = set_up(tally, new_id(), most=0)
    with batches_of(tally) as batches:
        commits = commits_of(tally.database)
        outcomes = batches.together([(Add(name), fresh_key()) for _ in range(5)])
        assert codes(outcomes) == ["tally-full"] * 5
        assert commits == []


def test_a_later_command_of_a_batch_sees_what_an_earlier_one_did(tally: TallyHouse) -> None:
    name = set_up(tally, new_id(), most=3)
    with batches_of(tally) as batches:
        outcomes = batches.together([(Add(name), fresh_key()) for _ in range(5)])
        assert codes(outcomes) == ["201", "201", "201", "tally-full", "tally-full"]
        assert count_of(tally, name) == 3


def test_a_command_that_waited_past_its_deadline_is_dropped_before_the_batch(
    tally: TallyHouse,
) -> None:
    name = set_up(tally, new_id())
    with batches_of(tally) as batches:
        batches.hold()
        hasty = batches.call_later((Add(name), fresh_key()), seconds=3)
        patient = batches.call_later((Add(name), fresh_key()), seconds=60)
        batches.clock.ahead = 30
        batches.clock.release()
        assert codes([hasty.outcome(), patient.outcome()]) == ["deadline-passed", "201"]
        assert count_of(tally, name) == 1


def test_a_full_queue_refuses_at_once_and_with_a_time_to_come_back(tally: TallyHouse) -> None:
    name = set_up(tally, new_id())
    with batches_of(tally, queue_limit=3) as batches:
        batches.hold()
        running = [batches.call_later((Add(name), fresh_key())) for _ in range(3)]
        with pytest.raises(TooBusy) as refused:
            batches.group.submit(Add(name), key=fresh_key(), seconds=10)
        assert refused.value.status == 503
        assert int(refused.value.headers["Retry-After"]) > 0
        batches.clock.release()
        assert codes([caller.outcome() for caller in running]) == ["201"] * 3
        assert count_of(tally, name) == 3


def test_closing_settles_what_waits_and_takes_no_more(tally: TallyHouse) -> None:
    name = set_up(tally, new_id())
    with batches_of(tally, batch_limit=2) as batches:
        batches.hold()
        running = [batches.call_later((Add(name), fresh_key())) for _ in range(5)]
        closing = threading.Thread(target=batches.group.close)
        closing.start()
        batches.clock.release()
        closing.join()
        assert codes([caller.outcome() for caller in running]) == ["201"] * 5
        assert count_of(tally, name) == 5
        assert codes([told(batches.group, (Add(name), fresh_key()))]) == ["too-busy"]


def test_closing_what_never_ran_returns(tally: TallyHouse) -> None:
    GroupCommit(tally.database, tally.answers, TallyHandler(tally)).close()


def test_a_caller_whose_batch_does_not_end_in_time_is_told_that_the_outcome_is_unknown(
    tally: TallyHouse,
) -> None:
    name, key, stuck = set_up(tally, new_id()), fresh_key(), threading.Event()
    handler = TallyHandler(tally, before=lambda *_: assert_set(stuck))
    group = GroupCommit(tally.database, tally.answers, handler, clock=lambda: 0.0)
    with pytest.raises(OutcomeUnknown):
        group.submit(Add(name), key=key, seconds=0.05)
    stuck.set()
    assert group.submit(Add(name), key=key, seconds=20).status == 201
    assert count_of(tally, name) == 1
    group.close()


def assert_set(event: threading.Event) -> None:
    assert event.wait(20)


def test_hundreds_of_callers_at_once_all_get_their_own_answer(tally: TallyHouse) -> None:
    names = [set_up(tally, new_id(), most=50) for _ in range(3)]
    group = GroupCommit(tally.database, tally.answers, TallyHandler(tally))
    began = size_of(tally)
    calls = [(Add(names[number % 3]), fresh_key()) for number in range(200)]
    outcomes = all_at_once([partial(told, group, call) for call in calls])
    assert sorted(codes(outcomes)) == ["201"] * 150 + ["tally-full"] * 50
    assert [count_of(tally, name) for name in names] == [50] * 3
    assert size_of(tally) == began + 150
    group.close()
