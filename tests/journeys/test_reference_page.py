"""The reference page, read from the running system by somebody who does what it says, with nothing else at hand."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import requests

from chassis.clock import read_instant, utc_now, write_instant
from contract.stable import BEGINS
from deploy.local.process import ROOT
from tests.conformity import contract
from tests.journeys.test_readme import FOREIGN
from tests.journeys.things import Things, noting_curl
from tests.journeys.world import World
from tests.running_system import RunningSystem

WRITTEN_FOR = "http://127.0.0.1:8000"
STEP = re.compile(
    r'<h3 id="([a-z-]+)">[0-9]+[.] .*?<pre class="run"[^>]*>(.*?)</pre>\s*'
    r'<p class="answers">The calls are answered ([0-9, ]+)[.]</p>',
    re.DOTALL,
)
MARK = "--- next step ---"


@dataclass(frozen=True)
class Step:
    """What the page says to do, and how that is answered."""

    name: str
    commands: str
    answers: list[int]


def page(system: RunningSystem) -> str:
    """Return the page as it is served."""
    answer = requests.get(f"{system.address}/api/v1/docs", timeout=30)
    assert answer.status_code == 200
    return answer.text


def walkthrough(text: str) -> list[Step]:
    """Return the steps that stand on the page."""
    return [
        Step(name, as_text(commands), [int(one) for one in answers.split(",")])
        for name, commands, answers in STEP.findall(text)
    ]


def as_text(markup: str) -> str:
    """Return what somebody copies from the page."""
    return html.unescape(re.sub(r"</?span[^>]*>", "", markup))


def test_every_step_of_the_walkthrough_does_what_it_says(
    sampled: RunningSystem, tmp_path: Path
) -> None:
    steps = walkthrough(page(sampled))
    assert [step.name for step in steps][:4] == ["a-token", "a-search", "a-list", "an-enrolment"]
    assert len(steps) == 10

    for _ in range(2):  # and does it again for whoever pastes it twice
        told, statuses = run(sampled, [step.commands for step in steps], tmp_path)
        for step in steps:
            assert statuses[: len(step.answers)] == step.answers, (step.name, told[step.name])
            del statuses[: len(step.answers)]
        assert statuses == []
        check(told)

    world = World(sampled)
    kinds = [entry["kind"] for entry in world.journal("enrolment", after=1_000)]
    assert kinds.count("enrolment-confirmed") == kinds.count("enrolment-cancelled") == 2
    world.check_consistency()
    world.close()


EXAMPLE = re.compile(
    r'<pre class="run"[^>]*aria-label="Command of ([A-Z]+) ([^"]+)">(.*?)</pre>', re.DOTALL
)
CANNOT_BE_AGAIN = {
    "get_waves_draw_applications": 200,  # the window of the draw is open yet
    "get_waves_draw_results": 200,
    "post_waves_draw_outside_value": 200,
    "post_enrolments_opening": 200,  # nothing has ended of what was just taken
    "post_enrolments_result": 200,
    "post_enrolments_review": 201,
    "post_enrolments_voiding": 200,
    "get_exclusion_cases_appeal": 200,  # nobody may have appealed
    "post_exclusion_cases_appeal": 200,
    "post_exclusion_cases_appeal_decision": 200,
    "post_exclusion_lists_activation": 200,  # its preview is that of the example
    "post_admission_files_stop": 200,  # it may be done already
    "post_admissions_undo": 200,  # its preview is that of the example
    "post_cards_me_surveys": 201,  # the holder has completed nothing
    "post_classes_cancellation": 200,
    "post_courses_decision": 200,
    "post_courses_submission": 200,
    "post_enrolments_redemption": 200,
    "post_pauses_end": 200,
    "post_providers_decision": 200,
    "post_rules_preview": 200,  # what the example changes is scheduled by then
    "post_rules_withdrawal": 200,  # what came with the software is withdrawn by nobody
    "post_waves": 201,
}
"""Calls that what is there does not always allow: they are understood, and refused for the state (409) or the dates."""


def test_every_example_of_the_page_runs_once_its_variables_are_set(
    sampled: RunningSystem, tmp_path: Path
) -> None:
    world = World(sampled)
    things = Things.made(world)
    examples = EXAMPLE.findall(page(sampled))
    assert len(examples) == sum(len(methods) for methods in contract()["paths"].values())
    faults = []
    for method, path, command in examples:
        operation = contract()["paths"][html.unescape(path)][method.lower()]
        status = things.run(with_instants_to_come(as_text(command)), operation, tmp_path)
        allowed = {int(one) for one in operation["responses"] if one in ("200", "201", "202")}
        if operation["operationId"] in CANNOT_BE_AGAIN:
            allowed |= {409, 422}
        if status not in allowed:
            faults.append(f"{operation['operationId']}: {status}")
    assert not faults, faults
    world.check_consistency()
    world.close()


def with_instants_to_come(command: str) -> str:
    """Return an example with its instants as far from now as they were when it was recorded, as the page has it."""
    later = (utc_now() - BEGINS) // timedelta(days=1) * timedelta(days=1)
    return re.sub(
        r'(?<=")[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z(?=")',
        lambda found: write_instant(read_instant(found[0]) + later),
        command,
    )


def check(told: dict[str, str]) -> None:
    """Check that the reader sees what the page promises."""
    repeated, mistaken = (json.loads(line) for line in told["a-lost-answer"].splitlines())
    assert repeated["status"] == "confirmed"
    assert mistaken["code"] == "idempotency-key-reused"
    code, detail, described = told["a-refusal"].splitlines()
    assert code == "already-enrolled"
    assert detail
    assert json.loads(described)["code"] == code
    (timeline,) = told["a-timeline"].splitlines()
    assert json.loads(timeline)["next"]
    cancelled, statement = (json.loads(line) for line in told["a-cancellation"].splitlines())
    assert cancelled["status"] == "cancelled"
    assert {one["cause"] for one in statement["items"]} >= {"enrolment", "cancellation"}
    assert "304" in told["a-version"]
    assert '"stale-version"' in told["a-version"]
    assert re.search(
        r'(?i)^ratelimit: "card-lookups";r=[0-9]+;t=[0-9]+', told["a-bound"], re.MULTILINE
    )


def run(system: RunningSystem, steps: list[str], folder: Path) -> tuple[dict[str, str], list[int]]:
    """Paste the steps into one shell; return what each showed, by its name, and every call's status."""
    statuses = folder / "statuses"
    statuses.write_text("", encoding="ascii")
    script = "".join(f"{commands}\necho; echo '{MARK}'\n" for commands in steps)
    assert WRITTEN_FOR in script
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    ran = subprocess.run(
        ["sh", "-eu"],
        input=script.replace(WRITTEN_FOR, system.address),
        cwd=ROOT,
        env={
            **environment,
            "PATH": f"{noting_curl(folder)}:{environment['PATH']}",
            "CURL_STATUSES": str(statuses),
            "VAR": str(system.folder),
        },
        text=True,
        capture_output=True,
        timeout=180,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout[-3000:]}\n{ran.stderr}"
    shown = [part.strip() for part in ran.stdout.split(MARK)][:-1]
    names = [step.name for step in walkthrough(page(system))]
    return dict(zip(names, shown, strict=True)), [
        int(line) for line in statuses.read_text(encoding="ascii").split()
    ]
