"""What is wrong with a printed table of regencies."""

from __future__ import annotations

import pytest

from services.enrolment.domain.reports.table_check import Ambiguous, PrintedRow, check_table
from vocabulary.regions import UnknownRegion, regencies_of

PRINTED_ON_6_OCTOBER_2022 = [
    PrintedRow("Kabupaten Bengkulu Selatan", 15_430),
    PrintedRow("Bengkulu Utara", 12_762),
    PrintedRow("Bengkulu Utara", 24_624),
    PrintedRow("Kaur", 13_175),
    PrintedRow("Kepahiang", 19_267),
    PrintedRow("Lebong", 12_679),
    PrintedRow("Mukomuko", 6_594),
    PrintedRow("Rejang Lebong", 29_809),
    PrintedRow("Seluma", 15_189),
    PrintedRow("Kota Bengkulu", 47_563),
]
"""The newspaper's table of Bengkulu, with its three mistakes."""


def test_the_table_of_bengkulu_is_found_wrong_in_its_three_ways() -> None:
    check = check_table(PRINTED_ON_6_OCTOBER_2022, province="17", stated_total=197_082)
    assert (check.sum, check.stated_total, check.difference) == (197_092, 197_082, 10)
    assert check.repeated == ("Bengkulu Utara",)
    assert check.missing == ("17.09",)
    assert check.unknown == ()
    assert check.ambiguous == ()
    assert [(row.code, row.count) for row in check.matched if row.label == "Bengkulu Utara"] == [
        ("17.03", 12_762),
        ("17.03", 24_624),
    ]


def test_a_table_that_is_right_is_found_right() -> None:
    rows = [PrintedRow(regency.full_name, 1) for regency in regencies_of("17")]
    check = check_table(rows, province="17", stated_total=10)
    assert check.difference == 0
    assert [row.code for row in check.matched] == [regency.code for regency in regencies_of("17")]
    assert check.repeated == check.missing == check.unknown == ()
    assert check.ambiguous == ()


def test_one_regency_under_two_labels_is_repeated() -> None:
    rows = [PrintedRow("Kaur", 1), PrintedRow("Kab. Kaur", 2), PrintedRow("KAUR", 3)]
    assert check_table(rows, province="17", stated_total=6).repeated == (
        "Kaur",
        "Kab. Kaur",
        "KAUR",
    )


def test_a_label_of_another_province_is_unknown() -> None:
    check = check_table([PrintedRow("Kota Padang", 1)], province="17", stated_total=1)
    assert check.unknown == ("Kota Padang",)
    assert len(check.missing) == 10


def test_a_name_that_two_regencies_share_is_matched_with_none_and_called_missing_for_none() -> None:
    rows = [PrintedRow("Bogor", 5), PrintedRow("Kota Bekasi", 1)]
    check = check_table(rows, province="32", stated_total=6)
    assert check.ambiguous == (Ambiguous("Bogor", ("32.01", "32.71")),)
    assert [row.code for row in check.matched] == ["32.75"]
    assert not {"32.01", "32.71", "32.75"} & {*check.missing}


def test_a_province_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownRegion):
        check_table([], province="99", stated_total=0)
