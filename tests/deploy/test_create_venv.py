from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local.process import ROOT

Run = Callable[..., subprocess.CompletedProcess[str]]
NAMES = ("python3", "python3.11", "python3.12", "python3.13", "python3.14")
TOO_OLD = '[ "$1" = --version ] && echo "Python 3.9.2"\nexit 1'
SHIM_OF_NOTHING = 'echo "command not found" >&2\nexit 127'
USABLE = f"""case "$*" in "-m venv "*) echo "$0" > "$3"; exit;; esac
exec {sys.executable} "$@" """
WITHOUT_VENV = f"""case "$*" in *ensurepip*) exit 1;; esac
exec {sys.executable} "$@" """


@pytest.fixture
def create_venv(tmp_path: Path) -> Run:
    """Run the script where every Python on PATH is a program of the test's, by its shell code."""

    def run(code: dict[str, str], **variables: str) -> subprocess.CompletedProcess[str]:
        for name in NAMES:
            program = tmp_path / name
            program.write_text(f"#!/bin/sh\n{code.get(name, SHIM_OF_NOTHING)}\n")
            program.chmod(0o755)
        return subprocess.run(
            ["sh", ROOT / "deploy/local/create_venv.sh", tmp_path / "venv"],
            env={"PATH": f"{tmp_path}:{os.environ['PATH']}", **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_python_that_is_too_old_is_named_in_one_line(create_venv: Run) -> None:
    done = create_venv({"python3": TOO_OLD})
    assert done.returncode == 1
    assert done.stderr.startswith("Python 3.11 or newer is needed, found: Python 3.9.2.")
    assert done.stderr.count("\n") == 1


def test_a_chosen_python_that_is_too_old_is_refused_and_no_other_is_taken(create_venv: Run) -> None:
    done = create_venv({"python3": TOO_OLD, "python3.12": USABLE}, PYTHON="python3")
    assert done.returncode == 1
    assert done.stderr == "PYTHON=python3 is not Python 3.11 or newer: Python 3.9.2\n"


def test_a_python_without_venv_is_told_the_package_to_install(create_venv: Run) -> None:
    done = create_venv({"python3": WITHOUT_VENV})
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert done.returncode == 1
    assert f"apt-get install python{version}-venv" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_first_python_that_really_runs_is_used(create_venv: Run, tmp_path: Path) -> None:
    done = create_venv({"python3": TOO_OLD, "python3.13": SHIM_OF_NOTHING, "python3.12": USABLE})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "venv").read_text() == f"{tmp_path / 'python3.12'}\n"
