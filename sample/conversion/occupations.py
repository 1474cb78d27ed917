"""Names that the official lists give to one thing: of occupations (KBJI 2014) and of competency standards (SKKNI)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sample.conversion.tables import read_table

_HEAD: Final = """\
# Names of one thing, as the lists of occupations (KBJI 2014) and of competency standards (SKKNI) give them.
# Made by `python -m sample.convert`; a line is a meaning: phrases that mean the same, set apart by |.
"""
_IN_BRACKETS: Final = re.compile(r"\A(?P<name>[^()]+) \((?P<other>[^()]+)\)\Z")
_OR: Final = re.compile(r"\A(?P<name>[^()]+) atau (?P<other>[^()]+?)(?: \((?P<short>[^()]+)\))?\Z")
_MOST_WORDS: Final = 4
# What stands in brackets and is no other name, but says which of several is meant.
_NO_NAME: Final = re.compile(
    r"\b(?:umum|selain|kecuali|atau|yang|tidak|bukan|campuran|kombinasi|termasuk|dan|dengan|untuk|ybdi|ytdl|di|dari)\b",
    re.IGNORECASE,
)
# By reading: what stands in brackets here tells the field of work, and is not another name.
_FIELDS: Final = frozenset(
    (
        *(
            "terapan",
            "penyelamatan laut",
            "patologi",
            "penyakit kaki",
            "produk industri",
            "ti",
            "tik",
        ),
        *("komputer", "pembebasan bersyarat", "manuskrip", "penyiaran", "perusahaan penerbangan"),
        *("perairan pesisir", "perahu", "pengisian bahan bakar kapal", "listrik", "celup", "spa"),
        *("non-hewan piaraan", "quality control management", "alat ukur", "event"),
    )
)
_ARMED_FORCES: Final = "0"
_LEAST_LEVEL: Final = 4


def convert_occupations(source: Path) -> bytes:
    """Write a line for each title that gives a thing several names."""
    lines = dict.fromkeys(
        "|".join(names) for title in _titles(source) if len(names := _names(title)) > 1
    )
    return (_HEAD + "".join(f"{line}\n" for line in lines)).encode()


def _titles(source: Path) -> Iterator[str]:
    for row in read_table(source, "taxonomy/kbji2014.csv"):
        if int(row["level"]) >= _LEAST_LEVEL and not row["code"].startswith(_ARMED_FORCES):
            yield row["title"]
    for row in read_table(source, "taxonomy/skkni_documents.csv"):
        yield row["title"].removeprefix("SKKNI ")
    for row in read_table(source, "taxonomy/skkni_units.csv"):
        yield row["unit_title"]


def _names(title: str) -> list[str]:
    match = _OR.match(title) or _IN_BRACKETS.match(title)
    if match is None:
        return []
    given = [match["name"], match["other"], *[n for n in match.groupdict().values() if n]]
    names = [name.strip().lower() for text in given for name in text.split("/")]
    usable = [name for name in dict.fromkeys(names) if _is_name(name)]
    return usable if names[0] in usable else []


def _is_name(text: str) -> bool:
    return (
        len(text) > 1
        and len(text.split()) <= _MOST_WORDS
        and "," not in text
        and text not in _FIELDS
        and not _NO_NAME.search(text)
    )
