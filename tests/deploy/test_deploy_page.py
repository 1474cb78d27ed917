"""docs/deploying.md names files, programs and settings that are there."""

from __future__ import annotations

import re

import pytest

from deploy.local.process import ROOT
from tests.deploy.test_env_examples import EXAMPLES, settings_in

PAGE = (ROOT / "docs" / "deploying.md").read_text("utf-8")


def test_every_file_it_names_is_there() -> None:
    named = set(re.findall(r"deploy/[a-z0-9./*-]*[a-z/*]", PAGE))
    named |= {f"docs/{name}" for name in re.findall(r"\]\(([a-z]+\.md)\)", PAGE)}
    assert len(named) > 15
    missing = {name for name in named if not [*ROOT.glob(name.rstrip("/"))]}
    assert missing == set()


@pytest.mark.parametrize("module", sorted(set(re.findall(r"-m (services\.[a-z_.]+)", PAGE))))
def test_every_program_it_names_is_there(module: str) -> None:
    assert (ROOT / (module.replace(".", "/") + ".py")).exists()


def test_every_setting_it_names_is_one() -> None:
    known = {
        name for file in EXAMPLES.glob("*.env.example") for name, _, _ in settings_in(file)
    } | {"FLASK_DEBUG", "PYTHONDEVMODE", "BALAI_ENV", "BALAI_TLS", "BALAI_PORT"}
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)(?:=[^`]*)?`", PAGE))
    assert len(named) > 8
    assert named <= known


def test_every_target_of_make_it_names_is_one() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", PAGE)) <= targets


def test_what_is_run_after_an_update_stands_at_the_top_of_the_newest_changes() -> None:
    newest = (ROOT / "CHANGELOG.md").read_text("utf-8").split("\n## ")[1]
    _, first, *_ = newest.split("\n### ")
    assert first.startswith("After this update\n")
    assert "**After this update**" in " ".join(PAGE.split())
    programs = re.findall(r"python -m (services\.[a-z_.]+)", first)
    assert programs
    assert all((ROOT / (name.replace(".", "/") + ".py")).exists() for name in programs)
