"""Under gevent, who waits for PostgreSQL keeps nobody else from running."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.databases import DatabaseMaker


def test_greenlets_wait_side_by_side_and_learn_of_a_lost_connection(
    database_maker: DatabaseMaker,
) -> None:
    url = database_maker.empty("postgresql", "waiting").owner
    ended = subprocess.run(
        [sys.executable, "-m", "tests.chassis.cooperative_waiting", url],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert json.loads(ended.stdout) == {
        "sizes": [5_000_000, 5_000_000],
        "order": ["went on", "asked", "asked"],
        "own": True,
        "lost": True,
    }
