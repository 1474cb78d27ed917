"""Admit candidates to a wave: each that stands gets a card, each that falls is told why; none takes another along."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from chassis.identifiers import new_id, random_reference
from chassis.identity import Principal
from chassis.journal import Entry
from chassis.problems import NotFound, Problem
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.programme.award import (
    Award,
    Candidate,
    Nomination,
    Standing,
    award_all,
)
from services.enrolment.domain.programme.pause import Paused, is_paused_everywhere
from services.enrolment.domain.programme.quota import taken_by, under_rules
from services.enrolment.domain.programme.undo import Admission
from services.enrolment.domain.programme.wave import Wave
from services.enrolment.storage.stores import Stores
from vocabulary.rule_set import RuleSet


class PausedMeanwhile(Exception):
    """Admissions were paused while people waited to be judged: nothing is kept, so that nobody is refused for good."""


@dataclass(frozen=True, slots=True)
class AdmitCandidates:
    """Candidates as they were sent: for each row either the candidate or the refusal its form earned.

    `admission_id` names what is admitted at once, by which it can be undone, `file_id` the file that it is a piece of;
    `drawn` says that the wave's draw admits them.
    """

    admission_id: str
    wave_id: str
    rows: Sequence[Candidate | Problem]
    caller: Principal
    request_id: str
    file_id: str | None = None
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of candidates: for each row, in order, its award or the refusal, and the rules that judged them.

    `paused_everywhere` says that admissions were paused for all of them. `also_position` is where, in the
    journal, the entries begin that tell of what was saved with the awards; 0 until they are written.
    """

    outcomes: Sequence[Award | Problem]
    rule_version: str
    paused_everywhere: bool = False
    also_position: int = 0


AlsoSave = Callable[[Judged], Sequence[Entry]]
"""Saves what else depends on a judgement, and returns the entries that tell of it."""


def admit_candidates(
    connection: sa.Connection,
    command: AdmitCandidates,
    *,
    stores: Stores,
    also: AlsoSave = lambda _: (),
) -> Judged:
    """Award cards to whom the rules allow one, and save what else depends on that.

    The journal is written last, since every other writer waits from then on. Raises `NotFound` for an unknown wave,
    `WaveClosed` outside its window, `WaveDraws` for one that draws, each before anything is saved.
    """
    wave = stores.waves.lock(connection, command.wave_id)
    if wave is None:
        raise NotFound
    outcomes: dict[int, Award | Problem] = {
        index: row for index, row in enumerate(command.rows) if isinstance(row, Problem)
    }
    nominations = {
        index: _nominate(row, stores)
        for index, row in enumerate(command.rows)
        if isinstance(row, Candidate)
    }
    standing = _standing(connection, wave, command, list(nominations.values()), stores)
    verdicts = award_all(list(nominations.values()), standing)
    outcomes |= dict(zip(nominations, verdicts, strict=True))
    awards = [verdict for verdict in verdicts if isinstance(verdict, Award)]
    entries = _save(connection, command, wave, awards, stores=stores, standing=standing)
    rows = [outcomes[index] for index in range(len(command.rows))]
    judged = Judged(
        rows,
        standing.rules.version,
        paused_everywhere=is_paused_everywhere(standing.pauses, Paused.ADMISSIONS),
    )
    told = also(judged)
    if not entries and not told:
        return judged
    first = stores.journal.append(connection, [*entries, *told], now=standing.now)
    return replace(judged, also_position=first + len(entries))


def _standing(
    connection: sa.Connection,
    wave: Wave,
    command: AdmitCandidates,
    nominations: Sequence[Nomination],
    stores: Stores,
) -> Standing:
    # Held until the commit: another admission of the same person or family card waits, and then finds this one.
    quotas = stores.quotas.lock(connection, wave.wave_id)
    now, pauses = stores.pauses.now_and_in_force(connection)
    wave.check_admission(now, drawn=command.drawn)
    rules = stores.rules.at(connection, now)
    persons, digests = stores.persons, [each.nik_digest for each in nominations]
    return Standing(
        held_niks=persons.held_niks(connection, digests),
        recipients=persons.recipients(connection, [each.family_digest for each in nominations]),
        quotas=under_rules(quotas, rules),
        pauses=pauses,
        rules=rules,
        now=now,
        listings=stores.listed_persons.listings(connection, digests),
    )


def _nominate(candidate: Candidate, stores: Stores) -> Nomination:
    return Nomination(
        candidate=candidate,
        nik_digest=stores.persons.fingerprints.nik(candidate.nik),
        family_digest=stores.persons.fingerprints.family_card(candidate.family_card),
        card_ref=random_reference(),
        card_number=f"{1 + secrets.randbelow(9)}{secrets.randbelow(10**15):015d}",
        movement_id=new_id(),
    )


def _save(
    connection: sa.Connection,
    command: AdmitCandidates,
    wave: Wave,
    awards: Sequence[Award],
    *,
    stores: Stores,
    standing: Standing,
) -> list[Entry]:
    """Save awards but for the journal; return the entries that tell of them."""
    if not awards:
        return []
    rules, now = standing.rules, standing.now
    admission = Admission(
        command.admission_id,
        wave.wave_id,
        now,
        command.caller.subject,
        cards=len(awards),
        file_id=command.file_id,
    )
    stores.admissions.add(connection, admission)
    stores.waves.add_cards(
        connection,
        wave,
        awards,
        admission_id=admission.admission_id,
        rule_version=rules.version,
        now=now,
    )
    places = Counter(award.nomination.place for award in awards)
    stores.quotas.take(connection, taken_by(standing.quotas, places))
    stores.persons.add(connection, [award.nomination for award in awards])
    stores.movements.add(connection, [award.movement for award in awards], now=now)
    lists = standing.listings.judging(rules)
    return [_entry(command, wave, award, rules, lists) for award in awards]


def _entry(
    command: AdmitCandidates, wave: Wave, award: Award, rules: RuleSet, lists: Mapping[str, int]
) -> Entry:
    return Entry(
        kind=EntryKind.CARD_AWARDED,
        actor=command.caller.subject,
        role=command.caller.role,
        request_id=command.request_id,
        rule_version=rules.version,
        subjects={"card_ref": award.card.card_ref, "region": award.card.region},
        body={
            "wave_id": wave.wave_id,
            "admission_id": command.admission_id,
            "scheme": award.card.scheme.value,
            "cluster": award.nomination.candidate.cluster,
            "balance": award.card.balance,
            "card_state": award.card.state.value,
            "movement_id": award.movement.movement_id,
            **({"exclusion_lists": lists} if lists else {}),
        },
    )
