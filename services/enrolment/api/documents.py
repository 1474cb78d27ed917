"""What enrolment's calls answer, as the contract describes it; tests hold every answer to this."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from chassis.contract import Shown, page_of
from chassis.fields import Flag, InstantField, OneOf, Parsed, Reference, Text, Whole, says
from services.enrolment.api.exclusion_case_documents import OwnCase
from services.enrolment.domain.draw.draw import DrawState
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.money.movement import Account, Cause
from services.enrolment.domain.programme.card import MODE_OF_SCHEME, CardState, Scheme
from services.enrolment.domain.programme.wave import Selection
from services.enrolment.domain.seats.enrolment import EnrolmentState
from services.enrolment.queries.followers import FOLLOWED
from vocabulary import forms
from vocabulary.money import check_rupiah
from vocabulary.nik import parse_card_number
from vocabulary.refusals.admission import (
    AdmissionsPaused,
    AgeOutsideRules,
    BirthDateImpossible,
    FamilyCardUsedUp,
    NikAlreadyHeld,
    QuotaFull,
)
from vocabulary.refusals.exclusion import Excluded
from vocabulary.regions import region_code
from vocabulary.roles import EVERY_ROLE
from vocabulary.zones import zone

ROW_REFUSALS = (
    BirthDateImpossible,
    AdmissionsPaused,
    AgeOutsideRules,
    Excluded,
    NikAlreadyHeld,
    FamilyCardUsedUp,
    QuotaFull,
)
"""Why a candidate is refused, besides what is wrong with the row itself."""

_MODES = tuple(MODE_OF_SCHEME.values())
_STATES = tuple(EnrolmentState)
_CLASS_STATES = ("published", "closed", "cancelled", "unlisted")


def rupiah(description: str) -> Parsed:
    """Show an amount."""
    return Parsed(check_rupiah, form=forms.RUPIAH, metadata=says(description))


DIGEST = says("64 hexadecimal digits.")


def digest(**options: Any) -> Text:
    """Show a SHA-256, or a secret of the same length."""
    return Text(least=64, most=64, metadata=DIGEST, **options)


class RootOfList(Shown):
    """The root of a Merkle tree (RFC 6962) over a list of applications, and when it was published."""

    applications = Whole(metadata=says("How many the list has."))
    root = digest()
    published_at = InstantField()


class OutsideValue(Shown):
    """The random value of somebody else's that the order hangs on."""

    value = Text()
    source = Text(most=500, metadata=says("Where it stands for everybody to see."))
    published_at = InstantField(metadata=says("When the source published it."))
    entered_at = InstantField()


class Draw(Shown):
    """How far a draw is: everything that is published of it, in the order in which it is published."""

    state = OneOf(
        tuple(DrawState),
        metadata=says(
            "Published is the hash of its secret; the list of applications; the outside value; the order; the secret;"
            " or all are judged."
        ),
    )
    outside_source = Text(
        most=500, metadata=says("Which value the order will hang on, said before anybody applied.")
    )
    commitment = Text(least=64, most=64, metadata=says("The SHA-256 of the secret."))
    announced_at = InstantField()
    list_ = ma.fields.Nested(
        RootOfList,
        data_key="list",
        allow_none=True,
        metadata=says("Of the applications that take part, in the order of their ids."),
    )
    outside_value = ma.fields.Nested(OutsideValue, allow_none=True)
    order = ma.fields.Nested(
        RootOfList, allow_none=True, metadata=says("Of the same applications as drawn.")
    )
    secret = digest(allow_none=True)
    revealed_at = InstantField(allow_none=True)
    judged = Whole(metadata=says("How many applications are judged, those drawn first before all."))
    drawn = Whole(metadata=says("How many of these earned a card."))
    refused = Whole(metadata=says("How many were refused by a rule."))
    not_drawn = Whole(metadata=says("For how many a quota was full."))
    ended_at = InstantField(allow_none=True)


class Wave(Shown):
    """A wave: one round of selection with its window."""

    id = Reference()
    name = Text(most=120)
    opens_at = InstantField()
    closes_at = InstantField(
        metadata=says(
            "From this instant on nobody is admitted any more; where it draws, nobody applies any more."
        )
    )
    admitted = Whole(metadata=says("How many people were awarded a card in it."))
    selection = OneOf(
        tuple(Selection), metadata=says("Whether it admits candidates or draws among applications.")
    )
    draw = ma.fields.Nested(
        Draw, allow_none=True, metadata=says("How far its draw is; null where it does not draw.")
    )


Waves = page_of(Wave, name="Waves")


class FieldFault(Shown):
    """One thing wrong with one field."""

    pointer = Text(least=0, most=500, metadata=says("Where it stands: a JSON pointer."))
    message = Text(most=500, metadata=says("What to do about it."))


