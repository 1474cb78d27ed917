"""Programs that invite, list and remove staff, and people who accept an invitation."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from services.accounts.development import issue_token
from tests.services.accounts.people import PASSWORD, PROVIDER, Visitor

NEW = "baru@lpk.example"


class Program:
    """What somebody calls with: a token of a role, under a subject."""

    def __init__(self, app: Flask, variables: dict[str, str], role: str, **claims: str) -> None:
        self._client = app.test_client()
        token = issue_token(role=role, environment=variables, **claims)
        self._headers = {"Authorization": f"Bearer {token}"}

    def invite(self, email: str = NEW, *, key: str | None = None, **body: Any) -> TestResponse:
        body = {"email": email, "role": "provider", "provider": PROVIDER, **body}
        return self._client.post("/api/v1/invitations", json=body, headers=self._keyed(key))

    def _keyed(self, key: str | None) -> dict[str, str]:
        return self._headers | ({"Idempotency-Key": key} if key else {})

    def list(self, what: str) -> Any:
        answer = self._client.get(f"/api/v1/{what}", headers=self._headers)
        assert answer.status_code == 200
        return (answer.json or {})["items"]

    def withdraw(self, invitation_id: str) -> TestResponse:
        path = f"/api/v1/invitations/{invitation_id}/withdrawal"
        return self._client.post(path, headers=self._headers)

    def remove(
        self, account_id: str, reason: str = "Pindah kerja", *, key: str | None = None
    ) -> TestResponse:
        path = f"/api/v1/staff/{account_id}/removal"
        return self._client.post(path, json={"reason": reason}, headers=self._keyed(key))


def accept(visitor: Visitor, code: str, email: str = NEW, password: str = PASSWORD) -> TestResponse:
    return visitor.send(
        "/invitation", email=email, code=code, display_name="Dewi Baru", password=password
    )
