"""The fixed table of everything that can be called from outside, and which service answers it.

What is not here does not exist for callers: the services' internal feeds, probes and metrics are not.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

API = "/api/v1"
KIB = 1024
MIB = 1024 * KIB
SHORT_NAMES = frozenset({"version", "day"})
"""What stands in braces and is a short name of digits, small letters and hyphens that begins with a digit."""


class Access(Enum):
    """Who gets through the gateway; what they may do there is the service's to decide."""

    PUBLIC = "public"
    """Anybody; but a token that is sent must be good."""

    BEARER = "bearer"
    """Only with a good token."""

    OWN_CREDENTIALS = "own-credentials"
    """The service reads the Authorization header itself: it is no token."""

    PAGE = "page"
    """A page for people. Who visits it, the service learns from a cookie; an Authorization header is not passed on."""


@dataclass(frozen=True, slots=True)
class Route:
    """One call. `path` names its ids in braces; each is a UUID but for `SHORT_NAMES`.

    `upstreams` are the services that may answer, the usual one first; with several, the query's `journal` chooses.
    `largest_body` is in bytes, `seconds` the time until the answer begins. `bulk` answers may be long and slow, and
    have places of their own among the requests in flight, others where they are for anybody. Requests to a `shared` one
    that are alike get one answer.
    """

    method: str
    path: str
    upstreams: tuple[str, ...]
    access: Access
    largest_body: int = 0
    seconds: float = 10.0
    bulk: bool = False
    shared: bool = False

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def safe(self) -> bool:
        """Tell whether the request may be sent twice (RFC 9110 section 9.2.1)."""
        return self.method == "GET"

    @property
    def repeatable(self) -> bool:
        """Tell whether a caller who got no answer may simply ask again: for a read, or for one more token."""
        return self.safe or self.access is Access.OWN_CREDENTIALS


def _read(
    path: str, upstream: str, access: Access, *, seconds: float = 10.0, bulk: bool = False
) -> Route:
    return Route("GET", API + path, (upstream,), access, seconds=seconds, bulk=bulk)


def _shared(path: str, upstream: str) -> Route:
    return Route("GET", API + path, (upstream,), Access.PUBLIC, shared=True)


def _write(
    method: str, path: str, upstream: str, access: Access, *, largest_body: int = 64 * KIB
) -> Route:
    return Route(method, API + path, (upstream,), access, largest_body=largest_body, seconds=30.0)


def _page(method: str, path: str) -> Route:
    largest = 16 * KIB if method == "POST" else 0
    return Route(method, path, ("accounts",), Access.PAGE, largest_body=largest)


PUBLIC, BEARER = Access.PUBLIC, Access.BEARER

CATALOG = (
    _shared("/regions", "catalog"),
    _read("/providers", "catalog", PUBLIC),
    _read("/providers/{provider_id}", "catalog", PUBLIC),
    _write("POST", "/providers", "catalog", PUBLIC),
    _write("POST", "/providers/{provider_id}/decision", "catalog", BEARER),
    _shared("/courses", "catalog"),
    _read("/courses/{course_id}", "catalog", PUBLIC),
    _write("POST", "/courses", "catalog", BEARER, largest_body=256 * KIB),
    _write("PATCH", "/courses/{course_id}", "catalog", BEARER, largest_body=256 * KIB),
    _write("POST", "/courses/{course_id}/submission", "catalog", BEARER),
    _write("POST", "/courses/{course_id}/decision", "catalog", BEARER),
    _write("POST", "/courses/{course_id}/classes", "catalog", BEARER, largest_body=256 * KIB),
    _shared("/classes", "catalog"),
    _read("/classes/{class_id}", "catalog", PUBLIC),
    _write("PATCH", "/classes/{class_id}", "catalog", BEARER, largest_body=256 * KIB),
    _write("POST", "/classes/{class_id}/cancellation", "catalog", BEARER),
)

