"""deploy/env/: every setting of the code is in an example, and nothing else; filled in, they start the product."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import gateway.settings
import services.accounts.settings
import services.catalog.settings
import services.enrolment.settings
from chassis.settings import DEBUGGING, SettingsError
from deploy.local.databases import SERVICES
from deploy.local.environment_file import read
from deploy.local.process import ROOT

ORIGIN = "https://balai.example"
CREATE = "deploy/env/create.py"
EXAMPLES = ROOT / "deploy" / "env"
READERS: Mapping[str, Callable[[Mapping[str, str]], Any]] = {
    "accounts": services.accounts.settings.read_worker_settings,
    "catalog": services.catalog.settings.read_worker_settings,
    "enrolment": services.enrolment.settings.read_worker_settings,
    "gateway": gateway.settings.read_settings,
}
SETTING = re.compile(r"^(#?)([A-Z][A-Z_]*)=(.*)$", re.MULTILINE)
ASKED_BY_GUNICORN = set(
    re.findall(r'os\.environ\.get\("([A-Z_]+)"', (ROOT / "deploy/gunicorn.conf.py").read_text())
)


class Noting(dict[str, str]):
    """An environment that notes what it was asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    assert create(tmp_path / "live").returncode == 0
    return tmp_path / "live"


def create(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "--origin", ORIGIN, *more)


def run(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, CREATE, str(folder), *more],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def settings_in(file: Path) -> Iterator[tuple[str, str, bool]]:
    """Yield each setting of a file: its name, its value, and whether it is only shown."""
    for shown, name, value in SETTING.findall(file.read_text("utf-8")):
        yield name, value, bool(shown)


def live(folder: Path, process: str) -> dict[str, str]:
    named = read(folder / f"{process}.env").items()
    return {name: value for name, value in named if not name.startswith("#")}


@pytest.mark.parametrize("process", READERS)
def test_an_example_has_every_setting_that_the_code_reads_and_no_other(
    process: str, filled: Path
) -> None:
    environment = Noting(live(filled, process))
    READERS[process](environment)
    documented = [name for name, _, _ in settings_in(EXAMPLES / f"{process}.env.example")]
    assert sorted(documented) == sorted((environment.asked - {*DEBUGGING}) | ASKED_BY_GUNICORN)


@pytest.mark.parametrize("process", READERS)
def test_what_is_shown_is_what_counts_where_nothing_is_said(process: str, filled: Path) -> None:
    set_here = live(filled, process)
    shown = {n: v for n, v, only in settings_in(filled / f"{process}.env") if only}
    assert READERS[process]({**set_here, **shown}) == READERS[process](set_here)
    gunicorn = (ROOT / "deploy/gunicorn.conf.py").read_text()
    for name in (ASKED_BY_GUNICORN - {"LOG_LEVEL"}) & shown.keys():
        assert f'os.environ.get("{name}", "{shown[name]}")' in gunicorn


@pytest.mark.parametrize("process", READERS)
def test_every_setting_is_explained_above_it(process: str) -> None:
    lines = (EXAMPLES / f"{process}.env.example").read_text().splitlines()
    for before, line in pairwise(lines):
        if SETTING.match(line):
            assert before.startswith("#") or SETTING.match(before), line


@pytest.mark.parametrize("process", READERS)
def test_an_example_that_nobody_filled_in_starts_nothing(process: str) -> None:
    unfilled = {
        name: value
        for name, value, only in settings_in(EXAMPLES / f"{process}.env.example")
        if not only
    }
    with pytest.raises(SettingsError):
        READERS[process](unfilled)


