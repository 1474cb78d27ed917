"""The calls about classes."""

from __future__ import annotations

from chassis.endpoints import Call, Endpoints, KeyUse
from chassis.idempotency import Answer, json_answer
from chassis.identifiers import new_id
from chassis.problems import NotFound
from services.catalog.api.calls import PREFIX, own_provider, write
from services.catalog.api.class_schemas import (
    Cancellation,
    ClassBody,
    ClassChanges,
    ClassesQuery,
    plan_of,
)
from services.catalog.api.course_schemas import class_filter_of
from services.catalog.domain.classes import ClassStatus, TrainingClass
from services.catalog.queries.documents import class_document, class_etag
from services.catalog.queries.list_classes import ClassesWanted, list_classes
from services.catalog.service import CatalogService
from services.catalog.storage.classes import find_class
from services.catalog.storage.writing import Writing
from services.catalog.use_cases.cancel_class import cancel_class
from services.catalog.use_cases.change_class import change_class
from services.catalog.use_cases.schedule_class import schedule_class
from vocabulary.roles import OPERATOR, PROVIDER

endpoints: Endpoints[CatalogService] = Endpoints(PREFIX)


@endpoints.get("/classes", query=ClassesQuery)
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
    with house.database.reading() as connection:
        page = list_classes(connection, wanted, cursor=query["cursor"], limit=query["limit"])
    return json_answer(200, page)


@endpoints.get("/classes/<id:class_id>")
def get_class(call: Call, house: CatalogService) -> Answer:
    """Show a class, also one that is cancelled or closed: somebody may be in it."""
    with house.database.reading() as connection:
        training_class = find_class(connection, call.path["class_id"])
    if training_class is None:
        raise NotFound
    return _answer(200, training_class)


@endpoints.post("/courses/<id:course_id>/classes", allow=(PROVIDER,), body=ClassBody)
def post_class(call: Call, house: CatalogService) -> Answer:
    """Offer a class of a published course."""
    class_id = new_id()

    def schedule(writing: Writing) -> Answer:
        training_class = schedule_class(
            writing,
            call.path["course_id"],
            plan_of(call.body),
            class_id=class_id,
            provider_id=own_provider(call),
        )
        return _answer(201, training_class, {"Location": f"{PREFIX}/classes/{class_id}"})

    return write(call, house, schedule)


@endpoints.patch("/classes/<id:class_id>", allow=(PROVIDER,), body=ClassChanges)
def patch_class(call: Call, house: CatalogService) -> Answer:
    """Change seats, price, link, venue, registration or meetings of a class that has not ended."""

    def change(writing: Writing) -> Answer:
        changed = change_class(
            writing,
            call.path["class_id"],
            plan_of(call.body),
            provider_id=own_provider(call),
            seen=call.version,
        )
        return _answer(200, changed)

    return write(call, house, change)


@endpoints.post(
    "/classes/<id:class_id>/cancellation",
    allow=(PROVIDER, OPERATOR),
    body=Cancellation,
    key=KeyUse.REQUIRED,
)
def post_cancellation(call: Call, house: CatalogService) -> Answer:
    """Cancel a class. A provider cancels its own, the operator any."""
    provider_id = own_provider(call) if call.caller.role == PROVIDER else None

    def cancel(writing: Writing) -> Answer:
        cancelled = cancel_class(
            writing, call.path["class_id"], reason=call.body["reason"], provider_id=provider_id
        )
        return _answer(200, cancelled)

    return write(call, house, cancel)


def _answer(
    status: int, training_class: TrainingClass, headers: dict[str, str] | None = None
) -> Answer:
    return json_answer(
        status, class_document(training_class), {**class_etag(training_class), **(headers or {})}
    )
