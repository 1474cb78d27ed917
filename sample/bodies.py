"""The bodies of the requests that the loader sends: the one place that knows their shape."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sample.dates import instant
from sample.files import Candidate, Course, Provider, SampleClass

Body = dict[str, Any]

# The final test of a class, whatever the number of its meetings.
TEST_SEQUENCE: Final = 999
_OFFICE_CLOSES: Final = "17:00"
_CAPITAL: Final = "Asia/Jakarta"
_WAVE_OPENS: Final = -1
_WAVE_CLOSES: Final = 180


def provider_body(provider: Provider) -> Body:
    """Write an institution's application."""
    return {"name": provider.name, "regency": provider.regency, "kind": provider.kind}


def course_body(course: Course) -> Body:
    """Write a course."""
    return {
        "title": course.title,
        "summary": course.summary,
        "outcomes": list(course.outcomes),
        "track": course.track,
        "mode": course.mode,
        "competency_codes": list(course.competency_codes),
        "hours": course.hours,
        "price": course.price,
        "sample_price": course.price_is_sample,
        "language": "id",
        "prerequisites": [],
        "category": course.category,
        "units": [{"code": unit.code, "title": unit.title} for unit in course.units],
    }


def class_body(sample: SampleClass, *, price: int, zero: date) -> Body:
    """Write a class with its days counted from day 0; it serves the whole country."""
    where = (
        {"link": sample.link}
        if sample.mode == "online"
        else {"venue": sample.venue, "regency": sample.regency}
    )
    opens = instant(zero=zero, day=sample.opens_day, clock="00:00", zone=sample.zone)
    closes = instant(zero=zero, day=sample.closes_day, clock=_OFFICE_CLOSES, zone=sample.zone)
    return {
        "mode": sample.mode,
        **where,
        "zone": sample.zone,
        "registration_opens": opens,
        "registration_closes": closes,
        "meetings": _meetings(sample, zero=zero),
        "seats": sample.seats,
        "price": price,
        "regions": [],
    }


def wave_body(*, zero: date) -> Body:
    """Write the wave of the sample candidates, open for half a year."""
    return {
        "name": f"Gelombang contoh {zero:%Y-%m-%d}",
        "opens_at": instant(zero=zero, day=_WAVE_OPENS, clock="00:00", zone=_CAPITAL),
        "closes_at": instant(zero=zero, day=_WAVE_CLOSES, clock=_OFFICE_CLOSES, zone=_CAPITAL),
    }


def admission_body(candidates: Sequence[Candidate]) -> Body:
    """Write a batch of at most a thousand candidates."""
    return {
        "candidates": [
            {
                "nik": candidate.nik,
                "family_card": candidate.family_card,
                "name": candidate.name,
                "birth_date": candidate.birth_date.isoformat(),
                "regency": candidate.regency,
                "cluster": candidate.cluster,
                "scheme": candidate.scheme,
            }
            for candidate in candidates
        ]
    }


def decision_body(decision: str) -> Body:
    """Write an operator's decision on an institution or a course."""
    return {"decision": decision, "reason": "Data contoh"}


def _meetings(sample: SampleClass, *, zero: date) -> list[Body]:
    numbered = [*enumerate(sample.days, start=1), (TEST_SEQUENCE, sample.test_day)]
    return [
        {
            "sequence": sequence,
            "starts_at": instant(zero=zero, day=day, clock=sample.starts, zone=sample.zone),
            "ends_at": instant(zero=zero, day=day, clock=sample.ends, zone=sample.zone),
        }
        for sequence, day in numbered
    ]
