"""The calls about courses."""

from __future__ import annotations

from dataclasses import replace

from chassis.calls import Call
from chassis.clock import utc_now
from chassis.endpoints import Endpoints
from chassis.idempotency import Answer, json_answer
from chassis.identifiers import is_id, new_id
from chassis.pagination import Page, foreign_cursor
from chassis.problems import Forbidden, StateConflict
from chassis.validators import tag_of
from services.catalog.api.calls import PREFIX, created, own_provider, show, write
from services.catalog.api.course_schemas import (
    CourseBody,
    CourseChanges,
    CourseDecision,
    CoursesQuery,
    class_filter_of,
    details_of,
    is_work_list,
    search_wanted_of,
)
from services.catalog.api.documents import Course as ShownCourse
from services.catalog.api.documents import Courses
from services.catalog.domain.courses import Course, CourseDetails, CourseStatus
from services.catalog.domain.reach import reach_to_read
from services.catalog.queries.courses import CoursesWanted, list_courses, show_course
from services.catalog.queries.documents import Document, course_document
from services.catalog.search.reading import SearchUnavailable
from services.catalog.service import CatalogService
from services.catalog.use_cases.change_course import change_course
from services.catalog.use_cases.decide_on_course import decide_on_course
from services.catalog.use_cases.draft_course import draft_course
from services.catalog.use_cases.shared.writing import Writing
from services.catalog.use_cases.submit_course import submit_course
from vocabulary.refusals.catalogue import ProviderNotApproved, ProviderSuspended
from vocabulary.roles import OPERATOR, PROVIDER

endpoints: Endpoints[CatalogService] = Endpoints(PREFIX)


@endpoints.get(
    "/courses",
    query=CoursesQuery,
    shows=Courses,
    sends=("ETag",),
    refuses=(Forbidden, SearchUnavailable),
)
def get_courses(call: Call, house: CatalogService) -> Answer:
    """Search published courses.

    Words are found by their stems, as prefixes and with one typo; `total` and `facets` tell how many there are and what
    each other choice would leave. With `mine` it is a list of a provider's own courses in any state, with `status` one
    of those within reach, in the order of ids and without total and facets.
    """
    if is_work_list(call.query):
        return _work_list(call, house)
    wanted, sort = search_wanted_of(call.query)
    found = house.search.find(wanted, sort, call.query["page"])
    return Answer(200, found.body, (("ETag", found.etag), ("Cache-Control", "no-cache")))


def _work_list(call: Call, house: CatalogService) -> Answer:
    query = call.query
    if query["mine"]:
        own_provider(call)
    page: Page = query["page"]
    if page.after is not None and not is_id(page.after):
        raise foreign_cursor()
    wanted = CoursesWanted(
        reach=reach_to_read(call.principal),
        mine=query["mine"],
        status=query["status"],
        classes=class_filter_of(query),
        track=query["track"],
        mode=query["mode"],
        provider_id=query["provider"],
        max_price=query["max_price"],
        title=query["q"],
    )
    with house.database.reading() as connection:
        answer = json_answer(200, list_courses(connection, wanted, page, now=utc_now()))
    return replace(answer, headers=(("ETag", tag_of(answer.body)),))


@endpoints.get("/courses/<id:course_id>", shows=ShownCourse, sends=("ETag",))
def get_course(call: Call, house: CatalogService) -> Answer:
    """Show a course."""
    with house.database.reading() as connection:
        return show(
            show_course(connection, call.path["course_id"], reach=reach_to_read(call.principal))
        )


@endpoints.post(
    "/courses",
    allow=(PROVIDER,),
    body=CourseBody,
    status=201,
    shows=ShownCourse,
    sends=("ETag", "Location"),
    refuses=(ProviderNotApproved, ProviderSuspended),
)
def post_course(call: Call, house: CatalogService) -> Answer:
    """Draft a course."""
    course_id = new_id()

    def draft(writing: Writing) -> Answer:
        course = draft_course(
            writing,
            CourseDetails(**details_of(call.body)),
            course_id=course_id,
            provider_id=own_provider(call),
        )
        return created(_document(course, call), under="/courses")

    return write(call, house, draft)


@endpoints.patch(
    "/courses/<id:course_id>",
    allow=(PROVIDER,),
    body=CourseChanges,
    shows=ShownCourse,
    sends=("ETag",),
    refuses=(StateConflict,),
)
def patch_course(call: Call, house: CatalogService) -> Answer:
    """Change a draft or a returned course; of a published one only the summary."""

    def change(writing: Writing) -> Answer:
        course = change_course(
            writing,
            call.path["course_id"],
            details_of(call.body),
            provider_id=own_provider(call),
            seen=call.version,
        )
        return show(_document(course, call))

    return write(call, house, change)


@endpoints.post(
    "/courses/<id:course_id>/submission",
    allow=(PROVIDER,),
    shows=ShownCourse,
    sends=("ETag",),
    refuses=(StateConflict, ProviderSuspended),
)
def post_submission(call: Call, house: CatalogService) -> Answer:
    """Hand a course to the operator."""

    def submit(writing: Writing) -> Answer:
        course = submit_course(writing, call.path["course_id"], provider_id=own_provider(call))
        return show(_document(course, call))

    return write(call, house, submit)


@endpoints.post(
    "/courses/<id:course_id>/decision",
    allow=(OPERATOR,),
    body=CourseDecision,
    shows=ShownCourse,
    sends=("ETag",),
    refuses=(StateConflict, ProviderSuspended),
)
def post_course_decision(call: Call, house: CatalogService) -> Answer:
    """Publish, return or archive a course."""

    def decide(writing: Writing) -> Answer:
        course = decide_on_course(
            writing,
            call.path["course_id"],
            decision=CourseStatus(call.body["decision"]),
            reason=call.body["reason"],
        )
        return show(_document(course, call))

    return write(call, house, decide)


def _document(course: Course, call: Call) -> Document:
    return course_document(course, reach_to_read(call.caller))
