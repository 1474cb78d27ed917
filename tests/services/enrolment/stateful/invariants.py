"""What holds at every moment, whatever was done before: each as a question to the database that finds what breaks it.

Plain SQL over the tables, apart from what the product itself compares (`GET /consistency`).
"""

from __future__ import annotations

import sqlalchemy as sa

from tests.services.enrolment.house import House

_SUM = "coalesce((select sum(m.amount) from movement m where {}), 0)"
_PARTS = {
    "into_card": _SUM.format("m.card_ref = c.card_ref and m.target = 'card'"),
    "out_of_card": _SUM.format("m.card_ref = c.card_ref and m.source = 'card'"),
    "set_aside": _SUM.format("m.enrolment_id = e.enrolment_id and m.target = 'set_aside'"),
    "gone_on": _SUM.format("m.enrolment_id = e.enrolment_id and m.source = 'set_aside'"),
    "runs": "e.card_ref = c.card_ref and e.state in ('confirmed', 'active')",
    "counted": """
        (q.wave_id is null or c.wave_id = q.wave_id)
        and q.scheme in ('', c.scheme) and q.cluster in ('', coalesce(c.cluster, '-'))
        and q.region in ('', c.region, substr(c.region, 1, 2))
        and c.state not in ('expired', 'withdrawn')""",
}
"""What several questions ask."""

NEVER = {
    "more seats held than there are": """
        select class_id from training_class where held > effective_seats""",
    "seats held by nobody, or by more": """
        select class_id from training_class t where held <>
        (select count(*) from enrolment e where e.class_id = t.class_id and e.state <> 'cancelled')
        """,
    "a quota that counts other cards than hold its places": """
        select quota_id from quota q where used <> (select count(*) from card c where {counted})
        """,
    "a person with two cards": """
        select nik_digest from person group by nik_digest having count(*) > 1""",
    "an erased person who holds a card": """
        select p.card_ref from person p, suppressed_person s where p.nik_digest = s.nik_digest""",
    "a third recipient of a family": """
        select family_digest from (
            select family_digest from person union all select family_digest from suppressed_person
        ) as everybody group by family_digest having count(*) > 2""",
    "a balance that is none of the sum of its movements": """
        select card_ref from card c where balance < 0 or balance <> {into_card} - {out_of_card}
        """,
    "a card that was awarded twice, or not at all": """
        select card_ref from card c where 1 <>
        (select count(*) from movement m where m.card_ref = c.card_ref and m.cause = 'award')""",
    "a card that ended with money on it": """
        select card_ref from card
        where state in ('expired', 'exhausted', 'revoked', 'withdrawn') and balance <> 0""",
    "money set aside that is not for a training that runs or was completed": """
        select enrolment_id from enrolment e where {set_aside} - {gone_on} <>
        case when e.state in ('confirmed', 'active', 'completed') then e.price else 0 end""",
    "a card with two trainings that run": """
        select card_ref from card c where 1 <
        (select count(*) from enrolment e where {runs})""",
    "a card twice in a class": """
        select card_ref from enrolment where state <> 'cancelled'
        group by card_ref, class_id having count(*) > 1""",
    "a card in training without one, or with one and not": """
        select card_ref from card c where (state = 'in_training') <>
        exists (select 1 from enrolment e where {runs})""",
    "a card that waits without a clock": """
        select card_ref from card where state in ('awarded', 'between') and deadline is null""",
    "a result without evidence": """
        select enrolment_id from enrolment e where state in ('completed', 'incomplete', 'no_show')
        and not exists (select 1 from evidence v where v.enrolment_id = e.enrolment_id)""",
    "a training completed by somebody who did not come": """
        select enrolment_id from enrolment e where state = 'completed' and not exists (
            select 1 from evidence v where v.enrolment_id = e.enrolment_id
            and v.sequence = 1 and v.present)""",
    "a review of a training that was not completed": """
        select enrolment_id from enrolment where reviewed and state not in ('completed', 'voided')
        """,
    "a training bought while a review was owed": """
        select e.enrolment_id from enrolment e, enrolment f
        where e.card_ref = f.card_ref and f.state = 'completed' and not f.reviewed
        and e.state in ('confirmed', 'active')""",
    "an incentive owed twice": """
        select card_ref from incentive where withdrawal_id is null
        group by card_ref, kind, number having count(*) > 1""",
    "more incentives than the rules promise": """
        select card_ref from incentive where withdrawal_id is null
        group by card_ref, kind having count(*) > case kind when 'survey' then 2 else 1 end""",
    "an incentive that nothing earns": """
        select i.card_ref from incentive i, enrolment e, card c
        where i.withdrawal_id is null and e.enrolment_id = i.enrolment_id and c.card_ref = i.card_ref
        and (e.state <> 'completed' or not e.reviewed or c.state = 'revoked')""",
    "a card with surveys that are none": """
        select card_ref from survey group by card_ref having count(*) > 2 or max(number) > 2""",
    "an entry by nobody": """
        select position from journal_entry where actor = '' or role = ''""",
    "a card that is barred without a case, or with one and not": """
        select card_ref from card c
        where state not in ('expired', 'exhausted', 'revoked', 'withdrawn')
        and (barred_at is not null) <> exists (select 1 from exclusion_case x
        where x.card_ref = c.card_ref and x.state in ('upheld', 'appealed', 'final'))""",
}
"""What must never be found, and the question that would find it."""


def check_invariants(house: House) -> None:
    """Ask the database for everything that must never be."""
    with house.service.database.reading() as connection:
        found = {
            name: rows
            for name, query in NEVER.items()
            if (rows := connection.execute(sa.text(query.format(**_PARTS))).fetchmany(3))
        }
    assert not found, found
