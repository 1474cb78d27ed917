"""Regencies by the labels that tables of other houses print: "Kab. Bengkulu Utara", "MUKO MUKO", "Kota Bengkulu".

A label is matched by its letters and digits alone, within one province. One that could be a kabupaten as well as a kota
stands for both, and whoever asks is told so: which one was meant is never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final

from vocabulary.regions import Regency, RegencyKind, regencies_of

_NO_LETTER: Final = re.compile(r"[\W_]+")
_BEGINNINGS: Final = {
    RegencyKind.KABUPATEN: ("", "kabupaten", "kab", "kabupatenadministrasi", "kabadm"),
    RegencyKind.KOTA: ("", "kota", "kotamadya", "kotaadministrasi", "kotaadm"),
}
"""What stands before the name; only Jakarta's regencies are administrative, and many tables do not call them so."""


def regencies_labelled(label: str, *, province: str) -> tuple[Regency, ...]:
    """Return the regencies of a province that a label may stand for: none, one, or a kabupaten and a kota.

    A label that names the kind stands for that one alone. Raises `UnknownRegion` for the province.
    """
    return _labelled_in(province).get(_letters(label), ())


@cache
def _labelled_in(province: str) -> Mapping[str, tuple[Regency, ...]]:
    """Return a province's regencies by every label, in letters alone: a long table is looked up, not searched."""
    labelled: dict[str, tuple[Regency, ...]] = {}
    for regency in regencies_of(province):
        name = _letters(regency.name)
        for beginning in _BEGINNINGS[regency.kind]:
            labelled[beginning + name] = (*labelled.get(beginning + name, ()), regency)
    return labelled


def _letters(text: str) -> str:
    """Keep the letters and digits of a text, in one case and one way of writing them."""
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())
