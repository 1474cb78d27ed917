"""Files of candidates: sent in one stream, admitted by the worker piece by piece, and told of row by row."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from flask import Response

from chassis.calls import Call
from chassis.endpoints import Endpoints, KeyUse
from chassis.idempotency import Answer, json_answer
from chassis.identifiers import new_id
from chassis.problems import StateConflict
from chassis.streamed_bodies import Streamed
from chassis.written_rows import CSV, EVERY_FORM
from services.enrolment.api.admission_file_documents import (
    AdmissionFile,
    AdmissionFiles,
    FileRows,
    FilesQuery,
)
from services.enrolment.api.answers import show
from services.enrolment.api.fields import ReasonGiven
from services.enrolment.api.file_results import answer_with_results
from services.enrolment.api.receiving import Receiving, begin, place_to_receive, receive, stream_of
from services.enrolment.domain.programme.admission_file import ROWS_A_CHUNK
from services.enrolment.domain.programme.candidate_lines import (
    COLUMNS,
    CandidateLine,
    candidate_lines,
)
from services.enrolment.queries.admission_files import list_files, show_file
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.programme.read_admission_file import (
    ReadFile,
    judged_rows,
    record_reading,
)
from services.enrolment.use_cases.programme.receive_admission_file import (
    ReceiveFile,
    begin_file,
    discard_incomplete,
    keep_rows,
    take_on,
)
from services.enrolment.use_cases.programme.stop_admission_file import StopFile, stop_admission_file
from vocabulary.refusals.admission import CandidateFileFaulty, WaveClosed
from vocabulary.refusals.draw import WaveDraws
from vocabulary.roles import AUDITOR, OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
LARGEST_FILE = 128 * 1024 * 1024
_BY_ID = "/admission-files/<id:file_id>"
_FILE = Streamed(CSV, LARGEST_FILE, f"A candidate a line, under the header `{','.join(COLUMNS)}`.")


@endpoints.post_stream(
    "/waves/<id:wave_id>/admission-files",
    allow=(OPERATOR,),
    streams=_FILE,
    key=KeyUse.REQUIRED,
    status=202,
    also=200,
    shows=AdmissionFile,
    sends=("Location",),
    refuses=(WaveClosed, WaveDraws, CandidateFileFaulty),
)
def post_file(call: Call, service: EnrolmentService) -> Answer:
    """Send a file of up to 1,000,000 candidates, to be admitted to a wave one after another.

    A file that cannot be read as a whole is refused as a whole (`candidate-file-faulty`, with the line). Otherwise each
    candidate stands or falls alone, once the wave is open: the answer is 202 and tells where to look. The same file
    sent again for the same wave changes nothing: the answer is 200 and names the one that is there.
    """
    command = ReceiveFile(new_id(), call.path["wave_id"], call.caller, call.request_id)
    file, incoming = _receiving(command, service), stream_of(call)
    with place_to_receive(service):
        begin(file, service.transactions)
        return receive(file, incoming, service.transactions, seconds=call.seconds_left)


def _receiving(command: ReceiveFile, service: EnrolmentService) -> Receiving[CandidateLine]:
    stores, file_id = service.stores, command.file_id

    def keep(lines: list[CandidateLine], kept: int, connection: sa.Connection) -> None:
        keep_rows(connection, file_id=file_id, lines=lines, first_row=kept, stores=stores)

    def take(connection: sa.Connection, sha256: str) -> Answer:
        file = take_on(connection, command, sha256=sha256, stores=stores)
        location = {"Location": f"/api/v1/admission-files/{file.file_id}"}
        is_new = file.file_id == file_id
        document = show_file(connection, file.file_id) or {}
        return json_answer(202 if is_new else 200, document, location)

    return Receiving(
        begin=partial(begin_file, command=command, stores=stores),
        read=candidate_lines,
        lines_at_once=ROWS_A_CHUNK,
        keep=keep,
        take_on=take,
        discard=partial(discard_incomplete, file_id=file_id, stores=stores),
    )


@endpoints.get(
    "/admission-files", allow=(OPERATOR, AUDITOR), query=FilesQuery, shows=AdmissionFiles
)
def get_files(call: Call, service: EnrolmentService) -> Answer:
    """List files of candidates, the newest first."""
    with service.database.reading() as connection:
        document = list_files(connection, call.query["page"], wave_id=call.query["wave_id"])
    return json_answer(200, document)


@endpoints.get(_BY_ID, allow=(OPERATOR, AUDITOR), shows=AdmissionFile)
def get_file(call: Call, service: EnrolmentService) -> Answer:
    """Show how far a file is."""
    with service.database.reading() as connection:
        document = show_file(connection, call.path["file_id"])
    return show(document)


@endpoints.get(f"{_BY_ID}/rows", allow=(OPERATOR,), media_types=EVERY_FORM, shows=FileRows)
def get_rows(call: Call, service: EnrolmentService) -> Response:
    """Tell what became of each row of a file so far, by its line; the reading is recorded.

    As JSON, as JSON Lines or as CSV; all stream, and end where the file was when the answer began. Thirty days after
    the file has ended, its rows are forgotten.
    """
    command = ReadFile(call.path["file_id"], call.caller, call.request_id)
    file = service.transactions.run(
        lambda connection: record_reading(connection, command, stores=service.stores),
        repeatable=True,
    )
    return answer_with_results(judged_rows(file, stores=service.stores), call.media_type)


@endpoints.post(
    f"{_BY_ID}/stop",
    allow=(OPERATOR,),
    body=ReasonGiven,
    shows=AdmissionFile,
    refuses=(StateConflict,),
)
def post_stop(call: Call, service: EnrolmentService) -> Answer:
    """Stop a file: who was admitted stays, the candidates that are left are destroyed."""
    command = StopFile(call.path["file_id"], call.body["reason"], call.caller, call.request_id)

    def stop(connection: sa.Connection) -> Answer:
        stop_admission_file(connection, command, stores=service.stores)
        return show(show_file(connection, command.file_id))

    return service.transactions.answer(call.key, stop, seconds=call.seconds_left)
