"""Bodies that are no strict JSON, for every write of the catalogue."""

from __future__ import annotations

import pytest

from tests.services.catalog.client import BASE, OPERATOR, Catalog, staff
from tests.tokens import bearer

ANY = "01890000-0000-7000-8000-000000000000"
WRITES = [
    ("POST", "/providers"),
    ("POST", f"/providers/{ANY}/decision"),
    ("POST", "/courses"),
    ("PATCH", f"/courses/{ANY}"),
    ("POST", f"/courses/{ANY}/submission"),
    ("POST", f"/courses/{ANY}/decision"),
    ("POST", f"/courses/{ANY}/classes"),
    ("PATCH", f"/classes/{ANY}"),
    ("POST", f"/classes/{ANY}/cancellation"),
]
UNREADABLE = {
    "twice": b'{"reason": "a", "reason": "b"}',
    "nan": b'{"price": NaN}',
    "infinite": b'{"price": 1e999}',
    "nul": b'{"reason": "a\\u0000b"}',
    "surrogate": b'{"reason": "\\ud800"}',
    "deep": b"[" * 100_000,
    "latin": b'{"reason": "\xe9"}',
    "cut off": b'{"reason": ',
    "long number": b'{"price": ' + b"9" * 5_000 + b"}",
}


def send(
    catalog: Catalog, method: str, path: str, body: bytes, kind: str = "application/json"
) -> tuple[int, str]:
    caller = OPERATOR if path.endswith("decision") else staff(ANY)
    answer = catalog.client.open(
        BASE + path,
        method=method,
        data=body,
        content_type=kind,
        headers={
            **(bearer(**caller) if path != "/providers" else {}),
            "Idempotency-Key": "0123456789",
            "If-Match": '"1"',
        },
    )
    assert answer.content_type == "application/problem+json"
    return answer.status_code, answer.get_json()["code"]


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_every_write_refuses_what_is_no_strict_json(
    refusing: tuple[Catalog, str, str], method: str, path: str
) -> None:
    catalog, _, _ = refusing
    before = len(catalog.journal())
    for name, body in UNREADABLE.items():
        assert send(catalog, method, path, body) == (400, "malformed-request"), name
    assert send(catalog, method, path, b'{"reason": "a"}', "text/plain")[0] == 415
    assert send(catalog, method, path, b" " * 5_000_000)[0] == 413
    assert send(catalog, method, path, b"[]") == (422, "validation-failed")
    assert send(catalog, method, path, b'{"unheard_of": 1}') == (422, "validation-failed")
    assert len(catalog.journal()) == before
