"""No cell is taken for a formula by a spreadsheet, and numbers stay numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.csv_cells import safe_cell

DANGEROUS = "=+-@\t\r\n＝＋－＠"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+62 812",
        "-",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "=cmd|' /C calc'!A0",
        "-1\n=2",
        "+1e9",
        "-٣",
        "--1",
    ],
)
def test_text_that_would_be_run_is_quoted(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        ("", ""),
        (0, "0"),
        (-1500000, "-1500000"),
        ("-12", "-12"),
        ("+3", "+3"),
        ("-1,5", "-1,5"),
        ("-1.50", "-1.50"),
        ("Siti = Aminah", "Siti = Aminah"),
        ("'t Hart", "'t Hart"),
        ("17.71", "17.71"),
    ],
)
def test_everything_else_stays_as_it_is(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


@given(st.text())
def test_a_cell_begins_like_a_formula_only_if_it_is_a_number(text: str) -> None:
    cell = safe_cell(text)
    assert cell in (text, "'" + text)
    if cell and cell[0] in DANGEROUS:
        float(cell.replace(",", "."))
