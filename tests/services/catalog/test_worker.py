"""The catalogue's worker as a process, and its clocks one by one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.database import Database
from chassis.idempotency import KEPT_FOR
from deploy.local.databases import ServiceDatabase
from services.catalog.storage.tables import STORED_ANSWER, TRAINING_CLASS
from services.catalog.use_cases import close_classes as closing
from services.catalog.worker import close_classes_left_open
from tests.services.catalog.bodies import provider_body
from tests.services.catalog.client import Catalog, key, made, service_on
from tests.services.catalog.enrolment import CLIENT_SECRET, Enrolment, serving
from tests.waiting import PATIENCE, eventually


def test_the_process_follows_enrolment_and_stops_when_told(
    provision: Callable[[str], ServiceDatabase],
) -> None:
    address = provision("services.catalog").application
    database = Database(address)
    catalog = Catalog(database)
    provider_id = catalog.provider()
    class_id = catalog.training_class(provider_id, catalog.course(provider_id))["id"]
    with serving(Enrolment(told=[(class_id, 6)])) as enrolment:
        variables = {
            "DATABASE_URL": address,
            "TOKEN_ISSUER": "http://accounts.test",
            "TOKEN_AUDIENCE": "balai",
            "JWKS_URL": f"{enrolment.address}/jwks.json",
            "ENROLMENT_URL": enrolment.address,
            "ACCOUNTS_URL": enrolment.address,
            "CLIENT_ID": "catalog",
            "CLIENT_SECRET": CLIENT_SECRET,
            "FINGERPRINT_KEY": sha256(b"tells bodies apart in tests").hexdigest(),
            "SEARCH_INDEX": str(catalog.search_index),
        }
        worker = subprocess.Popen(
            [sys.executable, "-m", "services.catalog.worker"],
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
        )
        try:
            eventually(
                lambda: made(catalog.get(f"/classes/{class_id}"))["seats_left"] == 10,
                what="the seats held are followed",
            )
            worker.send_signal(signal.SIGTERM)
            output, _ = worker.communicate(timeout=PATIENCE)
        finally:
            worker.kill()
    database.dispose()
    assert worker.returncode == 0
    assert CLIENT_SECRET.encode() not in output
    assert b"worker-stopped" in output


def test_a_missing_setting_is_named_and_nothing_starts() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "services.catalog.worker"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "catalog worker: DATABASE_URL is not set\n"


def test_old_answers_are_forgotten_and_young_ones_kept(catalog: Catalog) -> None:
    old, young = key(), key()
    body, other = provider_body(name="LPK Maju"), provider_body(name="LPK Jaya")
    made(catalog.post("/providers", body, **old))
    with catalog.database.writing() as connection:
        stored_at = utc_now() - KEPT_FOR - timedelta(minutes=1)
        connection.execute(sa.update(STORED_ANSWER).values(stored_at=stored_at))
        connection.commit()
    second = catalog.post("/providers", other, **young)
    assert service_on(catalog.database).transactions.forget_old_answers() == 1
    assert catalog.post("/providers", other, **young).data == second.data
    assert catalog.post("/providers", body, **old).status_code == 409, "it is done anew"


def test_classes_that_archiving_could_not_close_at_once_are_closed_later(
    catalog: Catalog, provider_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "CLOSED_AT_ONCE", 2)
    course_id = catalog.course(provider_id)
    for _ in range(5):
        catalog.training_class(provider_id, course_id)
    kept = catalog.training_class(provider_id, catalog.course(provider_id))["id"]
    catalog.decide(course_id, "archived")
    service = service_on(catalog.database)
    assert [close_classes_left_open(service) for _ in range(3)] == [2, 1, 0]
    entries = [entry for entry in catalog.journal() if entry["kind"] == "class-closed"]
    assert len({entry["class_id"] for entry in entries}) == len(entries) == 5
    assert [entry["actor"] for entry in entries[2:]] == ["catalog-worker"] * 3
    assert made(catalog.get(f"/classes/{kept}"))["status"] == "published"


def test_a_class_that_has_ended_is_left_as_it_was(catalog: Catalog, provider_id: str) -> None:
    course_id = catalog.course(provider_id)
    class_id = catalog.training_class(provider_id, course_id)["id"]
    ended = utc_now() - timedelta(days=1)
    with catalog.database.writing() as connection:
        connection.execute(
            sa.update(TRAINING_CLASS).values(
                registration_opens=ended - timedelta(days=3),
                registration_closes=ended - timedelta(days=2),
                starts_at=ended - timedelta(days=1),
                ends_at=ended,
            )
        )
        connection.commit()
    catalog.decide(course_id, "archived")
    assert made(catalog.get(f"/classes/{class_id}"))["status"] == "published"
