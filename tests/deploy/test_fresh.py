from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local import fresh
from deploy.local.folder_lock import only_one
from deploy.local.postgres import remove_server


def filled(folder: Path) -> Path:
    (folder / "sample-sqlite").mkdir(parents=True)
    (folder / "sample-sqlite" / "record.json").write_text("{}")
    (folder / "postgres" / "data").mkdir(parents=True)
    (folder / "catalog.sqlite").write_text("rows")
    (folder / "secrets.env").write_text("KEY=1")
    return folder


def test_everything_goes_but_the_secrets(tmp_path: Path) -> None:
    folder = filled(tmp_path / "var")
    assert fresh.main({"VAR": str(folder)}) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["lock", "secrets.env"]


def test_nothing_is_removed_beneath_a_running_system(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = filled(tmp_path / "var")
    with only_one(folder):
        assert fresh.main({"VAR": str(folder)}) == 1
    assert "another system is running" in capsys.readouterr().err
    assert (folder / "catalog.sqlite").exists()


def test_a_link_that_is_not_ours_is_removed_and_what_it_leads_to_is_not(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "postgres").symlink_to(elsewhere)
    remove_server(tmp_path / "postgres")
    assert not (tmp_path / "postgres").is_symlink()
    assert elsewhere.exists()
