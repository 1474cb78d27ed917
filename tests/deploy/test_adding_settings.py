"""deploy/env/create.py --add-missing: files in use get what a new release needs, and keep what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.deploy.test_env_examples import ORIGIN, READERS, create, live, run


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    assert create(tmp_path / "live").returncode == 0
    return tmp_path / "live"


def without(file: Path, *names: str) -> str:
    """Take settings out of a file, as if it had been made before they were needed; return what it says then."""
    kept = [
        line for line in file.read_text().splitlines(True) if line.partition("=")[0] not in names
    ]
    file.write_text("".join(kept))
    return "".join(kept)


def test_what_a_new_release_needs_is_added_to_settings_in_use_and_nothing_is_changed(
    filled: Path,
) -> None:
    whole = {process: live(filled, process) for process in READERS}
    older = {
        "accounts": ("MESSAGE_URL", "FINGERPRINT_KEY"),
        "catalog": ("CLIENT_SECRET",),
        "gateway": ("REVOCATIONS_URL",),
    }
    before = {
        process: without(filled / f"{process}.env", *names) for process, names in older.items()
    }
    added = create(filled, "--add-missing", "--messages", "https://sms.example/messages")
    assert (added.returncode, added.stderr) == (0, "")
    assert added.stdout.splitlines() == [
        "added to accounts.env: FINGERPRINT_KEY",
        "added to accounts.env: MESSAGE_URL",
        "added to catalog.env: CLIENT_SECRET",
        "added to gateway.env: REVOCATIONS_URL",
    ]
    for process, text in before.items():
        assert (filled / f"{process}.env").read_text().startswith(text)
        READERS[process](live(filled, process))
    assert live(filled, "gateway") == whole["gateway"]
    assert live(filled, "catalog") == whole["catalog"]  # as clients.env has it
    assert live(filled, "accounts")["MESSAGE_URL"] == "https://sms.example/messages"
    assert {file.stat().st_mode & 0o777 for file in filled.iterdir()} == {0o600}
    assert "nothing is missing" in create(filled, "--add-missing").stdout


def test_what_is_added_is_explained_and_stands_on_lines_of_its_own(filled: Path) -> None:
    file = filled / "gateway.env"
    file.write_text(without(file, "REVOCATIONS_URL").rstrip("\n"))
    assert create(filled, "--add-missing").returncode == 0
    *_, last, setting = file.read_text().splitlines()
    assert last.startswith("# Where accounts tells which tokens it took back")
    assert setting.startswith("REVOCATIONS_URL=http://")


def test_what_somebody_took_out_on_purpose_stays_out(filled: Path) -> None:
    gateway = filled / "gateway.env"
    gateway.write_text(gateway.read_text().replace("\nMETRICS_BIND=", "\n#METRICS_BIND="))
    (filled / "catalog-migrations.env").write_text("")  # as on SQLite
    (filled / "clients.env").unlink()
    before = {file.name: file.read_text() for file in filled.iterdir()}
    assert "nothing is missing" in create(filled, "--add-missing").stdout
    assert {file.name: file.read_text() for file in filled.iterdir()} == before


def test_what_other_files_do_not_tell_is_not_made_up(filled: Path) -> None:
    without(filled / "postgresql.env", "CATALOG_APP_PASSWORD")
    catalog = filled / "catalog.env"
    catalog.write_text(re.sub("/catalog$", "/another", catalog.read_text(), flags=re.M))
    without(filled / "gateway.env", "REVOCATIONS_URL")
    before = {file.name: file.read_text() for file in filled.iterdir()}
    refused = create(filled, "--add-missing")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        "create: write in by hand what the other files do not tell:"
        " CATALOG_APP_PASSWORD in postgresql.env; nothing was added\n"
    )
    assert {file.name: file.read_text() for file in filled.iterdir()} == before


def test_how_the_database_is_reached_is_read_out_of_the_other_files(filled: Path) -> None:
    for file in filled.glob("*.env"):
        tls = r"/\1?sslmode=verify-full&sslrootcert=/etc/ssl/catalog/ca.pem"
        file.write_text(re.sub("/(accounts|catalog|enrolment)$", tls, file.read_text(), flags=re.M))
    before = live(filled, "catalog-migrations")["MIGRATION_DATABASE_URL"]
    without(filled / "catalog-migrations.env", "MIGRATION_DATABASE_URL")
    (filled / "catalog-migrations.env").write_text("LOG_LEVEL=INFO\n")
    without(filled / "postgresql.env", "CATALOG_APP_PASSWORD")
    assert create(filled, "--add-missing").returncode == 0
    assert live(filled, "catalog-migrations")["MIGRATION_DATABASE_URL"] == before
    password = live(filled, "postgresql")["CATALOG_APP_PASSWORD"]
    assert f":{password}@" in live(filled, "catalog")["DATABASE_URL"]


def test_the_origin_is_read_out_of_the_other_files_or_has_to_be_given(filled: Path) -> None:
    without(filled / "gateway.env", "TOKEN_ISSUER")
    assert run(filled, "--add-missing").returncode == 0
    assert live(filled, "gateway")["TOKEN_ISSUER"] == ORIGIN
    for process in READERS:
        without(filled / f"{process}.env", "TOKEN_ISSUER")
    refused = run(filled, "--add-missing")
    assert (refused.returncode, "TOKEN_ISSUER in gateway.env" in refused.stderr) == (1, True)
    assert create(filled, "--add-missing").returncode == 0
    assert {live(filled, process)["TOKEN_ISSUER"] for process in READERS} == {ORIGIN}


def test_there_must_be_files_to_add_to_and_an_origin_to_make_them(tmp_path: Path) -> None:
    refused = create(tmp_path, "--add-missing")
    assert (refused.returncode, "has no file of settings" in refused.stderr) == (1, True)
    refused = run(tmp_path)
    assert (refused.returncode, "--origin is needed" in refused.stderr) == (2, True)
    assert [*tmp_path.iterdir()] == []
