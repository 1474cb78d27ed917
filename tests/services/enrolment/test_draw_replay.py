"""A real draw is replayed from what is published: by the tool, and by exactly the lines that docs/fair-draw.md has."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from deploy.local.process import ROOT
from tests.services.enrolment.draws import apply_many, drawn, open_draw, shown
from tests.services.enrolment.house import House

PAGE = (ROOT / "docs" / "fair-draw.md").read_text("utf-8")
TOOL = ROOT / "auditing" / "replay_draw.py"
PEOPLE = 37


@dataclass(frozen=True)
class Published:
    """A folder with what everybody can fetch of a draw, and what the wave shows of it."""

    folder: Path
    draw: dict[str, Any]

    def named(self, **changes: str) -> dict[str, str]:
        """Return what the tool is told."""
        told = {
            "LIST": "list.csv",
            "ORDER": "results.csv",
            "SECRET": self.draw["secret"],
            "OUTSIDE": self.draw["outside_value"]["value"],
            "COMMITMENT": self.draw["commitment"],
            "ROOT": self.draw["list"]["root"],
        }
        return {name: value for name, value in {**told, **changes}.items() if value}


@pytest.fixture(scope="module")
def published(shared_house: House, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Draw among some people, and fetch what is published of it."""
    house, folder = shared_house, tmp_path_factory.mktemp("published")
    wave_id = open_draw(house)
    apply_many(house, wave_id, islice(house.supply, PEOPLE))
    drawn(house, wave_id)
    csv, lines = {"Accept": "text/csv"}, {"Accept": "application/jsonl"}
    at = f"/waves/{wave_id}"
    for name, path, headers in (
        ("wave.json", at, {}),
        ("list.csv", f"{at}/draw/applications", csv),
        ("list.jsonl", f"{at}/draw/applications", lines),
        ("results.csv", f"{at}/draw/results", csv),
        ("results.jsonl", f"{at}/draw/results", lines),
    ):
        (folder / name).write_bytes(house.get(path, headers=headers).data)
    return Published(folder, shown(house, wave_id))


def procedure() -> str:
    found = re.search(r"<!-- procedure -->\n```python\n(.*?)```\n<!-- /procedure -->", PAGE, re.S)
    assert found
    return found[1]


def run(published: Published, *arguments: str, **named: str) -> tuple[int, list[str]]:
    """Run Python with its standard library alone; return the exit code and the lines printed."""
    ran = subprocess.run(
        [sys.executable, "-I", "-S", *arguments],
        cwd=published.folder,
        env=named,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ran.stderr == ""
    return ran.returncode, ran.stdout.splitlines()


def replay(published: Published, **changes: str) -> tuple[int, list[str]]:
    return run(published, str(TOOL), **published.named(**changes))


def test_the_procedure_is_about_twenty_lines() -> None:
    assert len([line for line in procedure().splitlines() if line]) <= 22


def test_the_procedure_as_it_is_written_says_that_a_real_draw_is_right(
    published: Published,
) -> None:
    told = run(published, "-c", procedure())
    assert told == (0, ["secret True", "list True", "order True"])


def test_the_procedure_sees_an_order_that_is_not_the_drawn_one(
    published: Published, tmp_path: Path
) -> None:
    for file in published.folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    header, first, second, *rest = (tmp_path / "results.csv").read_text().splitlines()
    (tmp_path / "results.csv").write_text("\n".join([header, second, first, *rest]))
    code, lines = run(Published(tmp_path, published.draw), "-c", procedure())
    assert (code, lines[-1]) == (0, "order False")


@pytest.mark.parametrize(
    "files",
    [{}, {"LIST": "list.jsonl", "ORDER": "results.jsonl"}],
)
def test_the_tool_says_that_a_real_draw_is_right(
    published: Published, files: dict[str, str]
) -> None:
    code, lines = replay(published, **files)
    assert code == 0
    assert lines == [
        f"applications: {PEOPLE}",
        f"root: {published.draw['list']['root']} matches",
        f"commitment: {published.draw['commitment']} matches",
        "order: matches",
    ]


def test_without_an_order_to_compare_it_prints_the_one_that_it_finds(
    published: Published,
) -> None:
    code, lines = replay(published, ORDER="", ROOT="", COMMITMENT="")
    told = (published.folder / "results.csv").read_text().splitlines()[1:]
    order = [line.split(",")[1].strip('"') for line in told]
    assert code == 0
    assert lines[3:] == [f"{place},{one}" for place, one in enumerate(order, 1)]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"SECRET": "0" * 64}, "commitment: "),
        ({"ROOT": "0" * 64}, "root: "),
        ({"OUTSIDE": "another"}, "order: differs first at place "),
    ],
)
def test_it_says_what_differs(published: Published, changes: dict[str, str], line: str) -> None:
    code, lines = replay(published, **changes)
    assert code == 1
    assert any(told.startswith(line) and "differs" in told for told in lines)


def test_it_is_started_by_make_as_the_page_says(published: Published) -> None:
    named = published.named()
    given = [f"{name}={value}" for name, value in named.items() if name not in ("LIST", "ORDER")]
    files = [f"{name}={published.folder / named[name]}" for name in ("LIST", "ORDER")]
    ran = subprocess.run(
        ["make", "-s", "replay-draw", f"PYTHON={sys.executable}", *files, *given],
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, "order: matches")
