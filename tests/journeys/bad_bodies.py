"""Bodies that must be refused, and the field by which each is."""

from __future__ import annotations

from typing import Any

from tests.journeys.bodies import days_from_now

NOT_STRICT_JSON: dict[str, bytes] = {
    "a key twice": b'{"name":"A","name":"B","kind":"blk"}',
    "NaN": b'{"name":NaN,"kind":"blk"}',
    "Infinity": b'{"name":-Infinity,"kind":"blk"}',
    "a number beyond every bound": b'{"name":1e999,"kind":"blk"}',
    "a number of 10,000 digits": b'{"name":' + b"9" * 10_000 + b',"kind":"blk"}',
    "NUL": b'{"name":"A\\u0000B","kind":"blk"}',
    "a lone surrogate": b'{"name":"A\\ud800B","kind":"blk"}',
    "100,000 lists within one another": b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects within one another": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "bytes that are not UTF-8": b'{"name":"\xff\xfe","kind":"blk"}',
    "UTF-16": '{"name":"A"}'.encode("utf-16"),
    "a text cut short": b'{"name":"A',
    "nothing": b"",
    "a raw line break in a text": b'{"name":"A\nB","kind":"blk"}',
    "something after the end": b'{"name":"A","kind":"blk"} {}',
}

APPLICATION_FIELDS: tuple[tuple[str, Any], ...] = (
    ("owner", "me"),
    ("name", 17),
    ("name", ""),
    ("name", " LPK"),
    ("name", "L" * 201),
    ("name", "L\x07K"),
    ("kind", "church"),
    ("regency", "11.1"),
    ("regency", 11.10),
    ("regency", "99.99"),
    ("regency", "17"),
    ("regency", "١٧.٧١"),
    ("email", "nobody"),
)

ENROLMENT_FIELDS: tuple[tuple[str, Any], ...] = (
    ("expected_price", 2**63),
    ("expected_price", 10**30),
    ("expected_price", -1),
    ("expected_price", 250_000.0),
    ("expected_price", "250000"),
    ("expected_price", True),
    ("expected_price", None),
    ("class_id", "17"),
    ("class_id", 17),
    ("class_id", None),
    ("card_number", "123456789012345"),
    ("card_number", "１２３４５６７８９０１２３４５６"),
    ("card_number", 1234567890123456),
    ("card_number", "1234567890123456\n"),
    ("actor", "somebody"),
    ("balance", 10_000_000),
)

SPELLINGS_OF_A_NIK: dict[str, object] = {
    "a number": 3273110101900001,
    "with spaces": "3273 1101 0190 0001",
    "with dots": "327311.010190.0001",
    "a digit short": "327311010190001",
    "a digit more": "32731101019000011",
    "the letter O": "327311O1O19OOOO1",
    "full-width digits": "３２７３１１０１０１９００００１",
    "Arabic-Indic digits": "٣٢٧٣١١٠١٠١٩٠٠٠٠١",
    "a line break at the end": "3273110101900001\n",
    "no such day": "3273113202900001",
    "nothing": "",
    "null": None,
}

CANDIDATE_FIELDS: tuple[tuple[str, Any], ...] = (
    ("birth_date", "1990-02-30"),
    ("birth_date", "1990-13-01"),
    ("birth_date", "01-02-1990"),
    ("birth_date", 19900201),
    ("regency", "32.7"),
    ("regency", 32.73),
    ("regency", "32"),
    ("regency", "00.00"),
    ("scheme", "both"),
    ("cluster", "friends"),
    ("family_card", "12345"),
    ("name", "A\u202eB"),
    ("income", 1_000_000),
)


def _meetings(*sittings: tuple[str, str]) -> dict[str, Any]:
    return {
        "meetings": [
            {"sequence": sequence, "starts_at": start, "ends_at": end}
            for sequence, (start, end) in enumerate(sittings, start=1)
        ]
    }


def _day(number: int, hours: float = 0) -> str:
    return days_from_now(number, hours=hours)


IMPOSSIBLE_CLASSES: dict[str, tuple[dict[str, Any], str]] = {
    "ends before it starts": (_meetings((_day(30, 3), _day(30))), "/meetings/0/ends_at"),
    "meets on 30 February": (
        _meetings(("2027-02-30T02:00:00Z", "2027-02-30T05:00:00Z")),
        "/meetings/0/starts_at",
    ),
    "meets at 25 o'clock": (
        _meetings(("2027-02-20T25:00:00Z", "2027-02-20T26:00:00Z")),
        "/meetings/0/starts_at",
    ),
    "meets at an hour of no zone": (
        _meetings(("2027-02-20T02:00:00", "2027-02-20T05:00:00")),
        "/meetings/0/starts_at",
    ),
    "is over already": (
        {
            **_meetings((_day(-3), _day(-3, 3))),
            "registration_opens": _day(-9),
            "registration_closes": _day(-5),
        },
        "/meetings/0/starts_at",
    ),
    "sits all day long": (_meetings((_day(30), _day(30, 9))), "/meetings"),
    "sits twice at once": (
        _meetings((_day(30), _day(30, 2)), (_day(30, 1), _day(30, 2.5))),
        "/meetings/1/starts_at",
    ),
    "never meets": ({"meetings": []}, "/meetings"),
    "takes people after it began": ({"registration_closes": _day(31)}, "/registration_closes"),
    "closes before it opens": (
        {"registration_opens": _day(20), "registration_closes": _day(10)},
        "/registration_closes",
    ),
    "has no seats": ({"seats": 0}, "/seats"),
    "has seats beyond every number": ({"seats": 2**63}, "/seats"),
    "has half a seat": ({"seats": 1.5}, "/seats"),
    "costs more than its course": ({"price": 9_999_999}, "/price"),
    "is in a zone of its own": ({"zone": "Asia/Bengkulu"}, "/zone"),
    "has a link that is a script": ({"link": "javascript:1"}, "/link"),
    "is online at a place": ({"venue": "Jl. Salak 1"}, "/venue"),
    "is for a region that lost a zero": ({"regions": ["11.1"]}, "/regions/0"),
}