ENROLMENT = (
    _read("/rules", "enrolment", PUBLIC),
    _read("/rules/{version}", "enrolment", PUBLIC),
    _write("POST", "/rules", "enrolment", BEARER, largest_body=16 * KIB),
    _write("POST", "/rules/explanation", "enrolment", BEARER, largest_body=16 * KIB),
    _write("POST", "/rules/preview", "enrolment", BEARER, largest_body=16 * KIB),
    _write("POST", "/rules/{version}/withdrawal", "enrolment", BEARER, largest_body=16 * KIB),
    _read("/waves", "enrolment", PUBLIC),
    _read("/waves/{wave_id}", "enrolment", PUBLIC),
    _write("POST", "/waves", "enrolment", BEARER),
    _read("/quotas", "enrolment", PUBLIC),
    _write("POST", "/waves/{wave_id}/quotas", "enrolment", BEARER, largest_body=128 * KIB),
    _write("POST", "/waves/{wave_id}/admissions", "enrolment", BEARER, largest_body=1024 * KIB),
    Route(
        "POST",
        API + "/waves/{wave_id}/admission-files",
        ("enrolment",),
        BEARER,
        largest_body=128 * MIB,
        seconds=60.0,
        bulk=True,
    ),
    _write("POST", "/waves/{wave_id}/applications", "enrolment", BEARER, largest_body=16 * KIB),
    _write(
        "POST", "/waves/{wave_id}/applications/lookup", "enrolment", BEARER, largest_body=16 * KIB
    ),
    _write("POST", "/applications/lookup", "enrolment", PUBLIC, largest_body=16 * KIB),
    _write(
        "POST",
        "/applications/{application_id}/withdrawal",
        "enrolment",
        BEARER,
        largest_body=16 * KIB,
    ),
    _write(
        "POST", "/waves/{wave_id}/draw/outside-value", "enrolment", BEARER, largest_body=16 * KIB
    ),
    _read("/waves/{wave_id}/draw/applications", "enrolment", PUBLIC, seconds=30.0, bulk=True),
    _read("/waves/{wave_id}/draw/results", "enrolment", PUBLIC, seconds=30.0, bulk=True),
    _read("/admission-files", "enrolment", BEARER),
    _read("/admission-files/{file_id}", "enrolment", BEARER),
    _read("/admission-files/{file_id}/rows", "enrolment", BEARER, seconds=30.0, bulk=True),
    _write("POST", "/admission-files/{file_id}/stop", "enrolment", BEARER, largest_body=16 * KIB),
    _read("/admissions", "enrolment", BEARER),
    _read("/admissions/{admission_id}", "enrolment", BEARER),
    _read("/admissions/{admission_id}/undo", "enrolment", BEARER),
    _write("POST", "/admissions/{admission_id}/undo", "enrolment", BEARER, largest_body=16 * KIB),
    _read("/exclusion-lists", "enrolment", BEARER),
    _write("POST", "/exclusion-lists", "enrolment", BEARER, largest_body=16 * KIB),
    _read("/exclusion-lists/{list_id}", "enrolment", BEARER),
    Route(
        "POST",
        API + "/exclusion-lists/{list_id}/rows",
        ("enrolment",),
        BEARER,
        largest_body=128 * MIB,
        seconds=60.0,
        bulk=True,
    ),
    _read("/exclusion-lists/{list_id}/refusals", "enrolment", BEARER, seconds=30.0, bulk=True),
    _read("/exclusion-lists/{list_id}/preview", "enrolment", BEARER, seconds=60.0, bulk=True),
    _read("/exclusion-lists/{list_id}/affected", "enrolment", BEARER, seconds=30.0, bulk=True),
    _write(
        "POST", "/exclusion-lists/{list_id}/activation", "enrolment", BEARER, largest_body=16 * KIB
    ),
    _write(
        "POST", "/exclusion-lists/{list_id}/withdrawal", "enrolment", BEARER, largest_body=16 * KIB
    ),
    _read("/exclusion-cases", "enrolment", BEARER),
    _read("/exclusion-cases/{case_id}", "enrolment", BEARER),
    _write("POST", "/exclusion-cases/{case_id}/decision", "enrolment", BEARER),
    _read("/exclusion-cases/{case_id}/appeal", "enrolment", BEARER),
    _write("POST", "/exclusion-cases/{case_id}/appeal", "enrolment", BEARER),
    _write("POST", "/exclusion-cases/{case_id}/appeal-decision", "enrolment", BEARER),
    _read("/corrections", "enrolment", BEARER),
    _write("POST", "/corrections", "enrolment", BEARER, largest_body=16 * KIB),
    _read("/corrections/{correction_id}", "enrolment", BEARER),
    _write("POST", "/corrections/{correction_id}/approval", "enrolment", BEARER),
    _write(
        "POST", "/corrections/{correction_id}/refusal", "enrolment", BEARER, largest_body=16 * KIB
    ),
    _write(
        "POST",
        "/corrections/{correction_id}/withdrawal",
        "enrolment",
        BEARER,
        largest_body=16 * KIB,
    ),
    _read("/pauses", "enrolment", PUBLIC),
    _write("POST", "/pauses", "enrolment", BEARER, largest_body=16 * KIB),
    _write("POST", "/pauses/{pause_id}/end", "enrolment", BEARER, largest_body=16 * KIB),
    _read("/cards/me", "enrolment", BEARER),
    _read("/cards/me/statement", "enrolment", BEARER),
    _write("POST", "/cards/me/surveys", "enrolment", BEARER, largest_body=16 * KIB),
    _read("/cards/me/readings", "enrolment", BEARER),
    _write("POST", "/cards/domicile", "enrolment", BEARER, largest_body=16 * KIB),
    _write("POST", "/cards/revocation", "enrolment", BEARER, largest_body=16 * KIB),
    _write("POST", "/cards/erasure", "enrolment", BEARER, largest_body=16 * KIB),
    _read("/readings", "enrolment", BEARER),
    _write("POST", "/cards/lookup", "enrolment", BEARER, largest_body=16 * KIB),
    _read("/enrolments", "enrolment", BEARER),
    _write("POST", "/enrolments", "enrolment", BEARER, largest_body=16 * KIB),
    _read("/enrolments/{enrolment_id}", "enrolment", BEARER),
    _read("/enrolments/{enrolment_id}/timeline", "enrolment", BEARER),
    _write("POST", "/enrolments/{enrolment_id}/cancellation", "enrolment", BEARER),
    _write(
        "POST", "/enrolments/{enrolment_id}/acceptance", "enrolment", BEARER, largest_body=16 * KIB
    ),
    _write(
        "POST", "/enrolments/{enrolment_id}/refusal", "enrolment", BEARER, largest_body=16 * KIB
    ),
    _write("POST", "/enrolments/{enrolment_id}/redemption", "enrolment", BEARER),
    _write("POST", "/attendance", "enrolment", BEARER, largest_body=1024 * KIB),
    _read("/enrolments/{enrolment_id}/attendance", "enrolment", BEARER),
    _write("POST", "/enrolments/{enrolment_id}/result", "enrolment", BEARER, largest_body=16 * KIB),
    _write("POST", "/classes/{class_id}/results", "enrolment", BEARER, largest_body=16 * KIB),
    _write(
        "POST", "/enrolments/{enrolment_id}/voiding", "enrolment", BEARER, largest_body=16 * KIB
    ),
    _write(
        "POST", "/enrolments/{enrolment_id}/opening", "enrolment", BEARER, largest_body=16 * KIB
    ),
    _write("POST", "/enrolments/{enrolment_id}/review", "enrolment", BEARER, largest_body=16 * KIB),
    _read("/enrolments/{enrolment_id}/review", "enrolment", BEARER),
    _read("/overdue", "enrolment", BEARER),
    _read("/classes/{class_id}/availability", "enrolment", PUBLIC),
    _read("/classes/{class_id}/roster", "enrolment", BEARER, seconds=30.0),
    _read("/statements/days", "enrolment", BEARER),
    _read("/statements/days/{day}", "enrolment", BEARER),
    _read("/statements/providers/{provider_id}", "enrolment", BEARER),
    _read("/statements/providers/{provider_id}/days", "enrolment", BEARER),
    _read("/statements/providers/{provider_id}/classes", "enrolment", BEARER),
    _read("/reports/realisation", "enrolment", PUBLIC),
    _write("POST", "/reports/reconciliation", "enrolment", PUBLIC),
    _read("/reports/quotas", "enrolment", PUBLIC),
    _read("/reports/assistance", "enrolment", BEARER),
    _read("/consistency", "enrolment", BEARER, seconds=120.0, bulk=True),
)

