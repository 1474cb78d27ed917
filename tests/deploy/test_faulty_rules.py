"""A rule file with a gap or an overlap in its dates stops each process that judges, with one line that names it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.process import ROOT

SERVICES = ("catalog", "enrolment")
USABLE = {
    "ENVIRONMENT": "development",
    "DATABASE_URL": "sqlite:///nowhere.sqlite",
    "TOKEN_ISSUER": "http://accounts.test",
    "TOKEN_AUDIENCE": "balai",
    "JWKS_URL": "http://accounts.test/.well-known/jwks.json",
    "PERSONAL_DATA_KEY": "1a" * 32,
    "FINGERPRINT_KEY": "2b" * 32,
    "SEARCH_INDEX": "nowhere",
    "ACCOUNTS_URL": "http://accounts.test",
    "CATALOG_URL": "http://catalog.test",
    "ENROLMENT_URL": "http://enrolment.test",
    "CLIENT_ID": "balai",
    "CLIENT_SECRET": "only-for-tests",
    "BIND": "127.0.0.1:0",
}
EARLIER = Path("vocabulary/data/rules/2020-04.json")
GAP = "Between the versions 2020-04 and 2023-01 there is a gap"
OVERLAP = "The versions 2020-04 and 2023-01 overlap"


def release(folder: Path, *, earlier_until: str) -> Path:
    """Lay out a release whose earlier rules end on another day; all but the rules is this one's."""
    for package in ("chassis", "deploy", "services"):
        (folder / package).symlink_to(ROOT / package)
    shutil.copytree(ROOT / "vocabulary", folder / "vocabulary")
    file = folder / EARLIER
    told = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**told, "effective_until": earlier_until}), encoding="utf-8")
    return folder


def started(program: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Start a program of a release, until it gives up."""
    return subprocess.run(
        [sys.executable, "-m", *program],
        cwd=folder,
        env={**os.environ, **USABLE},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("service", SERVICES)
def test_a_gap_in_the_rules_stops_the_start_of_a_service(service: str, tmp_path: Path) -> None:
    folder = release(tmp_path, earlier_until="2022-12-01")
    application = f"services.{service}.app:create_app()"
    done = started(["gunicorn", "-c", "deploy/gunicorn.conf.py", application], folder)
    assert done.returncode != 0
    lines = [json.loads(line) for line in (done.stdout + done.stderr).splitlines()]
    [said] = [line["event"] for line in lines if line["level"] == "critical"]
    assert said == (
        f"The rules cannot be used. {GAP}: no rules are in force from 2022-12-01 to 2023-01-01."
    )


@pytest.mark.parametrize("service", SERVICES)
def test_an_overlap_in_the_rules_stops_the_start_of_a_worker(service: str, tmp_path: Path) -> None:
    done = started([f"services.{service}.worker"], release(tmp_path, earlier_until="2023-02-01"))
    assert done.returncode == 2
    assert done.stderr == (
        f"{service} worker: The rules cannot be used. {OVERLAP}: 2020-04 holds until 2023-02-01,"
        " and 2023-01 begins on 2023-01-01.\n"
    )
