"""The field of a course: the source's word for it, else judged by the title.

Seven sources spell a field in up to four ways, and 125 of 309 rows name none.
"""

import re
from typing import Final

from sample.conversion.tables import fold

IT: Final = "Teknologi Informasi dan Komunikasi"
BUSINESS: Final = "Bisnis dan Manajemen"
LANGUAGE: Final = "Bahasa"
METHODOLOGY: Final = "Metodologi Pelatihan"
BATIK: Final = "Batik"
BEAUTY: Final = "Tata Kecantikan"
BUILDING: Final = "Bangunan"
ELECTRICITY: Final = "Teknik Listrik"
ELECTRONICS: Final = "Teknik Elektronika"
FARMING: Final = "Pertanian Cerdas"
GARMENT: Final = "Garmen dan Busana"
MANUFACTURE: Final = "Teknik Manufaktur"
MOTOR: Final = "Teknik Otomotif"
PROCESSING: Final = "Pengolahan Hasil"
REFRIGERATION: Final = "Refrigerasi"
TOURISM: Final = "Pariwisata"
WELDING: Final = "Teknik Pengelasan"

_SPELLINGS: Final = {
    "bahasa": LANGUAGE,
    "bangunan": BUILDING,
    "batik": BATIK,
    "bisman": BUSINESS,
    "bisnis manajemen": BUSINESS,
    "elektronika": ELECTRONICS,
    "garmen": GARMENT,
    "las": WELDING,
    "listrik": ELECTRICITY,
    "manufaktur": MANUFACTURE,
    "metodologi": METHODOLOGY,
    "otomotif": MOTOR,
    "pariwisata": TOURISM,
    "processing": PROCESSING,
    "refrigerasi": REFRIGERATION,
    "refrigeration": REFRIGERATION,
    "smart creative it skills": IT,
    "smart farming": FARMING,
    "tata rias": BEAUTY,
    "teknik elektronika": ELECTRONICS,
    "teknik pengelasan": WELDING,
    "teknologi informasi dan komunikasi": IT,
    "tenik pengelasan": WELDING,
    "tik": IT,
}

# For rows without a field; the first pattern found in the title decides.
_BY_TITLE: Final = (
    (r"\bwelder\b", WELDING),
    (r"\b(english|bahasa)\b", LANGUAGE),
    (r"\b(tata rias|kecantikan|pangkas rambut)\b", BEAUTY),
    (r"\b(menjahit|penjahitan|busana|garmen|fashion|pakaian|kebaya|designer)\b", GARMENT),
    (r"\b(pakan ikan|hidroponik|irigasi)\b", FARMING),
    (r"\bpengolahan\b|penyangraian", PROCESSING),
    (r"\b(barista|kopi|bakery|roti|housekeeping|perhotelan|makanan)\b", TOURISM),
    (r"\b(refrigerasi|ac|pendingin)\b", REFRIGERATION),
    (r"\b(sepeda motor|kendaraan|excavator|forklift)\b", MOTOR),
    (r"\b(embedded|audio video|telepon|fiber|bangunan cerdas)\b", ELECTRONICS),
    (r"\b(listrik|plc|instalasi tenaga)\b", ELECTRICITY),
    (r"\b(mesin bubut|cad)\b", MANUFACTURE),
    (r"\b(bangunan|ukur|arsitektur|surveyor|finishing|rough mill|hpl)\b", BUILDING),
    (r"\binstruktur\b", METHODOLOGY),
    (r"\b(pelanggan|perkantoran|kantor digital|produktivitas)\b", BUSINESS),
    (r"\b(komputer|office|web|website|grafis|multimedia|programming|pemrograman|software)\b", IT),
    (r"\b(data|animasi|video|fotografer|konten|marketing|pemasaran|developer|security)\b", IT),
)


def field_of(*, named: str, title: str) -> str:
    """Return a course's field in one spelling.

    Raises `ValueError` where neither the source nor the title tells it.
    """
    if named:
        return _SPELLINGS[fold(named)]
    folded = fold(title)
    for pattern, field in _BY_TITLE:
        if re.search(pattern, folded):
            return field
    raise ValueError(f"no field is known for the title {title!r}")