def test_secrets_are_fresh_agree_where_they_must_and_nowhere_else(
    filled: Path, tmp_path: Path
) -> None:
    assert create(tmp_path / "other").returncode == 0
    clients = live(filled, "clients")
    for service in ("catalog", "enrolment"):
        assert live(filled, service)["CLIENT_SECRET"] == clients[f"{service.upper()}_CLIENT_SECRET"]
    passwords = live(filled, "postgresql")
    for service in SERVICES:
        password = passwords[f"{service.upper()}_APP_PASSWORD"]
        assert f":{password}@" in live(filled, service)["DATABASE_URL"]
        owner = passwords[f"{service.upper()}_OWNER_PASSWORD"]
        assert f":{owner}@" in live(filled, f"{service}-migrations")["MIGRATION_DATABASE_URL"]
    keys = [
        *passwords.values(),
        *clients.values(),
        live(filled, "accounts")["KEY_ENCRYPTION_KEY"],
        live(filled, "accounts")["FINGERPRINT_KEY"],
        live(filled, "accounts")["MESSAGE_SECRET"],
        live(filled, "catalog")["FINGERPRINT_KEY"],
        live(filled, "enrolment")["FINGERPRINT_KEY"],
        live(filled, "enrolment")["PERSONAL_DATA_KEY"],
    ]
    others = live(tmp_path / "other", "postgresql").values()
    assert len({*keys, *others}) == len(keys) + len(others)


def test_only_migrations_know_the_owner_and_only_the_owner_of_a_file_reads_it(filled: Path) -> None:
    for process in READERS:
        assert "_owner" not in (filled / f"{process}.env").read_text()
    assert {file.stat().st_mode & 0o777 for file in filled.iterdir()} == {0o600}
    assert filled.stat().st_mode & 0o777 == 0o700


def test_settings_in_use_are_never_written_over(filled: Path) -> None:
    before = {file.name: file.read_text() for file in filled.iterdir()}
    (filled / "gateway.env").unlink()
    again = create(filled)
    assert (again.returncode, "would be lost" in again.stderr) == (1, True)
    del before["gateway.env"]
    assert {file.name: file.read_text() for file in filled.iterdir()} == before


@pytest.mark.parametrize(
    ("option", "value", "remedy"),
    [
        ("--proxies", "-3", "from 0 to 5"),
        ("--proxies", "6", "from 0 to 5"),
        ("--proxies", "two", "from 0 to 5"),
        ("--messages", "not a url", "a web address such as"),
        ("--messages", "sms.example.go.id", "a web address such as"),
        ("--messages", "http://sms.example.go.id/messages", "a web address such as"),
        ("--database", "postgresql://db", "host:port"),
        ("--database-tls", "prefer", "require, or verify-full:/folder/ca.pem"),
        ("--database-tls", "verify-full", "require, or verify-full:/folder/ca.pem"),
        ("--database-tls", "verify-full:/a&sslmode=disable", "require, or verify-full:/"),
    ],
)
def test_what_no_process_could_use_is_refused_by_name_with_a_remedy(
    option: str, value: str, remedy: str, tmp_path: Path
) -> None:
    done = create(tmp_path / "live", f"{option}={value}")
    assert done.returncode == 2
    assert f"argument {option}: must be {remedy}" in done.stderr
    assert not (tmp_path / "live").exists()


@pytest.mark.parametrize(
    ("tls", "expected"),
    [
        ("require", {"sslmode": "require"}),
        (
            "verify-full:/etc/ssl/balai/ca.pem",
            {"sslmode": "verify-full", "sslrootcert": "/etc/ssl/balai/ca.pem"},
        ),
        (None, {}),
    ],
)
def test_every_address_of_the_database_says_how_it_is_reached_by_tls(
    tls: str | None, expected: Mapping[str, str], tmp_path: Path
) -> None:
    assert create(tmp_path / "live", *(("--database-tls", tls) if tls else ())).returncode == 0
    for service in SERVICES:
        files = (service, "DATABASE_URL"), (f"{service}-migrations", "MIGRATION_DATABASE_URL")
        for file, name in files:
            url = sa.make_url(live(tmp_path / "live", file)[name])
            assert (url.database, url.query) == (service, expected)


@pytest.mark.parametrize("proxies", ["0", "5"])
def test_as_many_proxies_are_taken_as_the_gateway_takes(proxies: str, tmp_path: Path) -> None:
    assert create(tmp_path / "live", "--proxies", proxies).returncode == 0
    assert READERS["gateway"](live(tmp_path / "live", "gateway")).proxies_in_front == int(proxies)


@pytest.mark.parametrize(
    "origin", ["balai.example", "https://balai.example/", "https://b.example/x"]
)
def test_an_origin_is_an_origin_only(origin: str, tmp_path: Path) -> None:
    assert create(tmp_path / "live", "--origin", origin).returncode == 2
