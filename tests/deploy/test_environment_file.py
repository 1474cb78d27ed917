from __future__ import annotations

from pathlib import Path

from deploy.local.environment_file import load_or_create, read, replace


def test_a_secret_is_32_bytes_and_no_two_are_alike(tmp_path: Path) -> None:
    made = load_or_create(tmp_path / "secrets.env", ["ONE", "TWO"])
    assert len(bytes.fromhex(made["ONE"])) == 32
    assert made["ONE"] != made["TWO"]


def test_a_secret_once_made_never_changes(tmp_path: Path) -> None:
    first = load_or_create(tmp_path / "secrets.env", ["ONE"])
    later = load_or_create(tmp_path / "secrets.env", ["ONE", "TWO"])
    assert later["ONE"] == first["ONE"]
    assert load_or_create(tmp_path / "secrets.env", ["ONE", "TWO"]) == later


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    load_or_create(tmp_path / "secrets.env", ["ONE"])
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_a_file_written_anew_holds_only_the_new(tmp_path: Path) -> None:
    replace(tmp_path / "one.env", {"URL": "postgresql://a:b@c/d?e=f", "OLD": "x"})
    replace(tmp_path / "one.env", {"URL": "postgresql://a:b@c/d?e=g"})
    assert read(tmp_path / "one.env") == {"URL": "postgresql://a:b@c/d?e=g"}
    assert (tmp_path / "one.env").stat().st_mode & 0o777 == 0o600
