"""The journal of accounts as auditors and followers read it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.accounts.domain.mandates import Mandate
from services.accounts.register import register
from services.accounts.service import AccountsService
from tests.services.accounts.conftest import SECRET

PROVIDER = "01890000-0000-7000-8000-000000000001"


def bearer(client: FlaskClient, house: AccountsService, role: str) -> dict[str, str]:
    client_id = f"reader-{role}"
    register(house, client_id=client_id, secret=SECRET, mandate=Mandate(role), name="")
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": SECRET}
    answer: Any = client.post("/oauth/token", data=form).json
    return {"Authorization": f"Bearer {answer['access_token']}"}


def test_an_auditor_reads_who_may_act_for_a_provider(
    client: FlaskClient, house: AccountsService
) -> None:
    mandate = Mandate("provider", provider=PROVIDER)
    register(house, client_id="lms", secret=SECRET, mandate=mandate, name="")
    headers = bearer(client, house, "auditor")
    answer: Any = client.get(f"/api/v1/log/entries?provider_id={PROVIDER}", headers=headers).json
    (entry,) = answer["items"]
    assert (entry["kind"], entry["actor"], entry["body"]) == (
        "client-registered",
        "command-line",
        {"client_id": "lms", "role": "provider"},
    )


def test_the_log_is_had_as_json_lines_and_csv_too(
    client: FlaskClient, house: AccountsService
) -> None:
    headers = bearer(client, house, "auditor")
    lines = client.get("/api/v1/log/entries", headers={**headers, "Accept": "application/jsonl"})
    table = client.get("/api/v1/log/entries", headers={**headers, "Accept": "text/csv"})
    entries = [json.loads(line) for line in lines.get_data(as_text=True).splitlines()]
    rows = list(csv.DictReader(io.StringIO(table.get_data(as_text=True))))
    assert [entry["position"] for entry in entries] == [1, 2, 3]
    assert [int(row["position"]) for row in rows] == [1, 2, 3]


@pytest.mark.parametrize("role", ["operator", "system"])
def test_nobody_but_an_auditor_reads_the_log(
    client: FlaskClient, house: AccountsService, role: str
) -> None:
    headers = bearer(client, house, role)
    assert client.get("/api/v1/log/entries", headers=headers).status_code == 403


def test_only_services_of_our_own_follow_the_feed(
    client: FlaskClient, house: AccountsService
) -> None:
    assert client.get("/internal/feed").status_code == 401
    headers = bearer(client, house, "auditor")
    assert client.get("/internal/feed", headers=headers).status_code == 403
    answer: Any = client.get("/internal/feed", headers=bearer(client, house, "system")).json
    assert [entry["position"] for entry in answer["entries"]] == [1, 2, 3, 4]
