"""Files of candidates: what is read from them, and what is wrong with a file as such."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrolment.domain.csv_lines import Unreadable
from services.enrolment.domain.programme.candidate_lines import (
    COLUMNS,
    LONGEST_LINE,
    MOST_ROWS,
    CandidateLine,
    candidate_lines,
)
from vocabulary.refusals.admission import CandidateFileFaulty

HEADER = b"nik,family_card,name,birth_date,regency,cluster,scheme\n"
SARI = b"3273010205900001,3273011010100001,Sari,1990-05-02,32.73,,digital\n"
VALUES = ("3273010205900001", "3273011010100001", "Sari", "1990-05-02", "32.73", "", "digital")


def read(data: bytes, *, most: int = MOST_ROWS) -> list[CandidateLine]:
    return list(candidate_lines([data], most=most))


def fault(data: bytes, *, most: int = MOST_ROWS) -> tuple[int, str]:
    with pytest.raises(CandidateFileFaulty) as caught:
        read(data, most=most)
    return caught.value.facts["line"], caught.value.detail


def test_each_line_below_the_header_is_a_candidate() -> None:
    assert read(HEADER + SARI + SARI) == [CandidateLine(2, VALUES), CandidateLine(3, VALUES)]


@given(cuts=st.lists(st.integers(0, len(HEADER + SARI + SARI)), max_size=8))
def test_it_makes_no_difference_how_the_bytes_arrive(cuts: list[int]) -> None:
    data = HEADER + SARI + SARI
    places = [0, *sorted(cuts), len(data)]
    blocks = [data[a:b] for a, b in pairwise(places)]
    assert list(candidate_lines(blocks)) == read(data)


def test_line_ends_of_windows_a_mark_at_the_beginning_and_no_line_end_at_the_end_are_taken() -> (
    None
):
    data = b"\xef\xbb\xbf" + (HEADER + SARI).replace(b"\n", b"\r\n").rstrip()
    assert read(data) == [CandidateLine(2, VALUES)]


def test_empty_lines_are_passed_over_and_counted_as_lines() -> None:
    assert read(HEADER + b"\n\r\n" + SARI + b"\n") == [CandidateLine(4, VALUES)]


def test_a_value_in_quotes_may_hold_commas_and_quotes() -> None:
    line = b'1,2,"Sari ""Ayu"", S.Pd.",4,5,6,7\n'
    assert read(HEADER + line)[0].values == ("1", "2", 'Sari "Ayu", S.Pd.', "4", "5", "6", "7")


@pytest.mark.parametrize("line", [b'1,"2,3\n', b'1,"2"x,3\n'])
def test_a_quote_that_is_wrong_spoils_its_own_line_only(line: bytes) -> None:
    assert read(HEADER + line + SARI) == [
        CandidateLine(2, Unreadable.QUOTE),
        CandidateLine(3, VALUES),
    ]


@pytest.mark.parametrize("name", [b"S\xe1ri", b"Sari\xff", b'"S\xe1ri', b"\xed\xa0\x80"])
def test_bytes_that_are_no_utf_8_spoil_their_own_line_only(name: bytes) -> None:
    assert read(HEADER + SARI.replace(b"Sari", name) + SARI) == [
        CandidateLine(2, Unreadable.ENCODING),
        CandidateLine(3, VALUES),
    ]


def test_a_line_with_other_values_than_the_header_is_the_rows_affair() -> None:
    assert read(HEADER + b"1,2\n")[0].values == ("1", "2")


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", 1, "first line"),
        (SARI, 1, "first line"),
        (HEADER.replace(b",", b";") + SARI, 1, "commas"),
        (HEADER.replace(b"nik,family_card", b"family_card,nik") + SARI, 1, "first line"),
        ((HEADER + SARI).decode().encode("utf-16"), 1, "UTF-16"),
        (HEADER.replace(b"name", b"n\xe1me") + SARI, 1, "not UTF-8"),
        ((HEADER + SARI).decode().encode("utf-16-le"), 1, "first line"),
        (HEADER, 1, "no candidate"),
        (HEADER + b"\n\n", 1, "no candidate"),
        (HEADER + SARI + b"a" * (LONGEST_LINE + 1) + b"\n", 3, "bytes long"),
        (HEADER + SARI + b"a" * (LONGEST_LINE + 1), 3, "bytes long"),
    ],
)
def test_a_file_that_is_none_is_refused_by_the_line(data: bytes, line: int, words: str) -> None:
    number, detail = fault(data)
    assert number == line
    assert words in detail
    assert detail.startswith(f"Line {line}: ")


def test_a_line_that_never_ends_is_refused_before_more_of_it_is_read() -> None:
    endless = iter([HEADER, *[b"a" * 600] * 2])
    with pytest.raises(CandidateFileFaulty):
        list(candidate_lines(endless))


def test_as_many_candidates_as_a_file_may_hold_are_read_and_one_more_refuses_it() -> None:
    assert len(read(HEADER + SARI * 3, most=3)) == 3
    assert fault(HEADER + SARI * 4, most=3) == (
        5,
        "Line 5: A file holds at most 3 candidates. Nothing was kept.",
    )


def test_a_file_may_hold_a_million_candidates_in_these_columns() -> None:
    assert MOST_ROWS == 1_000_000
    assert ",".join(COLUMNS) + "\n" == HEADER.decode()


def test_a_candidate_does_not_print() -> None:
    assert "Sari" not in repr(read(HEADER + SARI))
