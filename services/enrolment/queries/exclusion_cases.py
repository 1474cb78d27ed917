"""Cases about holders who were found on a list, as operators, auditors and the holders themselves see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.database import Database
from chassis.pagination import Page
from services.enrolment.domain.exclusion.case import Decision, ExclusionCase
from services.enrolment.domain.programme.card import Card
from services.enrolment.storage.exclusion_cases import CASES, case_of
from services.enrolment.storage.stores import Stores
from services.enrolment.storage.tables.exclusions import EXCLUSION_CASE, EXCLUSION_LIST
from services.enrolment.storage.tables.programme import CARD
from vocabulary.regions import present_code

LISTED, NO_LONGER_LISTED = "listed", "no-longer-listed"
AFFECTED_COLUMNS = (
    "case_id",
    "card_ref",
    "region",
    "status",
    "opened_at",
    "ended_at",
    "listing",
)
_AT_ONCE = 2_000
_OF_ONE_CARD = 20

C, L, X = CARD.c, EXCLUSION_LIST.c, EXCLUSION_CASE.c
_CASES = (
    CASES.add_columns(
        L.number,
        L.issuer,
        L.as_of,
        C.awarded_at,
        sa.func.coalesce(C.domicile, C.region).label("lives_in"),
    )
    .join(EXCLUSION_LIST, L.list_id == X.list_id)
    .join(CARD, C.card_ref == X.card_ref)
)


def list_cases(
    connection: sa.Connection,
    page: Page,
    *,
    filters: Mapping[str, str | None],
    overdue: bool | None,
    now: datetime,
    stores: Stores,
) -> dict[str, Any]:
    """Return cases, the newest first; filters: `status`, `group`, `list_id`, `card_ref`."""
    query = _CASES.order_by(X.case_id.desc()).limit(page.limit + 1)
    columns = {"status": X.state, "group": X.people, "list_id": X.list_id, "card_ref": X.card_ref}
    for name, column in columns.items():
        if filters.get(name) is not None:
            query = query.where(column == filters[name])
    if overdue is not None:
        query = query.where(sa.func.coalesce(X.due_at < now, sa.false()) == overdue)
    if page.after is not None:
        query = query.where(X.case_id < page.after)
    rows = connection.execute(query).all()
    cards = stores.cards.find_all(connection, [row.card_ref for row in rows])
    return page.of(
        rows,
        present=lambda row: _document(row, cards[row.card_ref], now),
        key=lambda row: str(row.case_id),
    )


def show_case(
    connection: sa.Connection, case_id: str, *, now: datetime, stores: Stores
) -> dict[str, Any] | None:
    """Return one case, or None."""
    row = connection.execute(_CASES.where(X.case_id == case_id)).one_or_none()
    if row is None:
        return None
    cards = stores.cards.find_all(connection, [row.card_ref])
    return _document(row, cards[row.card_ref], now)


def cases_of_card(
    connection: sa.Connection, card_ref: str, *, now: datetime
) -> list[dict[str, Any]]:
    """Return the cases about a card as its holder sees them, the newest first."""
    query = _CASES.where(X.card_ref == card_ref).order_by(X.case_id.desc()).limit(_OF_ONE_CARD)
    return [_own_document(row, now) for row in connection.execute(query)]


def show_own_case(
    connection: sa.Connection, case_id: str, *, now: datetime
) -> dict[str, Any] | None:
    """Return one case as its holder sees it, or None."""
    row = connection.execute(_CASES.where(X.case_id == case_id)).one_or_none()
    return None if row is None else _own_document(row, now)


def affected_by(database: Database, list_id: str) -> Iterator[list[dict[str, Any]]]:
    """Yield the cases that a list opened, some at a time, each chunk read in a transaction of its own."""
    after = None
    while True:
        query = _CASES.where(X.list_id == list_id).order_by(X.case_id).limit(_AT_ONCE)
        if after is not None:
            query = query.where(X.case_id > after)
        with database.reading() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return
        after = rows[-1].case_id
        yield [_affected(row) for row in rows]


def _affected(row: sa.Row[Any]) -> dict[str, Any]:
    values = (
        row.case_id,
        row.card_ref,
        present_code(row.lives_in),
        row.state,
        write_instant(row.opened_at),
        _written(row.ended_at),
        _listing(row),
    )
    return dict(zip(AFFECTED_COLUMNS, values, strict=True))


def _document(row: sa.Row[Any], card: Card, now: datetime) -> dict[str, Any]:
    case = case_of(row)
    return {
        **_common(row, case),
        "card_ref": case.card_ref,
        "card_awarded_at": write_instant(row.awarded_at),
        "card_status": card.state_at(now).value,
        "region": row.lives_in,
        "due_at": _written(case.due_at),
        "overdue": case.due_at is not None and case.due_at < now,
        "may_be_revoked": case.is_listed and case.is_ripe_at(now),
        "upheld": _decision(case.upheld),
        "appealed_at": _written(case.appealed_at),
        "appeal_decided": _decision(case.reviewed),
        "ended": _decision(case.ended),
    }


def _own_document(row: sa.Row[Any], now: datetime) -> dict[str, Any]:
    """Write a case for its holder, who is told what was decided and why, not by whom."""
    case = case_of(row)
    decided = case.ended or case.reviewed or case.upheld
    return {
        **_common(row, case),
        "decided_at": None if decided is None else write_instant(decided.at),
        "reason": None if decided is None else decided.reason,
        "appealed_at": _written(case.appealed_at),
        "may_appeal": case.may_be_appealed_at(now),
    }


def _common(row: sa.Row[Any], case: ExclusionCase) -> dict[str, Any]:
    return {
        "id": case.case_id,
        "status": case.state.value,
        "group": case.group,
        "list": {
            "id": case.list_id,
            "number": row.number,
            "issuer": row.issuer,
            "as_of": row.as_of,
        },
        "listing": _listing(row),
        "opened_at": write_instant(case.opened_at),
        "appeal_until": _written(case.appeal_until),
    }


def _listing(row: sa.Row[Any]) -> str:
    return LISTED if row.is_listed else NO_LONGER_LISTED


def _decision(decision: Decision | None) -> dict[str, Any] | None:
    if decision is None:
        return None
    return {"by": decision.by, "at": write_instant(decision.at), "reason": decision.reason}


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else write_instant(instant)
