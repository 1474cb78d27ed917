"""What is said now and then: each thing once in a while, and never more of them kept than there is room for."""

from __future__ import annotations

from chassis.seldom import Seldom


def test_a_thing_is_said_again_only_after_its_time() -> None:
    seldom = Seldom(seconds=60)
    assert [seldom.is_due("a", now=now) for now in (0, 59.9, 60, 61, 120)] == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_every_thing_has_a_time_of_its_own() -> None:
    seldom = Seldom(seconds=60)
    assert seldom.is_due("a", now=0)
    assert seldom.is_due("b", now=1)
    assert not seldom.is_due("a", now=2)


def test_of_more_things_than_there_is_room_for_the_oldest_is_forgotten() -> None:
    seldom = Seldom(seconds=60, most=2)
    for thing in ("a", "b", "c"):
        assert seldom.is_due(thing, now=0)
    assert [seldom.is_due(thing, now=1) for thing in ("c", "b", "a")] == [False, False, True]