AUDITING = (
    Route(
        "GET",
        API + "/log/entries",
        ("enrolment", "catalog", "accounts"),
        BEARER,
        seconds=30.0,
        bulk=True,
    ),
)

ACCOUNTS = (
    Route(
        "POST",
        "/oauth/token",
        ("accounts",),
        Access.OWN_CREDENTIALS,
        largest_body=16 * KIB,
    ),
    Route(
        "POST",
        "/oauth/revocation",
        ("accounts",),
        Access.OWN_CREDENTIALS,
        largest_body=16 * KIB,
    ),
    Route("GET", "/oauth/userinfo", ("accounts",), BEARER),
    Route("POST", "/oauth/userinfo", ("accounts",), BEARER, largest_body=16 * KIB),
    _write("POST", "/recoveries", "accounts", BEARER, largest_body=16 * KIB),
    _read("/recoveries", "accounts", BEARER),
    _write(
        "POST", "/recoveries/{recovery_id}/withdrawal", "accounts", BEARER, largest_body=16 * KIB
    ),
    _write("POST", "/invitations", "accounts", BEARER, largest_body=16 * KIB),
    _read("/invitations", "accounts", BEARER),
    _write(
        "POST", "/invitations/{invitation_id}/withdrawal", "accounts", BEARER, largest_body=16 * KIB
    ),
    _read("/staff", "accounts", BEARER),
    _write("POST", "/staff/{account_id}/removal", "accounts", BEARER, largest_body=16 * KIB),
    Route("GET", "/.well-known/openid-configuration", ("accounts",), PUBLIC),
    Route("GET", "/.well-known/jwks.json", ("accounts",), PUBLIC),
)

PAGES = (
    _page("GET", "/oauth/authorize"),
    _page("GET", "/sign-in"),
    _page("POST", "/sign-in"),
    _page("POST", "/sign-out"),
    _page("GET", "/account"),
    _page("POST", "/account/password"),
    _page("POST", "/account/sessions"),
    _page("GET", "/activate"),
    _page("POST", "/activate"),
    _page("GET", "/activate/staff"),
    _page("POST", "/activate/staff"),
    _page("GET", "/activate/code"),
    _page("POST", "/activate/code"),
    _page("GET", "/recover"),
    _page("POST", "/recover"),
    _page("GET", "/invitation"),
    _page("POST", "/invitation"),
)

ROUTES: tuple[Route, ...] = (*CATALOG, *ENROLMENT, *AUDITING, *ACCOUNTS, *PAGES)
UPSTREAMS = ("catalog", "enrolment", "accounts")


def answered_by(upstreams: Container[str], routes: Iterable[Route]) -> Iterator[Route]:
    """Give the routes that these services answer; the others do not exist where their service does not."""
    for route in routes:
        able = tuple(name for name in route.upstreams if name in upstreams)
        if able:
            yield replace(route, upstreams=able)
