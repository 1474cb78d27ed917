"""Classes, and which providers are suspended, kept up to date by following the catalogue's journal.

The catalogue is never asked while somebody waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from chassis.clock import read_instant
from chassis.feed_client import Feed
from chassis.follower import Follower
from chassis.identifiers import random_reference
from chassis.journal import RecordedEntry
from chassis.transaction import Transactions
from services.enrolment.domain.seats.training_class import FINAL_TEST, Meeting
from services.enrolment.storage.classes import ClassCopy, write_meetings
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.journal import FOLLOWER_STATE
from services.enrolment.use_cases.programme.note_suspensions import (
    Standing,
    news_among,
    note_suspensions,
)
from services.enrolment.use_cases.seats.copy_classes import copy_classes
from services.enrolment.use_cases.shared.by_worker import ACTOR

CLASS_KINDS = ("class-published", "class-changed", "class-closed", "class-cancelled")


PROVIDER_KINDS = ("provider-approved", "provider-suspended")


def catalogue_follower(*, feed: Feed, transactions: Transactions, stores: Stores) -> Follower:
    """Return the follower that copies classes and notes which providers are suspended."""

    def apply(connection: sa.Connection, entries: Sequence[RecordedEntry]) -> None:
        latest = {
            entry.subjects["class_id"]: entry.body for entry in entries if entry.kind in CLASS_KINDS
        }
        news = news_among(connection, standings(entries), stores=stores)
        copies = [class_copy(body) for body in latest.values()]
        request_id = random_reference()
        copy_classes(connection, copies, actor=ACTOR, request_id=request_id, stores=stores)
        note_suspensions(connection, news, actor=ACTOR, request_id=request_id, stores=stores)

    return Follower(feed=feed, transactions=transactions, table=FOLLOWER_STATE, apply=apply)


def standings(entries: Iterable[RecordedEntry]) -> dict[str, Standing]:
    """Read what the catalogue's journal says last of each provider that was ever approved."""
    return {
        entry.body["provider_id"]: Standing(
            provider_id=entry.body["provider_id"],
            suspended=entry.kind == "provider-suspended",
            region=entry.subjects["region"],
            told_at=entry.position,
        )
        for entry in entries
        if entry.kind in PROVIDER_KINDS
    }


def class_copy(body: dict[str, Any]) -> ClassCopy:
    """Read what the catalogue's journal says of a class."""
    meetings = [
        Meeting(read_instant(m["starts_at"]), read_instant(m["ends_at"])) for m in body["meetings"]
    ]
    return ClassCopy(
        class_id=body["class_id"],
        values={
            "course_id": body["course_id"],
            "course_title": body["course_title"],
            "provider_id": body["provider_id"],
            "track": body["track"],
            "mode": body["mode"],
            "status": body["status"],
            "reason": body["reason"],
            "price": body["price"],
            "declared_seats": body["seats"],
            "zone": body["zone"],
            "venue": body["venue"],
            "registration_opens": read_instant(body["registration_opens"]),
            "registration_closes": read_instant(body["registration_closes"]),
            "starts_at": read_instant(body["starts_at"]),
            "ends_at": read_instant(body["ends_at"]),
            "meetings": write_meetings(meetings),
            "has_final_test": any(m["sequence"] == FINAL_TEST for m in body["meetings"]),
            "hours": body["hours"],
            "trainers": body["trainers"],
            "rule_version": body.get(
                "rule_version"
            ),  # none in entries of releases before it was kept
        },
    )
