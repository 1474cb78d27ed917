"""Refusals as RFC 9457 problem documents: pure values, free of any web framework.

Whatever is refused anywhere in the product is refused by raising a subclass of `Problem` with a stable code.
The words of the programme add their own subclasses in `vocabulary.refusals`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with one field: where it stands (a JSON pointer) and what to do about it."""

    pointer: str
    message: str


MOST_TOLD = 20
"""Mistakes of one request that are told at once."""


def pointer_step(name: str | int) -> str:
    """Write one step of a JSON pointer (RFC 6901): a member's name or an item's index."""
    return "/" + str(name).replace("~", "~0").replace("/", "~1")


Holds = type[int | str | datetime | UUID] | tuple[str, ...]
"""What a member of a problem document holds: a number, a text, an instant, an id, or one of some words."""


class Problem(Exception):
    """A refusal or failure that a caller is told about.

    `detail` says what was wrong and what would be right; `errors` names fields; `facts` are further members of the
    document; `headers` go with the answer (`Retry-After`, `Allow`, `WWW-Authenticate`).

    The contract shows each code with its title, its `meaning` and its default detail as the remedy; `without_key` is
    the remedy at calls that take no Idempotency-Key, where it is another one. `tells` names the members that `facts`
    may add, with what they hold, and `sends` the headers.
    """

    code: ClassVar[str] = "internal-error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something failed on our side"
    meaning: ClassVar[str] = (
        "Something went wrong that nobody foresaw. The caller's request may well be right."
    )
    default_detail: ClassVar[str] = (
        "The failure was recorded; quote the request id when you report it."
    )
    without_key: ClassVar[str | None] = None
    tells: ClassVar[tuple[tuple[str, Holds], ...]] = ()
    sends: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        facts: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.detail = detail or self.default_detail
        self.errors = tuple(errors)
        self.facts = dict(facts or {})
        self.headers = dict(headers or {})
        super().__init__(self.detail)

    def document(self, request_id: str) -> dict[str, Any]:
        """Return the members of the problem document, ready for JSON."""
        document: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
        }
        if self.errors:
            document["errors"] = [{"pointer": e.pointer, "message": e.message} for e in self.errors]
        for name, value in self.facts.items():
            document.setdefault(name, value)
        return document


class InternalError(Problem):
    """Nothing the caller can mend."""


class MalformedRequest(Problem):
    code = "malformed-request"
    status = 400
    title = "The request cannot be read"
    meaning = (
        "The request is not HTTP, JSON or a query as the standards have them: it holds a key "
        "twice, NaN, a number too large, bytes that are not UTF-8, or an address spelt in another"
        " way than here."
    )
    default_detail = "Send well-formed HTTP with a body of strict JSON in UTF-8."


class IdempotencyKeyMissing(Problem):
    code = "idempotency-key-missing"
    status = 400
    title = "This call needs an Idempotency-Key"
    meaning = (
        "Calls that move money or seats take effect once however often they are repeated; that "
        "needs a key by which a repeat is known."
    )
    default_detail = (
        "Send the header Idempotency-Key with a fresh random value (a UUID serves),"
        " and the same value when you retry."
    )


class Unauthenticated(Problem):
    code = "unauthenticated"
    status = 401
    title = "A valid access token is needed"
    meaning = (
        "No access token came with the request, or one that is expired, withdrawn, of another "
        "issuer or for somebody else."
    )
    sends = ("WWW-Authenticate",)
    default_detail = "Send the header Authorization: Bearer with a token that has not expired."

    def __init__(self, detail: str | None = None, *, presented: bool = False) -> None:
        challenge = 'Bearer realm="balai"' + (', error="invalid_token"' if presented else "")
        super().__init__(detail, headers={"WWW-Authenticate": challenge})


class Forbidden(Problem):
    code = "forbidden"
    status = 403
    title = "Your role may not do this"
    meaning = (
        "The token is good, but its role does not make this call, or it is bound to no card, "
        "provider or region where it has to be."
    )
    default_detail = "Sign in with a role that this call names in its documentation."


class NotFound(Problem):
    code = "not-found"
    status = 404
    title = "There is nothing here"
    meaning = (
        "There is no such thing, or it belongs to somebody else. The two are answered alike, so "
        "that nobody learns what others have."
    )
    default_detail = "Nothing stands at this address, or it is not yours to see."


class MethodNotAllowed(Problem):
    code = "method-not-allowed"
    status = 405
    title = "This address does not take this method"
    meaning = "There is something at this address, and it is asked in another way."
    sends = ("Allow",)
    default_detail = "Use one of the methods in the Allow header."


class NotAcceptable(Problem):
    code = "not-acceptable"
    status = 406
    title = "This answer has no such form"
    meaning = "The header Accept names only media types that this call does not write."
    default_detail = "Ask for one of the media types that this call documents."


class RequestTimedOut(Problem):
    code = "request-timed-out"
    status = 408
    title = "The request took too long to arrive"
    meaning = "The head or the body of the request came too slowly."
    default_detail = "Send the whole request without long pauses."


