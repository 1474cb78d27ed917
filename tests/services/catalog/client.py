"""The catalogue's API as its callers use it, over Flask's test client and a real database."""

from __future__ import annotations

import itertools
import shutil
import uuid
import weakref
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from chassis.database import Database
from chassis.token_algorithms import ED25519
from services.catalog.app import build
from services.catalog.followers.search import SearchFollower
from services.catalog.service import CatalogService, open_service
from services.catalog.settings import Settings
from tests.conformity import held_to_contract
from tests.services.catalog.bodies import class_body, course_body, online_body, provider_body
from tests.tokens import AUDIENCE, ISSUER, FixedKeys, bearer

BASE = "/api/v1"
Caller = dict[str, Any]
"""The claims of a token."""

OPERATOR: Caller = {"role": "operator"}
AUDITOR: Caller = {"role": "auditor"}
SYSTEM: Caller = {"role": "system"}


SETTINGS = Settings(
    environment="development",
    database_url="",
    pool_size=8,
    token_issuer=ISSUER,
    token_algorithm=ED25519,
    token_audience=AUDIENCE,
    jwks_url="",
    fingerprint_key=b"\x33" * 32,
    metrics_bind=None,
    log_level="INFO",
    search_index=Path("/nonexistent"),
)


def service_on(database: Database, *, search_index: Path | None = None) -> CatalogService:
    """Join the catalogue's parts on a database; without a folder for the index nothing is found by it."""
    return open_service(
        replace(SETTINGS, search_index=search_index or SETTINGS.search_index), database
    )


def app_on(database: Database, *, search_index: Path | None = None) -> Flask:
    """Make the application on a database, with the tests' key."""
    service = service_on(database, search_index=search_index)
    return held_to_contract(build(SETTINGS, service, FixedKeys()))


def follower_on(database: Database, search_index: Path, *, builders: int = 1) -> SearchFollower:
    """Make what keeps the index in a folder."""
    service = service_on(database, search_index=search_index)
    return SearchFollower(
        folder=search_index,
        journal=service.journal,
        transactions=service.transactions,
        builders=builders,
    )


def staff(provider_id: str) -> Caller:
    """Name a caller of a provider's staff."""
    return {"role": "provider", "provider": provider_id}


class Catalog:
    """Calls by any caller: a caller is a token's claims, None the public."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.search_index = Path(mkdtemp(prefix="search-"))
        self._remove = weakref.finalize(self, shutil.rmtree, self.search_index)
        self.search = follower_on(database, self.search_index)
        self.client: FlaskClient = app_on(database, search_index=self.search_index).test_client()
        self._numbers = itertools.count(1)

    def close(self) -> None:
        """Leave the index, and remove it."""
        self.search.close()
        self._remove()

    def get(self, path: str, caller: Caller | None = None, **headers: str) -> TestResponse:
        """Read; a search is made once the worker has brought the index up to date."""
        if path.partition("?")[0] == "/courses":
            self.search.catch_up()
        return self.client.get(BASE + path, headers=_headers(caller, headers))

    def post(
        self, path: str, body: Any = None, caller: Caller | None = None, **headers: str
    ) -> TestResponse:
        """Write."""
        return self.client.post(BASE + path, json=body or {}, headers=_headers(caller, headers))

    def patch(
        self, path: str, body: Any, caller: Caller | None = None, **headers: str
    ) -> TestResponse:
        """Edit; pass `if_match`."""
        return self.client.patch(BASE + path, json=body, headers=_headers(caller, headers))

    def provider(self, *, approved: bool = True, **changes: Any) -> str:
        """Make a provider, with a name of its own unless one is given, and return its id."""
        body = provider_body(**{"name": f"BLK Nomor {next(self._numbers)}", **changes})
        provider_id: str = made(self.post("/providers", body))["id"]
        if approved:
            decision = {"decision": "approved", "reason": "Terakreditasi"}
            made(self.post(f"/providers/{provider_id}/decision", decision, OPERATOR))
        return provider_id

    def course(self, provider_id: str, *, status: str = "published", **changes: Any) -> str:
        """Make a course and bring it to a status; return its id."""
        course_id: str = made(self.post("/courses", course_body(**changes), staff(provider_id)))[
            "id"
        ]
        if status != "draft":
            made(self.post(f"/courses/{course_id}/submission", {}, staff(provider_id)))
        if status not in ("draft", "submitted"):
            self.decide(course_id, "returned" if status == "returned" else "published")
        if status == "archived":
            self.decide(course_id, "archived")
        return course_id

    def decide(self, course_id: str, decision: str) -> dict[str, Any]:
        """Decide on a course as operator."""
        body = {"decision": decision, "reason": "Sesuai kurikulum"}
        return made(self.post(f"/courses/{course_id}/decision", body, OPERATOR))

    def training_class(
        self, provider_id: str, course_id: str, *, online: bool = False, **changes: Any
    ) -> dict[str, Any]:
        """Make a class and return its document."""
        body = online_body(**changes) if online else class_body(**changes)
        return made(self.post(f"/courses/{course_id}/classes", body, staff(provider_id)))

    def journal(self) -> list[dict[str, Any]]:
        """Read the whole journal by its feed."""
        answer = self.client.get("/internal/feed", headers=bearer(**SYSTEM))
        assert answer.status_code == 200
        entries: list[dict[str, Any]] = answer.get_json()["entries"]
        return entries


def made(answer: TestResponse) -> dict[str, Any]:
    """Return the document of a success."""
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    document: dict[str, Any] = answer.get_json()
    return document


def key() -> dict[str, Any]:
    """Make a fresh Idempotency-Key."""
    return {"idempotency_key": str(uuid.uuid4())}


def _headers(caller: Caller | None, headers: dict[str, str]) -> dict[str, str]:
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return {**(bearer(**caller) if caller else {}), **named}
