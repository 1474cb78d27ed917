"""The reference page, read from the running system by somebody who does what it says, with nothing else at hand."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from chassis.clock import read_instant, utc_now, write_instant
from contract.stable import BEGINS
from deploy.local.process import ROOT
from tests.conformity import contract
from tests.journeys.browser import Browser
from tests.journeys.signing_in import PASSWORD, Holder, activated, new_holder
from tests.journeys.test_readme import FOREIGN
from tests.journeys.things import Things, noting_curl
from tests.journeys.world import World
from tests.running_system import RunningSystem

WRITTEN_FOR = "http://127.0.0.1:8000"
STEP = re.compile(
    r'<h3 id="([a-z-]+)">[0-9]+[.] .*?<pre class="run"[^>]*>(.*?)</pre>\s*'
    r'(?:<p class="answers">The calls are answered ([0-9, ]+)[.]</p>)?\s*'
    r'(?:<p class="answers">What comes [(]shortened[)]:</p>\s*<pre class="prints"[^>]*>(.*?)</pre>)?',
    re.DOTALL,
)
MARK = "--- next step ---"


@pytest.fixture(scope="module")
def world(sampled: RunningSystem) -> Iterator[World]:
    """What is set up around the system of this module; it must agree in the end."""
    made = World(sampled)
    yield made
    made.check_consistency()
    made.close()


@dataclass(frozen=True)
class Step:
    """What the page says to do, and how that is answered."""

    name: str
    commands: str
    answers: list[int]
    prints: list[str]


def page(system: RunningSystem, path: str = "/api/v1/docs") -> str:
    """Return a page as it is served."""
    answer = requests.get(system.address + path, headers={"Accept": "text/html"}, timeout=30)
    assert answer.status_code == 200
    return answer.text


def walkthrough(text: str, name: str = "walkthrough") -> list[Step]:
    """Return the steps of a walkthrough that stands on the page."""
    _, _, rest = text.partition(f'<section aria-labelledby="{name}">')
    own, ended, _ = rest.partition("</section>\n</section>")
    assert ended
    return [
        Step(
            step,
            as_text(commands),
            [int(one) for one in answers.split(",") if one],
            html.unescape(prints).splitlines(),
        )
        for step, commands, answers, prints in STEP.findall(own)
    ]


def as_text(markup: str) -> str:
    """Return what somebody copies from the page."""
    return html.unescape(re.sub(r"</?span[^>]*>", "", markup))


def test_every_step_of_the_walkthrough_does_what_it_says(
    sampled: RunningSystem, world: World, tmp_path: Path
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

    kinds = [entry["kind"] for entry in world.journal("enrolment", after=1_000)]
    assert kinds.count("enrolment-confirmed") == kinds.count("enrolment-cancelled") == 2
    world.check_consistency()


def test_every_step_of_signing_in_does_what_it_says_with_a_person_in_a_browser(
    sampled: RunningSystem, world: World, tmp_path: Path
) -> None:
    steps = {step.name: step for step in walkthrough(page(sampled), "signing-in")}
    holder = new_holder(world)
    activated(world, holder)
    shell = Shell(sampled, tmp_path)

    shell.paste(steps["an-application"].commands.replace(WRITTEN_FOR, sampled.address))
    shell.type(steps["an-authorization"].commands)
    address = next(line for line in shell.lines() if line.startswith(sampled.address))
    led_to = signed_in(Browser(world), address.removeprefix(sampled.address), holder)
    shell.type(led_to)
    shell.paste("")
    told = {"an-authorization": [led_to]}
    for name in ("an-exchange", "a-refresh", "a-failed-sign-in", "a-sign-out"):
        told[name] = shell.paste(steps[name].commands)

    assert [shape(line) for lines in told.values() for line in lines] == [
        shape(line) for name in told for line in steps[name].prints
    ]
    assert json.loads(told["an-exchange"][1])["card"] == holder.ref
    tokens = [json.loads(told[name][0]) for name in ("an-exchange", "a-refresh")]
    assert tokens[0]["refresh_token"] != tokens[1]["refresh_token"]
    assert shell.end() == [one for step in steps.values() for one in step.answers]


def test_the_example_of_faults_by_field_is_what_is_answered(sampled: RunningSystem) -> None:
    text = page(sampled, "/problems/validation-failed")
    sent, shown = (
        json.loads(as_text(one)) for one in re.findall(r"<pre[^>]*>(.*?)</pre>", text, re.DOTALL)
    )
    headers = {"Authorization": f"Bearer {sampled.token('holder', card=str(uuid.uuid4()))}"}
    answer = requests.post(
        f"{sampled.address}/api/v1/enrolments",
        json=sent,
        headers={**headers, "Idempotency-Key": str(uuid.uuid4())},
        timeout=30,
    )
    assert answer.json() == {**shown, "request_id": answer.headers["X-Request-Id"]}


class Shell:
    """Somebody's terminal in the folder of a system, into which step after step is pasted."""

    def __init__(self, system: RunningSystem, folder: Path) -> None:
        self._statuses = folder / "statuses"
        self._statuses.write_text("", encoding="ascii")
        self._shell = subprocess.Popen(
            ["sh", "-eu"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=terminal_of(system, folder, self._statuses),
            text=True,
        )

    def type(self, text: str) -> None:
        """Type some lines."""
        assert self._shell.stdin
        self._shell.stdin.write(f"{text}\n")
        self._shell.stdin.flush()

    def lines(self) -> Iterator[str]:
        """Yield what is printed, line by line, as it comes."""
        assert self._shell.stdout
        return (line.rstrip("\r\n") for line in iter(self._shell.stdout.readline, ""))

    def paste(self, commands: str) -> list[str]:
        """Paste commands; return the lines that they print until all are done."""
        self.type(f"{commands}\necho '{MARK}'")
        return list(takewhile(lambda line: line != MARK, self.lines()))

    def end(self) -> list[int]:
        """Leave; return every call's status."""
        self._shell.communicate(timeout=30)
        assert self._shell.returncode == 0
        return [int(line) for line in self._statuses.read_text(encoding="ascii").split()]


def signed_in(browser: Browser, path: str, holder: Holder) -> str:
    """Sign a holder in on the way to an application; return where the browser is led in the end."""
    sign_in = browser.open(path).headers["Location"]
    onward = parse_qs(urlsplit(sign_in).query)["continue"][0]
    fields = {"name": holder.number, "password": PASSWORD, "continue": onward}
    assert browser.send("/sign-in", page=sign_in, **fields).status_code == 200
    return browser.open(onward).headers["Location"]


def shape(line: str) -> tuple[str, list[str]]:
    """Return what a line is and which members or parameters it has, whatever they hold."""
    if line.startswith("{"):
        return "document", sorted(json.loads(line))
    address, has_query, query = line.partition("?")
    return address, sorted(parse_qs(query, strict_parsing=True)) if has_query else []


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
    sampled: RunningSystem, world: World, tmp_path: Path
) -> None:
    things = Things.made(world)
    examples = EXAMPLE.findall(page(sampled, "/api/v1/docs/all"))
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
    ran = subprocess.run(
        ["sh", "-eu"],
        input=script.replace(WRITTEN_FOR, system.address),
        cwd=ROOT,
        env=terminal_of(system, folder, statuses),
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


def terminal_of(system: RunningSystem, folder: Path, statuses: Path) -> dict[str, str]:
    """Return the environment of a terminal in which every call's status is noted."""
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {
        **environment,
        "PATH": f"{noting_curl(folder)}:{environment['PATH']}",
        "CURL_STATUSES": str(statuses),
        "VAR": str(system.folder),
    }
