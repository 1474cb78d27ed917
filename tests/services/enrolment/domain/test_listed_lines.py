"""Files of people who may hold no card: a NIK a line; what is no NIK is told by its line, and repeated nowhere."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from services.enrolment.domain.exclusion.listed_lines import ListedLine, listed_lines
from vocabulary.refusals.exclusion import ExclusionFileFaulty

SARI, BUDI, TEST_NUMBER = "3273010205900001", "3273010205900002", "3273010205900000"


def read(*lines: str, most: int = 10, takes_test_numbers: bool = False) -> list[ListedLine]:
    data = "".join(f"{line}\n" for line in lines).encode()
    return list(listed_lines([data], takes_test_numbers=takes_test_numbers, most=most))


def test_a_line_is_a_nik() -> None:
    assert read("nik", SARI, "", BUDI) == [ListedLine(2, SARI), ListedLine(4, BUDI)]


@pytest.mark.parametrize(
    "line",
    [
        "3273014505900",
        "327301459990 0001",
        "3273019905900001",
        TEST_NUMBER,
        f"{SARI},Sari",
        f'"{SARI}',
        "３２７３０１０２０５９００００１",
        "=1+1",
    ],
)
def test_what_is_no_nik_is_told_with_its_line_and_not_repeated(line: str) -> None:
    good, bad = read("nik", SARI, line)
    assert good.nik == SARI
    assert (bad.number, bad.nik) == (3, None)
    assert bad.fault is not None
    assert line not in bad.fault


def test_a_line_that_is_no_utf_8_is_told_with_its_number_and_the_others_are_read() -> None:
    data = [b"nik\n", b"327\xe9\n", f"{SARI}\n".encode()]
    bad, good = listed_lines(data, takes_test_numbers=False)
    assert bad == ListedLine(2, fault="This line is not UTF-8. Save the file as CSV in UTF-8.")
    assert good == ListedLine(3, SARI)


def test_a_number_for_tests_is_taken_where_people_have_such() -> None:
    assert read("nik", TEST_NUMBER, takes_test_numbers=True) == [ListedLine(2, TEST_NUMBER)]


def test_a_nik_does_not_show_when_its_line_is_printed() -> None:
    assert SARI not in repr(read("nik", SARI))


@pytest.mark.parametrize(
    ("blocks", "line", "words"),
    [
        ([b""], 1, "has to be nik."),
        ([b"number\n"], 1, "has to be nik."),
        ([b"nik\n\n"], 1, "no NIK"),
        ([b"n\xefk\n", b"1\n"], 1, "UTF-8"),
        ([b"\xff\xfen\x00"], 1, "UTF-16"),
        ([b"nik\n" + b"1" * 300], 2, "bytes long"),
        ([b"nik\n" + f"{SARI}\n".encode() * 11], 12, "at most 10 NIKs"),
    ],
)
def test_a_file_that_is_none_is_refused_whole_and_names_the_line(
    blocks: Iterable[bytes], line: int, words: str
) -> None:
    with pytest.raises(ExclusionFileFaulty) as refused:
        list(listed_lines(blocks, takes_test_numbers=False, most=10))
    assert refused.value.facts == {"line": line}
    assert words in refused.value.detail
