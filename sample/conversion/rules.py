"""What the sources do not say about a course: mode, track, hours and price, each by a stated rule."""

import re
from typing import Final

from sample.conversion import fields
from sample.conversion.tables import fold

_DESK_FIELDS: Final = frozenset({fields.IT, fields.BUSINESS, fields.LANGUAGE, fields.METHODOLOGY})
_NEEDS_A_WORKSHOP: Final = re.compile(
    r"\b(jaringan|perakitan|fotografer|teknisi|tatap muka|alat teknik)\b"
)
_ADVANCED: Final = re.compile(
    r"\b(madya|utama|advance|inspektor|management(?! staff)|pengelola|instruktur|estimator|quantity surveyor"
    r"|produktivitas|cam|human machine|smart|6g|6gup|data scientist|generative)\b"
)
_OCCUPATION: Final = re.compile(
    r"^(teknisi|operator|juru|tukang|desainer|welder|plate welder|pipe welder|asisten)\b"
)

_MINUTES_OF_A_LESSON: Final = 45  # one JP (jam pelajaran)
_HOURS_OF_A_TRAINING_DAY: Final = 6  # eight JP
SHORTEST: Final = 15  # hours, the least the programme allows
_ONLINE_HOURS: Final = {"Okupasi": 36, "Klaster": 24}
_OFFLINE_HOURS: Final = {"Okupasi": 120, "Klaster": 80, "Kualifikasi": 160}

LOWEST_PRICE: Final = 150_000
HIGHEST_PRICE: Final = 3_400_000
_PRICE_STEP: Final = 5_000


def mode_of(*, field: str, title: str, met_at_the_centre: bool) -> str:
    """Choose `online` for desk work that no source shows being taught at a centre."""
    if met_at_the_centre or field not in _DESK_FIELDS or _NEEDS_A_WORKSHOP.search(fold(title)):
        return "offline"
    return "online"


def track_of(*, title: str, scheme_type: str) -> str:
    """Choose by the title: advanced work, a new occupation, or a first skill."""
    folded = fold(title)
    if _ADVANCED.search(folded):
        return "upskilling"
    if scheme_type == "Okupasi" or _OCCUPATION.match(folded):
        return "reskilling"
    return "skilling"


def hours_of_lessons(lessons: int) -> int:
    """Turn lessons (JP) into whole hours."""
    return lessons * _MINUTES_OF_A_LESSON // 60


def hours_of_days(days: int) -> int:
    """Turn real training days into hours, eight lessons a day."""
    return days * _HOURS_OF_A_TRAINING_DAY


def hours_by_scheme(*, mode: str, scheme_type: str) -> int:
    """Choose the hours where no source tells them, never below the programme's least."""
    if mode == "online":
        return _ONLINE_HOURS.get(scheme_type, SHORTEST)
    return _OFFLINE_HOURS.get(scheme_type, 60)


def sample_price(*, mode: str, hours: int) -> int:
    """Price a course in rupiah by its hours, in steps of Rp5,000.

    The shortest online course costs what the middle one of the three known prices was, Rp335,000.
    """
    raw = 185_000 + 10_000 * hours if mode == "online" else 150_000 + 12_000 * hours
    stepped = raw // _PRICE_STEP * _PRICE_STEP
    return min(max(stepped, LOWEST_PRICE), HIGHEST_PRICE)