class AdmittedRow(Shown):
    """A candidate who was awarded a card."""

    index = Whole(metadata=says("Which candidate, counted from 0."))
    card_number = Parsed(parse_card_number, form=forms.CARD_NUMBER)


class RefusedRow(Shown):
    """A candidate who was not, and why."""

    SOMETIMES = frozenset({"errors", "quota_id", "groups", "lists"})

    index = Whole(metadata=says("Which candidate, counted from 0."))
    code = OneOf(("validation-failed", *(refusal.code for refusal in ROW_REFUSALS)))
    detail = Text(most=1_000, lines=True, metadata=says("What was wrong and what would be right."))
    errors = ma.fields.List(ma.fields.Nested(FieldFault))
    quota_id = Reference(metadata=says("Which quota is full, where that is why."))
    groups = Text(
        metadata=says("Whom the rules refuse a card, where the person is on their lists.")
    )
    lists = Text(metadata=says("Which of these lists, each by its group and number."))


class Admissions(Shown):
    """What became of each candidate; each stands or falls by itself."""

    admission_id = Reference(
        allow_none=True, metadata=says("Names what was admitted at once; null where nobody was.")
    )
    admitted = ma.fields.List(ma.fields.Nested(AdmittedRow))
    refused = ma.fields.List(ma.fields.Nested(RefusedRow))


class Card(Shown):
    """A card as its holder, or somebody who assists, sees it."""

    card_ref = Reference(metadata=says("By this the card is known everywhere; not its number."))
    status = OneOf(tuple(CardState))
    scheme = OneOf(
        tuple(Scheme), metadata=says("digital buys online classes, offline offline ones.")
    )
    balance = rupiah("What may still be spent.")
    deadline = InstantField(
        allow_none=True,
        metadata=says("Until when a class has to be bought; null while no clock runs."),
    )
    region = Parsed(
        region_code, form=forms.REGENCY, metadata=says("The regency where the holder lives.")
    )
    cluster = Text(most=32, allow_none=True, metadata=says("The target group, if any."))
    wave_id = Reference()
    awarded_at = InstantField()
    exclusion_cases = ma.fields.List(
        ma.fields.Nested(OwnCase),
        metadata=says("Where its holder was found on a list of people who may hold no card."),
    )


class FoundCard(Card):
    """A card that was looked up, with who holds it."""

    name = Text()
    card_number = Parsed(parse_card_number, form=forms.CARD_NUMBER)


class MovedCard(Shown):
    """A card whose holder moved."""

    card_ref = Reference()
    region = Parsed(
        region_code, form=forms.REGENCY, metadata=says("The regency where the holder lives now.")
    )


class Movement(Shown):
    """Rupiah that went from one account to another; never edited, undone by an opposite movement."""

    id = Reference()
    cause = OneOf(tuple(Cause))
    from_ = OneOf(tuple(Account), data_key="from")
    to = OneOf(tuple(Account))
    amount = rupiah("How much.")
    enrolment_id = Reference(allow_none=True)
    class_id = Reference(allow_none=True)
    correction_id = Reference(allow_none=True)
    case_number = Text(
        most=64, allow_none=True, metadata=says("Of a correction: the case it was decided in.")
    )
    moved_at = InstantField()


Movements = page_of(Movement, name="Movements")


class ClassOfEnrolment(Shown):
    """The class an enrolment is in."""

    id = Reference()
    course_id = Reference()
    course_title = Text(most=200)
    mode = OneOf(_MODES)
    zone = Parsed(zone, form=forms.ZONE)
    starts_at = InstantField()
    ends_at = InstantField()


_CODE = says("Shown at the provider to begin the training. Whoever has it can: keep it secret.")


class NewEnrolment(Shown):
    """A seat that was just taken."""

    id = Reference()
    status = OneOf((EnrolmentState.CONFIRMED,))
    class_ = ma.fields.Nested(ClassOfEnrolment, data_key="class")
    price = rupiah("What was set aside for the provider.")
    balance = rupiah("What is left on the card.")
    redeem_code = Text(least=10, most=10, metadata=_CODE)
    position = Whole(least=1, metadata=says("Of the entry in the journal that tells of this."))


class Enrolment(Shown):
    """One card in one class."""

    SOMETIMES = frozenset({"redeem_code"})

    id = Reference()
    status = OneOf(_STATES)
    card_ref = Reference()
    provider_id = Reference()
    class_ = ma.fields.Nested(ClassOfEnrolment, data_key="class")
    price = rupiah("What the class cost this card.")
    enrolled_at = InstantField()
    assisted = Flag(
        metadata=says("An officer or operator took the seat in the holder's name, who had agreed.")
    )
    redeem_code = Text(
        least=10,
        most=10,
        metadata=says("Only for the holder, and only until the training has begun."),
    )


Enrolments = page_of(Enrolment, name="Enrolments")


