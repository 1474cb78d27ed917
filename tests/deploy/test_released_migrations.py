"""A migration that was released stays as it was; one that was not yet may still change."""

from __future__ import annotations

from tests.deploy.released_migrations import edited, released, there

OLD, NEW = "services/a/0001_old.py", "services/a/0002_new.py"


def test_no_released_migration_was_edited() -> None:
    wrong = [*edited(released(), there())]
    assert not wrong, "\n".join(wrong)


def test_the_list_names_the_first_migrations_of_every_service() -> None:
    assert len([path for path in released() if "/0001_" in path]) == 3


def test_one_that_was_changed_or_is_gone_is_told_of_with_what_to_do() -> None:
    remedy = "put it back as it was, and add a new migration for what is to change"
    assert [*edited({OLD: "1"}, {OLD: "2"})] == [f"{OLD} was released and was changed: {remedy}"]
    assert [*edited({OLD: "1"}, {NEW: "1"})] == [f"{OLD} was released and is gone: {remedy}"]


def test_one_that_is_not_listed_yet_may_be_added_and_changed() -> None:
    assert [*edited({OLD: "1"}, {OLD: "1", NEW: "any"})] == []
