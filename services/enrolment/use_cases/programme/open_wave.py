"""Open a wave."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.clock import write_instant
from chassis.idempotency import Answer, json_answer
from chassis.identity import Principal
from chassis.journal import Entry
from services.enrolment.domain.programme.rule_set import RuleSet
from services.enrolment.domain.programme.wave import Wave
from services.enrolment.storage.stores import Stores


def open_wave(
    connection: sa.Connection,
    wave: Wave,
    *,
    caller: Principal,
    request_id: str,
    stores: Stores,
    rules: RuleSet,
) -> Answer:
    """Add a wave with its window and return it."""
    stores.waves.add(connection, wave)
    document = {
        "id": wave.wave_id,
        "name": wave.name,
        "opens_at": write_instant(wave.opens_at),
        "closes_at": write_instant(wave.closes_at),
    }
    entry = Entry(
        kind="wave-opened",
        actor=caller.subject,
        role=caller.role,
        request_id=request_id,
        rule_version=rules.version,
        subjects={},
        body={"wave_id": wave.wave_id, **{k: v for k, v in document.items() if k != "id"}},
    )
    stores.journal.append(connection, [entry], now=stores.database.now(connection))
    return json_answer(
        201, {**document, "admitted": 0}, {"Location": f"/api/v1/waves/{wave.wave_id}"}
    )