class TimelineEvent(Shown):
    """Something that happened to an enrolment."""

    position = Whole(least=1, metadata=says("Of the entry in the journal."))
    kind = OneOf(tuple(EntryKind))
    at = InstantField()
    role = OneOf(EVERY_ROLE, metadata=says("Who did it."))
    assisted = Flag(metadata=says("It was done in the holder's name, who had agreed."))
    reason = Text(most=1_000, lines=True, allow_none=True)


class NextStep(Shown):
    """What has to happen next."""

    action = OneOf(("cancellation", "redemption", "attendance", "result", "review"))
    actor = OneOf(EVERY_ROLE, metadata=says("Who must act."))
    due_at = InstantField(
        allow_none=True,
        metadata=says("By when; null: at once, by itself, or at any time for a review."),
    )
    overdue = Flag(
        metadata=says(
            "That time has passed. Of a result: it was the provider's, now the operator acts."
        )
    )


class Timeline(Shown):
    """What happened to an enrolment, and what comes next."""

    id = Reference()
    card_ref = Reference(metadata=says("Whose enrolment it is: for whom all this was done."))
    status = OneOf(_STATES)
    events = ma.fields.List(ma.fields.Nested(TimelineEvent))
    next = ma.fields.Nested(
        NextStep, allow_none=True, metadata=says("Null where the enrolment has ended.")
    )


class CancelledEnrolment(Shown):
    """A seat that was given back."""

    id = Reference()
    status = OneOf((EnrolmentState.CANCELLED,))
    refunded = rupiah("What came back to the card.")
    position = Whole(least=1, metadata=says("Of the entry in the journal that tells of this."))


class BegunEnrolment(Shown):
    """A training that has begun."""

    id = Reference()
    status = OneOf((EnrolmentState.ACTIVE,))
    position = Whole(least=1, metadata=says("Of the entry in the journal that tells of this."))


class Availability(Shown):
    """The seats of a class, exactly, at this moment."""

    class_id = Reference()
    status = OneOf(_CLASS_STATES)
    seats = Whole(metadata=says("Effective seats: the larger of declared and held."))
    declared_seats = Whole(metadata=says("What the provider says."))
    held = Whole()
    seats_left = Whole()
    provider_suspended = Flag(
        metadata=says("Its provider is suspended: it takes nobody else, and no seat is left.")
    )
    waiting = Whole(metadata=says("How many stand in line."))


class RosterRow(Shown):
    """Somebody who is enrolled in the class."""

    enrolment_id = Reference()
    name = Text(most=120, allow_none=True)
    status = OneOf(_STATES)
    enrolled_at = InstantField()
    attended = Whole(metadata=says("To how many meetings there is evidence that the person came."))


class Roster(Shown):
    """Who is enrolled in a class, in the order of enrolling."""

    class_id = Reference()
    items = ma.fields.List(ma.fields.Nested(RosterRow))
    next_cursor = ma.fields.String(allow_none=True, metadata=says("Null: a roster comes whole."))


class Disagreement(Shown):
    """A place at which a table and the entries do not say the same."""

    SOMETIMES = frozenset({"until", "table", "entries"})

    what = Text(most=200)
    id = ma.fields.Raw(metadata=says("The key of the row, or the position of the entry."))
    table = ma.fields.Raw(allow_none=True, metadata=says("What the row says."))
    entries = ma.fields.Raw(allow_none=True, metadata=says("What the entries come to."))
    until = ma.fields.Raw(metadata=says("Where a range ends that could not be compared."))


class Checked(Shown):
    """How many rows were compared this time."""

    waves = Whole()
    quotas = Whole()
    admissions = Whole()
    admission_files = Whole()
    draws = Whole()
    applications = Whole()
    classes = Whole()
    suspensions = Whole()
    cards = Whole()
    enrolments = Whole()
    evidence = Whole()
    movements = Whole()
    corrections = Whole()
    exclusion_lists = Whole()
    exclusion_cases = Whole()
    journal_entries = Whole()


class Following(Shown):
    """How current is what enrolment copies (`catalog`) and counts for the reports (`realisation`, `assistance`)."""

    source = OneOf(FOLLOWED)
    checked_at = InstantField(
        allow_none=True, metadata=says("When it last had read everything that there was.")
    )
    stands_still = Flag(
        metadata=says(
            "That was over a minute ago: enrolment's worker is down, or its log says why."
        )
    )


class ConsistencyReport(Shown):
    """Whether tables and entries agree: no difference means that they do."""

    checked = ma.fields.Nested(Checked)
    followers = ma.fields.List(ma.fields.Nested(Following))
    differences = ma.fields.List(ma.fields.Nested(Disagreement))
    truncated = Flag(metadata=says("It stopped early; next_cursor says where to go on."))
    next_cursor = ma.fields.String(allow_none=True)
