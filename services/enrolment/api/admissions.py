"""Admissions: what was admitted at once, what undoing it would do, and undoing it within a day."""

from __future__ import annotations

import marshmallow as ma
import sqlalchemy as sa

from chassis.calls import Call
from chassis.clock import write_instant
from chassis.contract import Shown, page_of
from chassis.endpoints import Endpoints, KeyUse
from chassis.fields import (
    Flag,
    InstantField,
    OneOf,
    PageQuery,
    Reference,
    Strict,
    Text,
    Whole,
    says,
)
from chassis.idempotency import Answer, json_answer
from chassis.problems import NotFound, StateConflict
from services.enrolment.api.answers import show
from services.enrolment.api.fields import rupiah, why
from services.enrolment.api.previews import preview_field
from services.enrolment.domain.programme.undo import WhyKept
from services.enrolment.queries.admissions import list_admissions, plan_document, show_admission
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.programme.undo_admission import (
    UndoAdmission,
    plan_for,
    undo_admission,
)
from vocabulary.refusals.admission import PreviewOutdated, UndoTooLate
from vocabulary.refusals.draw import DrawUnderWay
from vocabulary.roles import AUDITOR, OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
_BY_ID = "/admissions/<id:admission_id>"


class AdmissionsQuery(PageQuery):
    """Which admissions."""

    wave_id = Reference(load_default=None, metadata=says("Only admissions to this wave."))
    file_id = Reference(
        load_default=None, metadata=says("Only what was admitted from this file of candidates.")
    )


class UndoRequest(Strict):
    """Why an admission is undone, and what was seen of what that does."""

    reason = why(required=True)
    preview = preview_field("`GET /admissions/{id}/undo`", required=True)


class Undone(Shown):
    """That an admission was undone."""

    at = InstantField()
    by = Text(most=128, metadata=says("The subject of the credential."))
    reason = Text(most=500, lines=True)
    withdrawn = Whole(least=1, metadata=says("How many of its cards were withdrawn."))


class ShownAdmission(Shown):
    """What was admitted at once."""

    id = Reference()
    wave_id = Reference()
    admitted_at = InstantField()
    admitted_by = Text(most=128, metadata=says("The subject of the credential."))
    cards = Whole(least=1, metadata=says("How many cards were awarded."))
    file_id = Reference(
        allow_none=True, metadata=says("The file of candidates that this is a piece of, if it is.")
    )
    undo_until = InstantField(metadata=says("From then on it stays."))
    may_be_undone = Flag()
    undone = ma.fields.Nested(Undone, allow_none=True)


ShownAdmissions = page_of(ShownAdmission, name="AdmissionsMade")


class WithdrawnCards(Shown):
    """Cards that are taken back: nobody has used them."""

    count = Whole()
    amount = rupiah("What goes back to the State.")
    card_refs = ma.fields.List(Reference())


class KeptCard(Shown):
    """A card that stays."""

    card_ref = Reference()
    code = OneOf(
        tuple(WhyKept),
        metadata=says(
            "Its holder took a seat with it; its balance was corrected; or it is not as it was awarded otherwise."
        ),
    )


class DoneUndo(Shown):
    """What undoing an admission did."""

    admission_id = Reference()
    withdrawn = ma.fields.Nested(WithdrawnCards)
    kept = ma.fields.List(ma.fields.Nested(KeptCard))


class UndoPreview(DoneUndo):
    """What undoing an admission would do now."""

    may_be_undone = Flag(metadata=says("There is still time, and nobody has done it."))
    until = InstantField(metadata=says("From then on the admission stays."))
    preview = preview_field("")


@endpoints.get(
    "/admissions", allow=(OPERATOR, AUDITOR), query=AdmissionsQuery, shows=ShownAdmissions
)
def get_admissions(call: Call, service: EnrolmentService) -> Answer:
    """List admissions, the newest first."""
    with service.database.reading() as connection:
        now = service.database.now(connection)
        document = list_admissions(
            connection,
            call.query["page"],
            wave_id=call.query["wave_id"],
            file_id=call.query["file_id"],
            now=now,
        )
    return json_answer(200, document)


@endpoints.get(_BY_ID, allow=(OPERATOR, AUDITOR), shows=ShownAdmission)
def get_admission(call: Call, service: EnrolmentService) -> Answer:
    """Show one admission."""
    with service.database.reading() as connection:
        now = service.database.now(connection)
        document = show_admission(connection, call.path["admission_id"], now=now)
    return show(document)


@endpoints.get(f"{_BY_ID}/undo", allow=(OPERATOR,), shows=UndoPreview)
def get_undo(call: Call, service: EnrolmentService) -> Answer:
    """Show what undoing an admission would do now: which cards would be withdrawn, and which stay.

    Nothing is done by this.
    """
    admission_id, stores = call.path["admission_id"], service.stores
    with service.database.reading() as connection:
        admission = stores.admissions.find(connection, admission_id)
        if admission is None:
            raise NotFound
        now = service.database.now(connection)
        cards = stores.admissions.cards(connection, admission_id)
        plan = plan_for(connection, cards, stores=stores)
    beside = {
        "may_be_undone": admission.may_be_undone_at(now),
        "until": write_instant(admission.undo_until),
        "preview": plan.preview,
    }
    return json_answer(200, {**plan_document(admission_id, plan), **beside})


@endpoints.post(
    f"{_BY_ID}/undo",
    allow=(OPERATOR,),
    body=UndoRequest,
    key=KeyUse.REQUIRED,
    shows=DoneUndo,
    refuses=(StateConflict, UndoTooLate, PreviewOutdated, DrawUnderWay),
)
def post_undo(call: Call, service: EnrolmentService) -> Answer:
    """Undo an admission within 24 hours, as it was previewed.

    Where it would do something else by now than was previewed, nothing is done (`preview-outdated`).

    Cards that nobody has used become `withdrawn` and are never usable; what was on them goes back to the State by a
    movement of its own, and the same people may be admitted again. Cards that were used stay.
    """
    command = UndoAdmission(
        admission_id=call.path["admission_id"],
        preview=call.body["preview"],
        reason=call.body["reason"],
        caller=call.caller,
        request_id=call.request_id,
    )

    def undo(connection: sa.Connection) -> Answer:
        plan = undo_admission(connection, command, stores=service.stores)
        return json_answer(200, plan_document(command.admission_id, plan))

    return service.transactions.answer(call.key, undo, seconds=call.seconds_left)
