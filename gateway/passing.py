"""How an answer travels back to the caller: what a service said to this one, or to somebody who asked the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from chassis.observability import REQUEST_ID_HEADER, current_request_id
from gateway.answer import Answer
from gateway.gate import Gate
from gateway.headers import outward
from gateway.measures import Record
from gateway.sharing import SharedAnswer, names

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_WITHOUT_BODY = frozenset({204, 304})


def pass_on(
    answer: Answer,
    gate: Gate,
    environ: WSGIEnvironment,
    start_response: StartResponse,
    record: Record,
) -> Iterable[bytes]:
    """Pass a service's answer on: a whole one at once, a long one block by block, until when it keeps its place."""
    if _is_known(answer, environ):
        return _spare(answer, gate, start_response, record)
    try:
        _start(answer, start_response, method=environ["REQUEST_METHOD"])
    except BaseException:
        answer.close()
        gate.leave()
        raise
    record.status = answer.status
    if answer.whole is None:
        return Passing(answer, gate, record)
    gate.leave()
    record.write()
    return [answer.whole]


def pass_on_shared(
    shared: SharedAnswer, environ: WSGIEnvironment, start_response: StartResponse, record: Record
) -> Iterable[bytes]:
    """Pass on an answer that is everybody's, or say that the caller has it."""
    headers = [*shared.headers, (REQUEST_ID_HEADER, current_request_id.get())]
    record.status = 304 if shared.is_known_by(environ.get("HTTP_IF_NONE_MATCH")) else 200
    record.write()
    if record.status == 304:
        start_response("304 NOT MODIFIED", headers)
        return []
    start_response(f"200 {shared.reason}", [*headers, ("Content-Length", str(len(shared.body)))])
    return [shared.body]


def _is_known(answer: Answer, environ: WSGIEnvironment) -> bool:
    """Tell whether the caller has what comes: the service was asked for everybody, and so does not know that."""
    etag = next((value for name, value in answer.headers if name.lower() == "etag"), None)
    if etag is None or answer.status != 200 or environ["REQUEST_METHOD"] != "GET":
        return False
    return names(etag, environ.get("HTTP_IF_NONE_MATCH"))


def _spare(
    answer: Answer, gate: Gate, start_response: StartResponse, record: Record
) -> Iterable[bytes]:
    answer.close()
    gate.leave()
    record.status = 304
    record.write()
    headers = [(n, v) for n, v in outward(answer.headers) if n.lower() != "content-length"]
    start_response("304 NOT MODIFIED", [*headers, (REQUEST_ID_HEADER, current_request_id.get())])
    return []


class Passing:
    """A long answer on its way: WSGI's iterable of blocks, which ends the exchange however it ends."""

    def __init__(self, answer: Answer, gate: Gate, record: Record) -> None:
        self._answer = answer
        self._gate = gate
        self._record = record
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.blocks()

    def close(self) -> None:
        """Leave the place and the connection to others, and write the record."""
        if self._closed:
            return
        self._closed = True
        self._answer.close()
        self._gate.leave()
        self._record.write()


def _start(answer: Answer, start_response: StartResponse, *, method: str) -> None:
    headers = outward(answer.headers)
    headers.append((REQUEST_ID_HEADER, current_request_id.get()))
    length_is_ours = answer.whole is not None and answer.is_chunked
    if length_is_ours and method != "HEAD" and answer.status not in _WITHOUT_BODY:
        headers.append(("Content-Length", str(len(answer.whole or b""))))
    start_response(f"{answer.status} {answer.reason}", headers)
