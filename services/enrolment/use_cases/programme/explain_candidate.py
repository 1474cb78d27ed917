"""Explain what the rules say of somebody who may be a candidate, with a wave or without; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from chassis.problems import FieldError, ValidationFailed
from services.enrolment.domain.draw.draw import Draw
from services.enrolment.domain.draw.part import checks_of_part
from services.enrolment.domain.exclusion.listing import Listings
from services.enrolment.domain.programme.award import (
    Candidate,
    Nomination,
    SoFar,
    Standing,
    checks_of,
)
from services.enrolment.domain.programme.card import Scheme
from services.enrolment.domain.programme.check import Check
from services.enrolment.domain.programme.pause import Pause
from services.enrolment.domain.programme.quota import under_rules
from services.enrolment.domain.programme.wave import Wave
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.programme.explain_rules import Explanation, Judge
from vocabulary.refusals.admission import WaveClosed

_NOBODY = "somebody"
"""Stands for the digests of a person whose numbers nobody asks for."""


@dataclass(frozen=True, slots=True)
class AskedPerson:
    """A person who may be a candidate, by what the rules look at; no number of a document is needed for that.

    `groups` are those on whose lists the person is taken to be; `has_applied` is for waves that draw.
    """

    birth_date: date
    region: str
    cluster: str | None
    scheme: Scheme
    held_a_card: bool
    recipients_of_family_card: int
    wave_id: str | None
    groups: Sequence[str] = ()
    has_applied: bool = False


def explain_candidate(
    connection: sa.Connection, person: AskedPerson, judge: Judge, *, stores: Stores
) -> Explanation:
    """Explain whether a person would be awarded a card; in a wave that draws: once it is that one's turn.

    Raises `ValidationFailed` for a wave that is not there, and for an application to one that draws nothing.
    """
    wave, draw = _wave_named(connection, person, stores)
    pauses = stores.pauses.in_force(connection)
    standing = Standing(
        held_niks={_NOBODY} if person.held_a_card else (),
        recipients={_NOBODY: person.recipients_of_family_card},
        quotas=under_rules(stores.quotas.read(connection, person.wave_id), judge.rules),
        pauses=pauses,
        rules=judge.rules,
        now=judge.at,
        listings=Listings(groups={_NOBODY: person.groups}),
    )
    checks = [
        *_of_wave(wave, draw, person, pauses, judge.at),
        *checks_of(_nomination(person), standing, SoFar(standing), waits=draw is not None),
    ]
    return Explanation(judge, checks)


def _wave_named(
    connection: sa.Connection, person: AskedPerson, stores: Stores
) -> tuple[Wave | None, Draw | None]:
    """Return the wave that was named, with its draw where it draws."""
    wave_id = person.wave_id
    wave = None if wave_id is None else stores.waves.read(connection, wave_id)
    draw = None if wave is None else stores.draws.read(connection, wave.wave_id)
    if wave_id is not None and wave is None:
        raise _refused("wave_id", "There is no such wave; see the list of waves.")
    if person.has_applied and draw is None:
        raise _refused("has_applied", "Send it with the wave_id of a wave that draws only.")
    return wave, draw


def _of_wave(
    wave: Wave | None,
    draw: Draw | None,
    person: AskedPerson,
    pauses: Sequence[Pause],
    at: datetime,
) -> Iterator[Check]:
    if wave is None:
        return
    if draw is None:
        yield _wave_open(wave, at)
    else:
        yield from checks_of_part(wave, draw, has_applied=person.has_applied, pauses=pauses, at=at)


def _wave_open(wave: Wave, at: datetime) -> Check:
    compared = {"opens": wave.opens_at, "closes": wave.closes_at, "at": at}
    return Check("wave-open", compared, None if wave.is_open_at(at) else WaveClosed())


def _nomination(person: AskedPerson) -> Nomination:
    candidate = Candidate(
        nik="",
        family_card="",
        name="",
        birth_date=person.birth_date,
        region=person.region,
        cluster=person.cluster,
        scheme=person.scheme,
    )
    return Nomination(
        candidate=candidate,
        nik_digest=_NOBODY,
        family_digest=_NOBODY,
        card_ref="",
        card_number="",
        movement_id="",
    )


def _refused(member: str, message: str) -> ValidationFailed:
    return ValidationFailed(errors=[FieldError(f"/candidate/{member}", message)])
