"""Regions and the codes abolished in 2022, each with the code in its place, and since when."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sample.conversion.tables import Row, csv_bytes, fold, read_table

DIVIDED: Final[Mapping[str, str]] = MappingProxyType({"91": "2022-07-25", "92": "2022-12-08"})
"""The days of the laws that divided Papua (14, 15 and 16 of 2022) and Papua Barat (29 of 2022)."""


def convert_regions(source: Path) -> dict[str, bytes]:
    """Return `provinces.csv`, `regencies.csv` and `former_codes.csv`."""
    provinces = read_table(source, "regions/provinces.csv")
    regencies = read_table(source, "regions/regencies.csv")
    history = read_table(source, "regions/region_code_history.csv")
    return {
        "provinces.csv": csv_bytes(
            [
                {"code": row["code"], "name": row["name"], "zone": row["tz_iana"]}
                for row in provinces
            ],
            columns=("code", "name", "zone"),
        ),
        "regencies.csv": csv_bytes(
            [_regency(row, provinces) for row in regencies],
            columns=("code", "province", "kind", "name", "full_name", "zone"),
        ),
        "former_codes.csv": csv_bytes(_former(history), columns=("code", "successor", "since")),
    }


def _regency(row: Row, provinces: list[dict[str, str]]) -> dict[str, str]:
    province = next(found for found in provinces if found["code"] == row["province_code"])
    # The source gives a regency's clock and its province's zone: one zone only if the clocks agree.
    if province["timezone"] != row["timezone"]:
        raise ValueError(f"{row['code']} keeps another clock than its province")
    return {
        "code": row["code"],
        "province": row["province_code"],
        "kind": row["type"],
        "name": row["name"],
        "full_name": row["full_name"],
        "zone": province["tz_iana"],
    }


def _former(history: list[dict[str, str]]) -> list[dict[str, str]]:
    """Pair each abolished code with the one new code that bears its name."""
    born = {
        _name(row["name_2025"]): row["code"]
        for row in history
        if row["in_current"] == "1" and not row["name_2022"] and row["level"] == "regency"
    }
    gone = [row for row in history if row["in_current"] == "0"]
    return [
        {
            "code": row["code"],
            "successor": born[_name(row["name_2022"])],
            "since": DIVIDED[row["code"][:2]],
        }
        for row in gone
    ]


def _name(name: str) -> str:
    return fold(name).replace("kabupaten", "kab")
