"""A thousand invented people for the sample cards.

Their NIK ends in 0000, which is issued to nobody; their family cards end in 0000 as well.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sample.conversion.tables import Row, csv_bytes, read_table

COUNT: Final = 1_000
COLUMNS: Final = (
    "nik",
    "family_card",
    "name",
    "birth_date",
    "regency",
    "cluster",
    "scheme",
)

# Provinces of many islands or much forest, where lines are few.
_REMOTE_PROVINCES: Final = frozenset(
    ("53", "62", "65", "72", "74", "76", "81", "82", "91", "92", "93", "94", "95", "96")
)
_DIGITAL_SINCE: Final = 1982  # year of birth

_CLUSTER_BY_REGENCY: Final = {
    # Around the five places that tourism policy puts first: Lake Toba, Borobudur, Mandalika, Labuan
    # Bajo and Likupang.
    "12.02": "tourism",  # Kabupaten Tapanuli Utara
    "12.06": "tourism",  # Kabupaten Karo
    "12.08": "tourism",  # Kabupaten Simalungun
    "12.11": "tourism",  # Kabupaten Dairi
    "12.12": "tourism",  # Kabupaten Toba
    "12.15": "tourism",  # Kabupaten Pakpak Bharat
    "12.16": "tourism",  # Kabupaten Humbang Hasundutan
    "12.17": "tourism",  # Kabupaten Samosir
    "33.08": "tourism",  # Kabupaten Magelang
    "52.02": "tourism",  # Kabupaten Lombok Tengah
    "53.15": "tourism",  # Kabupaten Manggarai Barat
    "71.06": "tourism",  # Kabupaten Minahasa Utara
    # Where many migrant workers come from.
    "32.09": "pmi",  # Kabupaten Cirebon
    "32.12": "pmi",  # Kabupaten Indramayu
    "33.01": "pmi",  # Kabupaten Cilacap
    "33.24": "pmi",  # Kabupaten Kendal
    "33.29": "pmi",  # Kabupaten Brebes
    "35.02": "pmi",  # Kabupaten Ponorogo
    "35.04": "pmi",  # Kabupaten Tulungagung
    "35.05": "pmi",  # Kabupaten Blitar
    "35.07": "pmi",  # Kabupaten Malang
    "52.03": "pmi",  # Kabupaten Lombok Timur
    # Where many factories are.
    "21.71": "layoff",  # Kota Batam
    "32.01": "layoff",  # Kabupaten Bogor
    "32.15": "layoff",  # Kabupaten Karawang
    "32.16": "layoff",  # Kabupaten Bekasi
    "35.15": "layoff",  # Kabupaten Sidoarjo
    "35.25": "layoff",  # Kabupaten Gresik
    "36.03": "layoff",  # Kabupaten Tangerang
    "36.04": "layoff",  # Kabupaten Serang
}
_EVERY_FOURTH: Final = 4


def convert_candidates(source: Path) -> bytes:
    """Write `candidates.csv` from the first thousand rows of the invented holders."""
    rows = read_table(source, "holders/holders_synthetic_2000.csv")[:COUNT]
    families = _families(rows)
    return csv_bytes(
        (_candidate(number, row, families[row["nik"]]) for number, row in enumerate(rows)),
        columns=COLUMNS,
    )


def scheme_of(*, regency: str, birth_date: date) -> str:
    """Choose the offline scheme for remote provinces and for people born before 1982."""
    remote = regency[:2] in _REMOTE_PROVINCES
    return "offline" if remote or birth_date.year < _DIGITAL_SINCE else "digital"


def cluster_of(*, number: int, regency: str, sex: str) -> str:
    """Choose a target group by place, else `affirmative` for every fourth woman, else none."""
    if regency in _CLUSTER_BY_REGENCY:
        return _CLUSTER_BY_REGENCY[regency]
    return "affirmative" if sex == "P" and number % _EVERY_FOURTH == 0 else ""


def _candidate(number: int, row: Row, family_card: str) -> dict[str, str]:
    regency = row["domicile_regency_code"]
    return {
        "nik": row["nik"],
        "family_card": family_card,
        "name": row["name"],
        "birth_date": row["birth_date"],
        "regency": regency,
        "cluster": cluster_of(number=number, regency=regency, sex=row["sex"]),
        "scheme": scheme_of(regency=regency, birth_date=date.fromisoformat(row["birth_date"])),
    }


def _families(rows: list[dict[str, str]]) -> dict[str, str]:
    """Give a family card to each NIK: of three people of one regency the first two share theirs."""
    neighbours: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        neighbours[row["domicile_regency_code"]].append(row["nik"])
    cards = {}
    for regency, people in neighbours.items():
        numbers = _family_cards(regency)
        for start in range(0, len(people), 3):
            shared = next(numbers)
            cards.update(dict.fromkeys(people[start : start + 2], shared))
            cards.update(dict.fromkeys(people[start + 2 : start + 3], next(numbers)))
    return cards


def _family_cards(regency: str) -> Iterator[str]:
    """Count the days from 2001 up, as a family card bears the day it was issued."""
    day = date(2001, 1, 1)
    while True:
        yield f"{regency.replace('.', '')}01{day:%d%m%y}0000"
        day += timedelta(days=1)
