"""What a worker refuses before the application sees it, as problem documents."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any

from gunicorn.http import errors

from chassis.identifiers import random_reference
from chassis.problems import MEDIA_TYPE, InternalError, MalformedRequest, Problem


class RequestLineTooLong(Problem):
    code = "request-line-too-long"
    status = 414
    title = "The request line is too long"
    meaning = "The address with its query is longer than is read here."
    default_detail = "Send a shorter address; long input belongs in a body."


class RequestHeadersTooLarge(Problem):
    code = "request-headers-too-large"
    status = 431
    title = "The headers are too large"
    meaning = "There are more header fields than are read here, or one is longer."
    default_detail = "Send fewer and shorter headers."


class TransferCodingNotSupported(Problem):
    code = "transfer-coding-not-supported"
    status = 501
    title = "The body has a transfer coding that is not understood"
    meaning = "The body comes in a transfer coding other than chunked."
    default_detail = (
        "The only transfer coding understood is chunked. Send the body without any other."
    )


_UNREADABLE: dict[type[Exception], str] = {
    errors.InvalidRequestLine: "The request line is not: method, one space, address, one space, version, CR LF.",
    errors.InvalidRequestMethod: "The method is not one of HTTP's.",
    errors.InvalidHTTPVersion: "Use HTTP/1.1.",
    errors.InvalidHeaderName: "A header has an unusable name.",
    errors.ObsoleteFolding: "A header runs over several lines. Write it on one.",
    errors.UnsupportedTransferCoding: "The only transfer coding understood is chunked.",
    errors.ExpectationFailed: "The only expectation understood is 100-continue.",
    errors.InvalidChunkSize: "A chunk's size is not a plain hexadecimal number.",
    errors.InvalidChunkExtension: "A chunk's extension is not well formed.",
    errors.ChunkMissingTerminator: "A chunk is not as long as it says, or the last one is missing.",
    errors.NoMoreData: "The connection ended before the body did.",
}

_HEADERS = {
    "CONTENT-LENGTH": "Content-Length must be one plain number, and not stand beside Transfer-Encoding.",
    "TRANSFER-ENCODING": "Transfer-Encoding must be chunked, once, in HTTP/1.1.",
    "HOST": "Host stands twice.",
    "CONTENT-TYPE": "Content-Type stands twice.",
    "bare LF as line terminator": "A line of the head ends in LF alone. End each in CR LF.",
}
"""What is wrong by what gunicorn says of it: the name of a header, of these few alone, or a reason."""

_STAND_ONCE = ("HOST", "CONTENT-TYPE")
"""Headers that gunicorn names for this where it gives the request, and else for what is in them."""

_A_NAME = re.compile(r"[A-Z0-9!#$%&'*+.^_`|~-]+")


def as_problem(error: BaseException) -> Problem:
    """Return what to tell the client about an error met while a request was read or answered.

    Nothing of the input is repeated. An error that is not the client's becomes `InternalError`.
    """
    if isinstance(error, Problem):
        return error
    if isinstance(error, (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)):
        return InternalError()  # subclasses of the client's mistakes, but our own application's
    if isinstance(error, errors.LimitRequestLine):
        return RequestLineTooLong()
    if isinstance(error, errors.LimitRequestHeaders):
        return RequestHeadersTooLarge()
    if isinstance(error, errors.InvalidHeader):
        return MalformedRequest(_wrong_with(error))
    for kind, detail in _UNREADABLE.items():
        if isinstance(error, kind):
            return MalformedRequest(detail)
    return InternalError()


def _wrong_with(error: errors.InvalidHeader) -> str:
    header = str(error.hdr)
    if header in _HEADERS and (error.req is not None or header not in _STAND_ONCE):
        return _HEADERS[header]
    if _A_NAME.fullmatch(header):
        return "A header has a control character in its value, or no colon after its name."
    return "A line of the head is not a header: name, colon, value."


def write_problem(problem: Problem, *, with_body: bool) -> bytes:
    """Write a whole HTTP/1.1 answer that ends the connection."""
    request_id = random_reference()
    body = json.dumps(problem.document(request_id), ensure_ascii=False).encode()
    lines = [
        f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}",
        "Connection: close",
        f"Content-Type: {MEDIA_TYPE}",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        f"X-Request-Id: {request_id}",
        *(f"{name}: {value}" for name, value in problem.headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body if with_body else b"")


class RefusesInProblemDocuments:
    """A worker whose own refusals are problem documents, never pages or traces."""

    log: Any

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:  # noqa: ARG002
        """Answer what could not be read or went wrong; gunicorn calls this before it closes the connection."""
        problem = as_problem(exc)
        if isinstance(problem, InternalError):
            self.log.error("request failed in the worker", exc_info=exc)
        else:
            self.log.info("request refused by the worker: %s, %s", problem.code, type(exc).__name__)
        try:
            client.sendall(write_problem(problem, with_body=getattr(req, "method", None) != "HEAD"))
        except OSError:
            self.log.debug("the client left before its refusal was written")
