"""Lists of people who may hold no card: announced, sent in one stream, previewed, put in force and taken back."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

import sqlalchemy as sa
from flask import Response

from chassis.endpoints import Call, Endpoints, Incoming, KeyUse
from chassis.idempotency import Answer, json_answer
from chassis.identifiers import new_id
from chassis.journal_export import CSV, JSON_LINES
from chassis.problems import NotFound, StateConflict
from chassis.request_content import JSON, Streamed
from services.enrolment.api.answers import show
from services.enrolment.api.exclusion_list_documents import (
    ActivationRequest,
    ListEnd,
    ListRequest,
    ListsQuery,
    RefusedLines,
    ShownActivation,
    ShownList,
    ShownLists,
)
from services.enrolment.api.receiving import (
    HashedBlocks,
    in_chunks,
    place_to_receive,
    stream_of,
)
from services.enrolment.api.written_rows import answer_with_rows
from services.enrolment.domain.exclusion.exclusion_list import ROWS_A_CHUNK
from services.enrolment.domain.exclusion.listed_lines import listed_lines
from services.enrolment.queries.exclusion_lists import list_lists, refused_lines, show_list
from services.enrolment.queries.exclusion_preview import preview_activation
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.exclusion.activate_list import activate_list
from services.enrolment.use_cases.exclusion.announce_list import AnnounceList, announce_list
from services.enrolment.use_cases.exclusion.exclusion_entries import Actor, called_by
from services.enrolment.use_cases.exclusion.receive_list import (
    begin_list,
    discard_some,
    keep_rows,
    take_on,
)
from services.enrolment.use_cases.exclusion.withdraw_list import withdraw_list
from vocabulary.refusals import ExclusionFileFaulty, PreviewOutdated
from vocabulary.roles import AUDITOR, OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
LARGEST_FILE = 128 * 1024 * 1024
_LISTS, _BY_ID = "/exclusion-lists", "/exclusion-lists/<id:list_id>"
_FILE = Streamed(CSV, LARGEST_FILE, "A NIK a line, under the header `nik`.")


@endpoints.get(_LISTS, allow=(OPERATOR, AUDITOR), query=ListsQuery, shows=ShownLists)
def get_lists(call: Call, service: EnrolmentService) -> Answer:
    """List the versions of all lists of people who may hold no card, the newest first."""
    query = call.query
    with service.database.reading() as connection:
        document = list_lists(
            connection, query["page"], group=query["group"], state=query["status"]
        )
    return json_answer(200, document)


@endpoints.get(_BY_ID, allow=(OPERATOR, AUDITOR), shows=ShownList)
def get_list(call: Call, service: EnrolmentService) -> Answer:
    """Show a list, and how far it is."""
    with service.database.reading() as connection:
        document = show_list(connection, call.path["list_id"])
    return show(document)


@endpoints.post(
    _LISTS,
    allow=(OPERATOR,),
    body=ListRequest,
    status=201,
    shows=ShownList,
    sends=("Location",),
)
def post_list(call: Call, service: EnrolmentService) -> Answer:
    """Announce a list: of which group, who issued it and as of when. Its file is sent next."""
    list_id, actor = new_id(), _actor(call)
    command = AnnounceList(list_id=list_id, actor=actor, **call.body)

    def announce(connection: sa.Connection) -> Answer:
        announce_list(connection, command, stores=service.stores)
        location = {"Location": f"/api/v1/exclusion-lists/{list_id}"}
        return json_answer(201, show_list(connection, list_id) or {}, location)

    return service.transactions.answer(call.key, announce, seconds=call.seconds_left)


@endpoints.post_stream(
    f"{_BY_ID}/rows",
    allow=(OPERATOR,),
    streams=_FILE,
    key=KeyUse.REQUIRED,
    shows=ShownList,
    refuses=(StateConflict, ExclusionFileFaulty),
)
def post_rows(call: Call, service: EnrolmentService) -> Answer:
    """Send the file of a list: up to 7,000,000 NIKs, of which only keyed digests are kept.

    A file that cannot be read as a whole is refused as a whole (`exclusion-file-faulty`, with the line), and can be
    sent again. Otherwise a row that holds no NIK is told of by its line, and the rest is taken. Nothing is in force by
    this.
    """
    incoming, list_id = stream_of(call), call.path["list_id"]
    with place_to_receive(service):
        try:
            service.transactions.run(partial(begin_list, list_id=list_id, stores=service.stores))
        except StateConflict as refusal:
            return _sent_before(call, incoming, refusal, service)
        return _receive(call, incoming, list_id, service)


def _receive(call: Call, incoming: Incoming, list_id: str, service: EnrolmentService) -> Answer:
    """Keep a file as it comes and take the list on; what was not taken on in the end is removed."""
    stores, transactions = service.stores, service.transactions
    try:
        sha256 = _keep(list_id, incoming, service)

        def take(connection: sa.Connection) -> Answer:
            take_on(connection, list_id, actor=_actor(call), stores=stores)
            return show(show_list(connection, list_id))

        return transactions.answer(incoming.key_for(sha256), take, seconds=call.seconds_left)
    finally:
        discard = partial(discard_some, list_id=list_id, stores=stores)
        while transactions.run(discard, repeatable=True):
            pass


def _keep(list_id: str, incoming: Incoming, service: EnrolmentService) -> str:
    """Keep the rows of a file, some in each transaction; return its SHA-256."""
    blocks = HashedBlocks(incoming)
    lines = listed_lines(blocks, takes_test_numbers=service.takes_test_numbers)
    for rows in in_chunks(lines, ROWS_A_CHUNK):
        keep = partial(keep_rows, list_id=list_id, lines=rows, stores=service.stores)
        service.transactions.run(keep)
    return blocks.sha256


def _sent_before(
    call: Call, incoming: Incoming, refusal: StateConflict, service: EnrolmentService
) -> Answer:
    """Answer a file that nobody awaits as the same was answered before under this key, or refuse it."""
    blocks = HashedBlocks(incoming)
    for _ in blocks:
        pass

    def refuse(_: sa.Connection) -> Answer:
        raise refusal

    key = incoming.key_for(blocks.sha256)
    return service.transactions.answer(key, refuse, seconds=call.seconds_left)


@endpoints.get(
    f"{_BY_ID}/refusals",
    allow=(OPERATOR, AUDITOR),
    media_types=(JSON, JSON_LINES, CSV),
    shows=RefusedLines,
)
def get_refusals(call: Call, service: EnrolmentService) -> Response:
    """Tell which lines of a list's file hold no NIK, and what is wrong with each.

    Nothing of them is repeated.
    """
    list_id = call.path["list_id"]
    with service.database.reading() as connection:
        if service.stores.exclusion_lists.read(connection, list_id) is None:
            raise NotFound
    chunks = refused_lines(list_id, stores=service.stores)
    return answer_with_rows(chunks, ("line", "fault"), call.media_type)


@endpoints.get(
    f"{_BY_ID}/preview", allow=(OPERATOR,), shows=ShownActivation, refuses=(StateConflict,)
)
def get_preview(call: Call, service: EnrolmentService) -> Answer:
    """Tell what putting a list in force would do.

    That is how many people it adds and removes, beside the list in force, and how many live cards it would hit.
    """
    stores = service.stores
    with service.database.reading() as connection:
        one = stores.exclusion_lists.read(connection, call.path["list_id"])
        if one is None:
            raise NotFound
        one.check_preview()
        before = stores.exclusion_lists.in_force(connection, one.group)
    counts = asdict(preview_activation(one, before, stores=stores))
    follows = None if before is None else before.list_id
    told = {"in_the_place_of": follows, **counts, "preview": one.preview(follows)}
    return json_answer(200, told)


@endpoints.post(
    f"{_BY_ID}/activation",
    allow=(OPERATOR,),
    body=ActivationRequest,
    key=KeyUse.REQUIRED,
    shows=ShownList,
    refuses=(StateConflict, PreviewOutdated),
)
def post_activation(call: Call, service: EnrolmentService) -> Answer:
    """Put a list in force as it was previewed, as a whole and at once.

    From then on people on it are refused (`excluded`). About holders of cards who are on it the worker opens cases;
    nothing happens to a card by itself.
    """
    list_id, actor = call.path["list_id"], _actor(call)

    def activate(connection: sa.Connection) -> Answer:
        preview = call.body["preview"]
        activate_list(connection, list_id, preview=preview, actor=actor, stores=service.stores)
        return show(show_list(connection, list_id))

    return service.transactions.answer(call.key, activate, seconds=call.seconds_left)


@endpoints.post(
    f"{_BY_ID}/withdrawal",
    allow=(OPERATOR,),
    body=ListEnd,
    key=KeyUse.REQUIRED,
    shows=ShownList,
    refuses=(StateConflict,),
)
def post_withdrawal(call: Call, service: EnrolmentService) -> Answer:
    """Take a list back; where it was in force, the one before it is in force again.

    Cases that it opened stay, and show who is on no list in force any longer: an operator dismisses each.
    """
    list_id, actor = call.path["list_id"], _actor(call)

    def withdraw(connection: sa.Connection) -> Answer:
        reason = call.body["reason"]
        withdraw_list(connection, list_id, reason=reason, actor=actor, stores=service.stores)
        return show(show_list(connection, list_id))

    return service.transactions.answer(call.key, withdraw, seconds=call.seconds_left)


def _actor(call: Call) -> Actor:
    return called_by(call.caller, call.request_id)
