"""What `make run` installs is enough for what it starts."""

from __future__ import annotations

import json
import subprocess
import sys


def test_whatever_is_started_imports_nothing_that_only_the_tests_install() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.deploy.imports_of_a_bare_start"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert json.loads(ended.stdout) == {}
