"""docs/operating.md names the tasks of the workers, each with whose it is."""

from __future__ import annotations

import re

from deploy.local.databases import SERVICES
from deploy.local.process import ROOT

PAGE = (ROOT / "docs" / "operating.md").read_text("utf-8")
A_ROW = re.compile(r"^\| ((?:`[a-z-]+`(?:, )?)+) \| (?:enrolment|the catalogue|accounts|all)", re.M)


def test_it_says_of_every_task_what_its_standstill_means() -> None:
    told = [name for names in A_ROW.findall(PAGE) for name in re.findall("`([a-z-]+)`", names)]
    workers = (ROOT / "services" / service / "worker.py" for service in SERVICES)
    tasks = {
        name
        for worker in workers
        for name in re.findall(r'Task\(\s*"([a-z-]+)"', worker.read_text("utf-8"))
    }
    assert sorted(told) == sorted(tasks)