class StateConflict(Problem):
    code = "state-conflict"
    status = 409
    title = "The present state does not allow this"
    meaning = (
        "The thing is in a state in which this cannot be done, as the member state says: it was "
        "decided, called off or begun before."
    )
    tells = (("state", str),)
    default_detail = "Read the resource again and decide anew."


class RequestInFlight(Problem):
    code = "request-in-flight"
    status = 409
    title = "The same request is still being worked on"
    meaning = (
        "A request with the same Idempotency-Key came shortly before and has not been answered yet."
    )
    sends = ("Retry-After",)
    default_detail = (
        "Repeat the request with the same Idempotency-Key a little later; it takes effect once."
    )

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, headers={"Retry-After": "1"})


class PreconditionFailed(Problem):
    code = "stale-version"
    status = 412
    title = "Somebody changed this in the meantime"
    meaning = "The ETag in If-Match is not that of the present version."
    default_detail = "Read the resource again, and repeat the change with its new ETag in If-Match."


class PayloadTooLarge(Problem):
    code = "payload-too-large"
    status = 413
    title = "The body is too large"
    meaning = "The body is larger than this call takes, or the call takes none."
    default_detail = "Split the request into smaller ones."


class UnsupportedMediaType(Problem):
    code = "unsupported-media-type"
    status = 415
    title = "The body has a media type this call does not take"
    meaning = "The body is of another media type, in another charset than UTF-8, or compressed."
    sends = ("Accept-Encoding",)
    default_detail = (
        "Send Content-Type: application/json, or application/x-www-form-urlencoded where the call"
        " takes a form."
    )


class ValidationFailed(Problem):
    code = "validation-failed"
    status = 422
    title = "Some fields are not right"
    meaning = (
        "The request can be read, and something in it breaks a rule. Every fault is named by its "
        "JSON pointer."
    )
    default_detail = "Mend the fields named under errors and send the request again."


class IdempotencyKeyReused(Problem):
    code = "idempotency-key-reused"
    status = 422
    title = "This Idempotency-Key was used for another command"
    meaning = (
        "An earlier request had this key and said something else; its answer is kept and not "
        "given to this one."
    )
    default_detail = (
        "Use a fresh key for a new command; repeat a key only with the very same command."
    )


class PreconditionRequired(Problem):
    code = "version-required"
    status = 428
    title = "This change needs If-Match"
    meaning = (
        "Whoever changes something says which version was seen, so that two people do not "
        "overwrite each other."
    )
    default_detail = (
        "Send the resource's ETag in the header If-Match, so that no one's change is overwritten."
    )


class TooManyRequests(Problem):
    code = "too-many-requests"
    status = 429
    title = "Too many requests"
    meaning = "The bound on such requests from one credential or one network address is reached."
    sends = ("Retry-After",)
    default_detail = "Wait as long as Retry-After says."

    def __init__(self, detail: str | None = None, *, retry_after: int = 1) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


class BadGateway(Problem):
    code = "bad-upstream-answer"
    status = 502
    title = "A service behind the gateway did not answer properly"
    meaning = "The gateway asked a service, and the connection broke or the answer was not one."
    default_detail = "Try again; where an Idempotency-Key was sent, with the same one."


class Unavailable(Problem):
    code = "unavailable"
    status = 503
    title = "The service cannot answer right now"
    meaning = (
        "A service or its database is not there at this moment. Nothing of the request was done."
    )
    sends = ("Retry-After",)
    default_detail = "Try again after the time in Retry-After."

    def __init__(self, detail: str | None = None, *, retry_after: int = 1) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


class TooBusy(Unavailable):
    code = "too-busy"
    title = "More requests than can be served"
    meaning = "The service has as many requests as it can serve, and the line before it is full."
    default_detail = "The queue is full. Try again after the time in Retry-After; nothing of this request was done."


class DeadlinePassed(Unavailable):
    code = "deadline-passed"
    title = "The request waited too long and was dropped"
    meaning = "The request stood in line until nobody could be expected to wait for it any longer."
    default_detail = "Nothing of this request was done. Try again."


class OutcomeUnknown(Unavailable):
    code = "outcome-unknown"
    title = "It is not known whether this took effect"
    meaning = (
        "The connection to the database was lost at the moment of commit, and the request may "
        "have taken effect."
    )
    default_detail = (
        "Repeat the request with the same Idempotency-Key: it tells the outcome,"
        " and nothing happens twice."
    )
    without_key = (
        "See what came of it before you send it again: nothing tells a repeat from another request."
    )


class GatewayTimedOut(Problem):
    code = "upstream-timed-out"
    status = 504
    title = "A service behind the gateway took too long"
    meaning = (
        "The gateway asked a service and got no answer in time; the request may still take effect."
    )
    default_detail = (
        "Try again a little later; where an Idempotency-Key was sent, with the same one."
    )
