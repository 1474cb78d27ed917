"""The calls about classes."""

from __future__ import annotations

from chassis.calls import Call
from chassis.endpoints import Endpoints, KeyUse
from chassis.idempotency import Answer
from chassis.identifiers import new_id
from chassis.problems import StateConflict
from services.catalog.api.calls import PREFIX, created, own_provider, show, write
from services.catalog.api.class_schemas import (
    Cancellation,
    ClassBody,
    ClassChanges,
    ClassesQuery,
    plan_of,
)
from services.catalog.api.course_schemas import class_filter_of
from services.catalog.api.documents import Classes, TrainingClass
from services.catalog.domain.classes import ClassStatus
from services.catalog.queries.classes import ClassesWanted, show_class
from services.catalog.queries.documents import class_document
from services.catalog.service import CatalogService
from services.catalog.use_cases.cancel_class import cancel_class
from services.catalog.use_cases.change_class import change_class
from services.catalog.use_cases.schedule_class import schedule_class
from services.catalog.use_cases.shared.writing import Writing
from vocabulary.refusals.catalogue import CourseNotPublished, ProviderSuspended
from vocabulary.roles import OPERATOR, PROVIDER

endpoints: Endpoints[CatalogService] = Endpoints(PREFIX)


@endpoints.get("/classes", query=ClassesQuery, shows=Classes, sends=("ETag",))
def get_classes(call: Call, house: CatalogService) -> Answer:
    """List classes: published ones, unless another status is asked for."""
    query = call.query
    wanted = ClassesWanted(
        place_and_time=class_filter_of(query),
        status=ClassStatus(query["status"]),
        course_id=query["course"],
        provider_id=query["provider"],
        mode=query["mode"],
        open_at=query["open_at"],
    )
    shown = house.class_lists.show(wanted, query["page"])
    return Answer(200, shown.body, (("ETag", shown.etag), ("Cache-Control", "no-cache")))


@endpoints.get("/classes/<id:class_id>", shows=TrainingClass, sends=("ETag",))
def get_class(call: Call, house: CatalogService) -> Answer:
    """Show a class, also one that is cancelled or closed: somebody may be in it."""
    with house.database.reading() as connection:
        return show(show_class(connection, call.path["class_id"]))


@endpoints.post(
    "/courses/<id:course_id>/classes",
    allow=(PROVIDER,),
    body=ClassBody,
    status=201,
    shows=TrainingClass,
    sends=("ETag", "Location"),
    refuses=(CourseNotPublished, ProviderSuspended),
)
def post_class(call: Call, house: CatalogService) -> Answer:
    """Offer a class of a published course.

    The rules that are in force when it starts limit it; `GET /api/v1/rules` tells their numbers. Its course, and its
    meetings together, last at least `least_hours`; a day of it at most `online_hours_a_day` or `offline_hours_a_day`;
    it has at most `webinar_seats_per_trainer` or `offline_seats_per_trainer` seats for each trainer, and at most
    `webinar_seats` or `offline_seats`. It costs at most what its course does, which costs at most `training_balance`.
    What breaks one of them is 422 `validation-failed`, and `errors` names version and number.
    """
    class_id = new_id()

    def schedule(writing: Writing) -> Answer:
        training_class = schedule_class(
            writing,
            call.path["course_id"],
            plan_of(call.body),
            class_id=class_id,
            provider_id=own_provider(call),
        )
        return created(class_document(training_class), under="/classes")

    return write(call, house, schedule)


@endpoints.patch(
    "/classes/<id:class_id>",
    allow=(PROVIDER,),
    body=ClassChanges,
    shows=TrainingClass,
    sends=("ETag",),
    refuses=(StateConflict, ProviderSuspended),
)
def patch_class(call: Call, house: CatalogService) -> Answer:
    """Change seats, price, link, venue, registration or meetings of a class that has not ended.

    A suspended provider adds no seats. Whoever has a seat is told of other meetings or another venue, and may leave
    with the money back until the next meeting begins, for two days at least.
    """

    def change(writing: Writing) -> Answer:
        changed = change_class(
            writing,
            call.path["class_id"],
            plan_of(call.body),
            provider_id=own_provider(call),
            seen=call.version,
        )
        return show(class_document(changed))

    return write(call, house, change)


@endpoints.post(
    "/classes/<id:class_id>/cancellation",
    allow=(PROVIDER, OPERATOR),
    body=Cancellation,
    key=KeyUse.REQUIRED,
    shows=TrainingClass,
    sends=("ETag",),
    refuses=(StateConflict,),
)
def post_cancellation(call: Call, house: CatalogService) -> Answer:
    """Cancel a class.

    A provider cancels its own, the operator any. Who is enrolled gets seat, money and time back within seconds.
    """
    provider_id = own_provider(call) if call.caller.role == PROVIDER else None

    def cancel(writing: Writing) -> Answer:
        cancelled = cancel_class(
            writing, call.path["class_id"], reason=call.body["reason"], provider_id=provider_id
        )
        return show(class_document(cancelled))

    return write(call, house, cancel)
