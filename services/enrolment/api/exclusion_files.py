"""The files of lists of people who may hold no card: received in one stream, and told of where a line holds no NIK."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from flask import Response

from chassis.calls import Call
from chassis.endpoints import Endpoints, KeyUse
from chassis.idempotency import Answer
from chassis.problems import NotFound, StateConflict
from chassis.streamed_bodies import Incoming, Streamed
from chassis.written_rows import CSV, EVERY_FORM, answer_with_rows
from services.enrolment.api.answers import show
from services.enrolment.api.exclusion_list_documents import RefusedLines, ShownList
from services.enrolment.api.receiving import (
    HashedBlocks,
    Receiving,
    begin,
    place_to_receive,
    receive,
    stream_of,
)
from services.enrolment.domain.exclusion.exclusion_list import ROWS_A_CHUNK
from services.enrolment.domain.exclusion.listed_lines import ListedLine, listed_lines
from services.enrolment.queries.exclusion_lists import refused_lines, show_list
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.exclusion.receive_list import (
    begin_list,
    discard_some,
    keep_rows,
    take_on,
)
from services.enrolment.use_cases.shared.actor import called_by
from vocabulary.refusals.exclusion import ExclusionFileFaulty
from vocabulary.roles import AUDITOR, OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
LARGEST_FILE = 128 * 1024 * 1024
_BY_ID = "/exclusion-lists/<id:list_id>"
_FILE = Streamed(CSV, LARGEST_FILE, "A NIK a line, under the header `nik`.")


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
    incoming, transactions = stream_of(call), service.transactions
    file = _receiving(call, service)
    with place_to_receive(service):
        try:
            begin(file, transactions)
        except StateConflict as refusal:
            return _sent_before(call, incoming, refusal, service)
        return receive(file, incoming, transactions, seconds=call.seconds_left)


def _receiving(call: Call, service: EnrolmentService) -> Receiving[ListedLine]:
    stores, list_id = service.stores, call.path["list_id"]

    def keep(lines: list[ListedLine], _: int, connection: sa.Connection) -> None:
        keep_rows(connection, list_id=list_id, lines=lines, stores=stores)

    def take(connection: sa.Connection, _: str) -> Answer:
        actor = called_by(call.caller, call.request_id)
        take_on(connection, list_id, actor=actor, stores=stores)
        return show(show_list(connection, list_id))

    return Receiving(
        begin=partial(begin_list, list_id=list_id, stores=stores),
        read=partial(listed_lines, takes_test_numbers=service.takes_test_numbers),
        lines_at_once=ROWS_A_CHUNK,
        keep=keep,
        take_on=take,
        discard=partial(discard_some, list_id=list_id, stores=stores),
    )


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
    media_types=EVERY_FORM,
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
