"""The tool that replays draws: what it finds in documents that were tampered with, or are none."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditing.replay_draw import main, order_of, root_over
from services.enrolment.domain.draw.merkle_root import merkle_root
from services.enrolment.domain.draw.order import draw_key, drawn_order, leaf_of

SECRET = bytes(range(32))
IDS = [f"00000000-0000-4000-8000-{number:012d}" for number in range(5)]


def replay(folder: Path, text: str | None, **changes: str) -> tuple[int, list[str]]:
    """Replay a draw among what a list has; return the exit code and what was said."""
    if text is not None:
        (folder / "list").write_text(text)
    said: list[str] = []
    told = {"LIST": str(folder / "list"), "SECRET": SECRET.hex(), "OUTSIDE": "7", **changes}
    return main(told, said.append), said


def as_csv(ids: list[str]) -> str:
    return "\n".join(["application_id", *ids]) + "\n"


@given(st.lists(st.uuids(version=4).map(str), unique=True, max_size=40), st.text(max_size=20))
def test_it_reads_the_page_as_the_product_does(ids: list[str], outside: str) -> None:
    assert root_over(ids) == merkle_root(map(leaf_of, ids))[1]
    order = order_of(ids, SECRET, outside)
    assert order == list(drawn_order(ids, key=draw_key(SECRET, outside)))


def test_root_and_order_of_a_known_list_are_the_known_ones(tmp_path: Path) -> None:
    code, said = replay(tmp_path, as_csv(IDS))
    assert code == 0
    assert said[2] == f"commitment: {hashlib.sha256(SECRET).hexdigest()}"
    assert said[1:2] + said[3:] == KNOWN


KNOWN: list[str] = [
    "root: 464712b8b32d7d0ec9ef380087a9fb6e95ae849fe7288503347c83ae48ba1c8c",
    "1,00000000-0000-4000-8000-000000000003",
    "2,00000000-0000-4000-8000-000000000000",
    "3,00000000-0000-4000-8000-000000000004",
    "4,00000000-0000-4000-8000-000000000002",
    "5,00000000-0000-4000-8000-000000000001",
]
"""Worked out once with sha256sum and openssl: whoever changes what is drawn changes these, and may not."""


def test_the_order_of_lines_in_the_file_makes_no_difference(tmp_path: Path) -> None:
    assert replay(tmp_path, as_csv(IDS)) == replay(tmp_path, as_csv(IDS[::-1]))


@pytest.mark.parametrize("ids", [IDS[1:], [*IDS, "f" * 8 + IDS[0][8:]]])
def test_a_list_with_one_less_or_one_more_has_another_root(tmp_path: Path, ids: list[str]) -> None:
    code, said = replay(tmp_path, as_csv(ids), ROOT=root_over(IDS))
    assert code == 1
    assert said[1].endswith("differs from what was published")


def test_an_order_that_lacks_somebody_is_told(tmp_path: Path) -> None:
    (tmp_path / "order").write_text(as_csv(order_of(IDS, SECRET, "7")[:-1]))
    code, said = replay(tmp_path, as_csv(IDS), ORDER=str(tmp_path / "order"))
    assert (code, said[-1]) == (1, "order: 4 are published, 5 replayed")


@pytest.mark.parametrize(
    ("text", "changes", "words"),
    [
        (as_csv([*IDS, IDS[0]]), {}, "twice"),
        ("id\n1\n", {}, "row 1 has no application_id"),
        (as_csv(["1"]), {}, "row 1 has no application_id"),
        ('{"application_id": "1"}\n', {}, "row 1 has no application_id"),
        ('{"application_id":\n', {}, "line 1 is no JSON"),
        ("{}\n7\n", {}, "row 1 has no application_id"),
        (None, {}, "cannot be read"),
        (as_csv(IDS), {"SECRET": "7"}, "SECRET has to be 64"),
        (as_csv(IDS), {"ROOT": "7"}, "ROOT has to be 64"),
        (as_csv(IDS), {"OUTSIDE": ""}, "make replay-draw LIST="),
    ],
)
def test_what_cannot_be_used_is_said(
    tmp_path: Path, text: str | None, changes: dict[str, str], words: str
) -> None:
    code, said = replay(tmp_path, text, **changes)
    assert code == 2
    assert words in said[-1]


def test_a_list_that_is_empty_has_the_root_of_nothing(tmp_path: Path) -> None:
    code, said = replay(tmp_path, as_csv([]))
    assert code == 0
    assert said[1] == f"root: {hashlib.sha256(b'').hexdigest()}"
