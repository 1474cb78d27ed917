"""What calls about cases of holders on a list take and answer."""

from __future__ import annotations

import marshmallow as ma

from chassis.contract import Shown, page_of
from chassis.fields import (
    Flag,
    InstantField,
    OneOf,
    PageQuery,
    Parsed,
    QueryFlag,
    Reference,
    Strict,
    Text,
    Whole,
    says,
)
from services.enrolment.api.exclusion_list_documents import group
from services.enrolment.api.fields import CONSENT_WITH_CARD, consent, why
from services.enrolment.api.rule_documents import DAY_FORM
from services.enrolment.domain.exclusion.case import CaseState
from services.enrolment.domain.programme.card import CardState
from services.enrolment.queries.exclusion_cases import LISTED, NO_LONGER_LISTED
from vocabulary import forms
from vocabulary.nik import parse_card_number
from vocabulary.regions import region_code
from vocabulary.rule_set import read_day

_STANDS = (
    "Nobody has decided; it was upheld; its holder has appealed; the appeal was refused; and it ends revoked,"
    " dismissed, granted, or lapsed where the card ended for another reason, which is told: it was revoked under"
    " another number or withdrawn, or its time ran out."
)
_LISTING = "Whether the holder is on the list that is in force now."
UPHELD, DISMISSED, GRANTED, REFUSED = "upheld", "dismissed", "granted", "refused"


class CasesQuery(PageQuery):
    """Which cases."""

    status = OneOf(
        tuple(state.value for state in CaseState),
        load_default=None,
        metadata=says("Only those that stand so now."),
    )
    group = group(load_default=None, metadata=says("Only those of lists of this group."))
    list_id = Reference(load_default=None, metadata=says("Only those that this list opened."))
    card_ref = Reference(load_default=None, metadata=says("Only those about this card."))
    overdue = QueryFlag(
        load_default=None, metadata=says("Whether an operator should have acted by now.")
    )


class CaseDecision(Strict):
    """What is decided on a case, and why; the holder reads the reason."""

    decision = OneOf((UPHELD, DISMISSED), required=True)
    reason = why(required=True)


class AppealRequest(Strict):
    """What the holder says against an exclusion; it is kept sealed."""

    BESIDES = CONSENT_WITH_CARD

    text = Text(least=3, most=4_000, lines=True, required=True)
    card_number = Parsed(
        parse_card_number,
        form=forms.CARD_NUMBER,
        metadata=says("Only from officers: the card of the person they assist."),
    )
    consent = consent("Only from officers: the person agreed to what is said here.")


class AppealDecision(Strict):
    """What is decided on an appeal, and why; the holder reads the reason."""

    decision = OneOf((GRANTED, REFUSED), required=True)
    reason = why(required=True)


class ListOfCase(Shown):
    """The list on which the holder was found."""

    id = Reference()
    number = Whole(least=1)
    issuer = Text(most=200)
    as_of = Parsed(read_day, form=DAY_FORM)


class Decided(Shown):
    """A decision: by whom, when and why."""

    by = Text(most=128, metadata=says("The subject of the credential."))
    at = InstantField()
    reason = Text(most=500, lines=True)


class AnyCase(Shown):
    """A case about the holder of a card who was found on a list."""

    id = Reference(metadata=says("Also the number of the case under which its card is revoked."))
    status = OneOf(tuple(CaseState), metadata=says(_STANDS))
    group = group()
    list = ma.fields.Nested(ListOfCase)
    listing = OneOf((LISTED, NO_LONGER_LISTED), metadata=says(_LISTING))
    opened_at = InstantField()
    appeal_until = InstantField(
        allow_none=True,
        metadata=says("Until when the holder may appeal; null before it is upheld."),
    )


class ShownCase(AnyCase):
    """A case as operators and auditors see it."""

    card_ref = Reference()
    card_awarded_at = InstantField()
    card_status = OneOf(
        tuple(CardState),
        metadata=says("As the holder is shown it: barred while a case is upheld."),
    )
    region = Parsed(region_code, form=forms.REGENCY)
    due_at = InstantField(
        allow_none=True,
        metadata=says("By when an operator takes the next step; null once the case has ended."),
    )
    overdue = Flag(metadata=says("That has passed. Nothing is decided by that."))
    may_be_revoked = Flag(
        metadata=says(
            "The time to appeal is over, or the appeal was refused; and the holder is listed."
        )
    )
    upheld = ma.fields.Nested(Decided, allow_none=True)
    appealed_at = InstantField(allow_none=True)
    appeal_decided = ma.fields.Nested(Decided, allow_none=True)
    ended = ma.fields.Nested(Decided, allow_none=True)


ShownCases = page_of(ShownCase, name="ExclusionCases")


class OwnCase(AnyCase):
    """A case as the holder of the card sees it."""

    decided_at = InstantField(allow_none=True)
    reason = Text(most=500, lines=True, allow_none=True, metadata=says("Of the last decision."))
    appealed_at = InstantField(allow_none=True)
    may_appeal = Flag(metadata=says("An appeal can be filed now, until `appeal_until`."))


class ShownAppeal(Shown):
    """What the holder says against an exclusion."""

    case_id = Reference()
    text = Text(most=4_000, lines=True)


class Affected(Shown):
    """A holder whom a list hit, by the references that stand for card and case."""

    case_id = Reference()
    card_ref = Reference()
    region = Parsed(region_code, form=forms.REGENCY)
    status = OneOf(tuple(CaseState))
    opened_at = InstantField()
    ended_at = InstantField(allow_none=True)
    listing = OneOf((LISTED, NO_LONGER_LISTED), metadata=says(_LISTING))


AffectedHolders = page_of(Affected, name="AffectedHolders")
