"""Courses by title: the numbers keep the order of the letters, and pages make up the whole."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.search.search import Search
from services.catalog.search.text.words import words
from services.catalog.search.title_order import title_numbers
from services.catalog.search.wanted import Place, SearchWanted, Sort
from tests.services.catalog.search.courses import course, indexed

COUNTED = 48
TITLES = st.text(st.sampled_from("ab z09-#+"), max_size=60)


@given(TITLES, TITLES)
def test_numbers_are_in_the_order_of_letters(one: str, other: str) -> None:
    # The two signs that may end a word, as in c# and c++, are taken for one.
    a, b = (" ".join(words(text)).replace("+", "#")[:COUNTED] for text in (one, other))
    numbers, others = title_numbers(words(one)), title_numbers(words(other))
    assert (numbers < others, numbers == others) == (a < b, a == b)


def test_letters_of_other_scripts_come_last_and_every_number_fits() -> None:
    last = title_numbers(words("ع" * 60))
    assert title_numbers(words("zzzz")) < last
    assert max(last) < 1 << 64


@pytest.mark.parametrize("size", [1, 7, 50, 1_000])
def test_pages_by_title_make_up_the_whole_though_many_begin_alike(size: int) -> None:
    chance = random.Random(size)
    beginnings = ["Pelatihan Berbasis Kompetensi ", "Pelatihan ", "Las", ""]
    names = [
        chance.choice(beginnings) + chance.choice(["Barista", "Batik Tulis", "A 1", "a-1", "Z"])
        for _ in range(200)
    ]
    made = [
        course(
            name, course_id=f"0189{number:04x}-0000-7000-8000-000000000000", shown=b"%d" % number
        )
        for number, name in enumerate(names)
    ]
    by_title = sorted(range(len(names)), key=lambda n: (" ".join(words(names[n]))[:COUNTED], -n))
    with indexed(made) as view:
        pages = [
            Search(view, SearchWanted()).page(Sort.TITLE, Place(size, offset=start))
            for start in range(0, len(names) + size, size)
        ]
        assert [int(hit.shown) for page in pages for hit in page] == by_title
        some = Search(view, SearchWanted(text="pelatihan")).page(Sort.TITLE, Place(200))
        assert [int(hit.shown) for hit in some] == [
            number for number in by_title if names[number].startswith("Pelatihan")
        ]
