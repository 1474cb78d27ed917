"""What is found for a text, and in which order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalog.search.reading import View
from services.catalog.search.search import Search
from services.catalog.search.text_query import FEW, MOST_WORDS
from services.catalog.search.wanted import SearchWanted, Sort
from tests.services.catalog.search.courses import course, found, found_among, indexed, titles


def test_a_word_is_found_by_its_stem_its_beginning_and_with_one_slip() -> None:
    names = ["Perakitan Komputer", "Tata Boga"]
    for text in ("merakit", "perak", "perakitna", "KOMPUTER", "komputr", "computer"):
        assert found_among(names, text) == ["Perakitan Komputer"], text


def test_a_slip_is_not_forgiven_in_short_words_nor_where_the_word_is_known() -> None:
    assert found_among(["Las"], "lad") == []
    assert found_among(["Tata Rias", "Kopi Riau"], "rias") == ["Tata Rias"]


def test_a_code_is_found_as_it_is_written_and_by_its_beginning() -> None:
    one = course("Pengelasan", codes=["C.24LAS01.001.1"])
    other = course("Pengelasan Lanjut", codes=["C.24LAS01.002.1"])
    with indexed([one, other]) as view:
        assert found(view, "C.24LAS01.002.1") == ["Pengelasan Lanjut"]
        assert found(view, "c.24las01.001-1") == ["Pengelasan"]
        assert sorted(found(view, "C.24LAS01")) == ["Pengelasan", "Pengelasan Lanjut"]
        assert found(view, "C.24LAS01.003.1") == []


def test_what_is_called_otherwise_in_the_other_language_is_found() -> None:
    names = ["Commercial Cookery", "Heavy Equipment Maintenance", "Junior Web Developer"]
    assert found_among(names, "memasak") == ["Commercial Cookery"]
    assert found_among(names, "alat berat") == ["Heavy Equipment Maintenance"]
    assert found_among(names, "situs web")[0] == "Junior Web Developer"


def test_a_title_counts_more_than_what_is_said_at_length() -> None:
    said = course("Tata Boga", prose=["Peserta juga belajar tentang barista."])
    named = course("Barista")
    with indexed([said, named]) as view:
        assert found(view, "barista") == ["Barista", "Tata Boga"]


def test_the_more_telling_half_of_the_words_has_to_stand_in_a_course_if_enough_have_it() -> None:
    machines = [f"Mesin CNC {n}" for n in range(FEW - 1)]
    operators = [f"Operator Komputer {n}" for n in range(20)]
    few = found_among(["Operator Mesin CNC", *machines[1:], *operators], "operator cnc")
    assert few[0] == "Operator Mesin CNC"
    assert len(few) == 1 + len(machines[1:]) + len(operators)
    enough = found_among(["Operator Mesin CNC", *machines, *operators], "operator cnc")
    assert enough[0] == "Operator Mesin CNC"
    assert sorted(enough[1:]) == machines


def test_small_words_find_nothing_and_what_every_course_is_counts_little_beside_other_words() -> (
    None
):
    names = ["Kelas Kopi", "Fotografi untuk Toko"]
    assert found_among(names, "fotografi untuk yang ingin") == ["Fotografi untuk Toko"]
    assert found_among(names, "kelas fotografi")[0] == "Fotografi untuk Toko"
    assert found_among(names, "kelas") == ["Kelas Kopi"], "where it is all there is, it counts"


@pytest.mark.parametrize("text", ["_", "…", "☃", "a" * 200, "\u0301", "zzzzqqqq"])
def test_nothing_is_found_where_no_word_fits(text: str) -> None:
    assert found_among(["Barista", "Las"], text) == []


@pytest.mark.parametrize(
    "text",
    [
        "title:barista",
        "barista AND las",
        '"barista"',
        "barista*",
        "+barista -las",
        "barista~2 ^9",
        "[* TO *] barista",
        "(barista",
        "barista\\",
    ],
)
def test_no_character_is_an_operator(text: str) -> None:
    assert "Barista" in found_among(["Barista", "Tata Boga"], text)
    assert "Tata Boga" not in found_among(["Barista", "Tata Boga"], text)


def test_so_many_words_count_and_no_more() -> None:
    others = [f"tidakada{n}" for n in range(MOST_WORDS)]
    assert found_among(["Barista"], " ".join([*others[1:], "barista"])) == ["Barista"]
    assert found_among(["Barista"], " ".join([*others, "barista"])) == []


def test_any_text_is_answered() -> None:
    names = ["Barista", "C++ untuk Pemula", "Las SMAW 3G-UP", "Excel"]
    with indexed([course(name, codes=["C.24LAS01.001.1"]) for name in names]) as view:

        @settings(max_examples=300, deadline=None)
        @given(st.text(min_size=1, max_size=200) | _spoilt)
        def answered(text: str) -> None:
            _check(view, text)

        answered()


_spoilt = st.builds(
    lambda pieces: "".join(pieces)[:200],
    st.lists(
        st.sampled_from(
            [
                "bar",
                "ista ",
                "C.24LAS",
                ":",
                '"',
                "[",
                " TO ",
                "*",
                "~",
                "\\",
                "-",
                "3",
                "é",
                "𝔸",
                " AND ",
            ]
        ),
        min_size=1,
        max_size=40,
    ),
)


def _check(view: View, text: str) -> None:
    wanted = SearchWanted(text=text)
    total, facets = Search(view, wanted).counts()
    assert len(titles(view, wanted, Sort.RELEVANCE)) == total
    assert sum(choice["count"] for choice in facets["track"]) == total
