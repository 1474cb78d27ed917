"""A service as a web application: problem documents, request ids, probes, conditional answers."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from tests.chassis.problem_documents import code, problem
from tests.chassis.small_service import FAILURES, ID, SECRET, House, build
from tests.tokens import bearer

UUID = re.compile(r"\A[0-9a-f-]{36}\Z")


# --- problem documents ---


def test_an_unknown_address_is_not_found(client: FlaskClient) -> None:
    assert code(client.get("/nothing/here")) == (404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v1/things", "GET, HEAD, POST"),
        ("DELETE", f"/api/v1/things/{ID}", "GET, HEAD, PATCH"),
        ("OPTIONS", "/api/v1/things", "GET, HEAD, POST"),
        ("TRACE", "/api/v1/payments", "POST"),
        ("FROB", "/api/v1/payments", "POST"),
        ("POST", "/healthz", "GET, HEAD"),
    ],
)
def test_another_method_is_refused_with_those_that_are_allowed(
    client: FlaskClient, method: str, path: str, allowed: str
) -> None:
    answer = client.open(path, method=method)
    assert code(answer) == (405, "method-not-allowed")
    assert answer.headers["Allow"] == allowed


def test_a_body_beyond_the_limit_is_refused(house: House) -> None:
    client = build(house, largest_body=1_000).test_client()
    body = b'{"name": "' + b"a" * 2_000 + b'"}'
    answer = client.post("/api/v1/public-things", data=body, content_type="application/json")
    assert code(answer) == (413, "payload-too-large")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("bug", (500, "internal-error")),
        ("recursion", (500, "internal-error")),
        ("database-refuses", (500, "internal-error")),
        ("database-away", (503, "unavailable")),
        ("found-away", (503, "unavailable")),
        ("pool-exhausted", (503, "unavailable")),
        ("refusal", (409, "state-conflict")),
        ("unavailable", (503, "unavailable")),
    ],
)
def test_a_failure_tells_nothing_of_what_it_was_about(
    client: FlaskClient, kind: str, expected: tuple[int, str]
) -> None:
    answer = client.get(f"/api/v1/failure?kind={kind}")
    assert code(answer) == expected
    shown = answer.get_data(as_text=True)
    for inside in (SECRET, "Traceback", "Error", ".py", "select", "insert"):
        assert inside not in shown


def test_every_kind_of_failure_is_tried_above() -> None:
    marks = test_a_failure_tells_nothing_of_what_it_was_about.pytestmark  # type: ignore[attr-defined]
    assert {kind for kind, _ in marks[0].args[1]} == FAILURES.keys()


@pytest.mark.parametrize(
    ("kind", "is_told"), [("database-away", True), ("found-away", True), ("unavailable", False)]
)
def test_a_database_that_is_away_stands_in_the_log_whoever_met_it(
    client: FlaskClient, kind: str, is_told: bool
) -> None:
    with capture_logs() as lines:
        client.get(f"/api/v1/failure?kind={kind}")
    told = [line["exc_info"] for line in lines if line["event"] == "database-unavailable"]
    assert [isinstance(error, sa.exc.OperationalError) for error in told] == [True] * is_told


def test_503_says_when_to_come_back(client: FlaskClient) -> None:
    assert client.get("/api/v1/failure?kind=unavailable").headers["Retry-After"] == "7"
    assert client.get("/api/v1/failure?kind=database-away").headers["Retry-After"] == "1"


def test_facts_of_a_refusal_are_members_of_its_document(client: FlaskClient) -> None:
    document = problem(client.get("/api/v1/failure?kind=refusal"))
    assert (document["detail"], document["state"]) == ("Not now.", "closed")


# --- request ids ---


def test_every_answer_carries_a_request_id_of_its_own(client: FlaskClient) -> None:
    paths = ["/api/v1/things", "/nothing", "/healthz", "/api/v1/failure?kind=bug"]
    ids = [client.get(path).headers["X-Request-Id"] for path in paths]
    assert all(UUID.match(request_id) for request_id in ids)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("given", ["7b0e4a52-63f4-4c3e-8e15-7f0f3c1f2a11", "abcd1234", "A" * 64])
def test_a_callers_request_id_is_kept(client: FlaskClient, house: House, given: str) -> None:
    answer = client.get("/api/v1/things", headers={"X-Request-Id": given})
    assert answer.headers["X-Request-Id"] == given
    assert house.calls[0].request_id == given


@pytest.mark.parametrize(
    "given",
    [
        "",
        "short",
        "A" * 65,
        "-leading-hyphen",
        "with space in it",
        'quote"12345',
        "<script>12",
        "=cmd12345",
        "тест-тест",
    ],
)
def test_a_request_id_that_could_do_harm_is_replaced(client: FlaskClient, given: str) -> None:
    header = given.encode().decode("latin-1")
    answer = client.get("/api/v1/things", headers={"X-Request-Id": header})
    assert UUID.match(answer.headers["X-Request-Id"])


# --- answers ---


def test_a_known_version_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get(f"/api/v1/things/{ID}")
    again = client.get(f"/api/v1/things/{ID}", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, first.headers["ETag"]) == (200, '"7"')
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", '"7"')


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("conditions", "status"),
    [
        ({"If-Match": '"zz"'}, 200),
        ({"If-Unmodified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"}, 200),
        ({"If-Match": '"zz"', "If-None-Match": '"7"'}, 304),
        ({"If-None-Match": '"6", W/"7"'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"6"'}, 200),
    ],
)
def test_a_read_is_spared_by_its_tag_and_never_refused_by_a_condition_of_writes(
    client: FlaskClient, method: str, conditions: dict[str, str], status: int
) -> None:
    answer = client.open(f"/api/v1/things/{ID}", method=method, headers=conditions)
    assert (answer.status_code, answer.headers["ETag"]) == (status, '"7"')
    assert bool(answer.data) == (method == "GET" and status == 200)


def test_a_head_request_answers_without_a_body(client: FlaskClient) -> None:
    answer = client.head("/api/v1/things")
    assert (answer.status_code, answer.data) == (200, b"")


def test_a_body_sent_with_a_get_is_not_looked_at(client: FlaskClient) -> None:
    assert client.get("/api/v1/things", data=b"{", content_type="text/plain").status_code == 200


# --- probes ---


def test_a_process_that_runs_is_alive_even_if_it_is_not_ready() -> None:
    client = build(House(ready=lambda: False)).test_client()
    assert client.get("/healthz").json == {"status": "alive"}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"ready": False, "checks": {"house": False}})


def test_a_part_that_raises_is_not_ready() -> None:
    def broken() -> bool:
        raise ConnectionError(SECRET)

    answer = build(House(ready=broken)).test_client().get("/readyz")
    assert answer.status_code == 503
    assert SECRET not in answer.get_data(as_text=True)


def test_requests_are_counted_by_route_and_never_by_address(client: FlaskClient) -> None:
    client.get(f"/api/v1/things/{ID}")
    client.get(f"/nothing/{SECRET}")
    text = client.get("/metrics").get_data(as_text=True)
    assert 'http_requests_total{endpoint="GET /api/v1/things/<id:thing_id>",status="200"}' in text
    assert 'http_requests_total{endpoint="none",status="404"}' in text
    assert ID not in text
    assert SECRET not in text


def test_the_next_request_of_a_thread_has_its_own_caller_and_id(
    client: FlaskClient, house: House
) -> None:
    client.get("/api/v1/things", headers={**bearer(subject="me"), "X-Request-Id": "first-request"})
    client.get("/api/v1/things")
    assert house.calls[1].principal is None
    assert house.calls[1].request_id != "first-request"
