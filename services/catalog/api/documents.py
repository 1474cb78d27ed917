"""What the catalogue's calls answer, as the contract describes it; tests hold every answer to this."""

from __future__ import annotations

import marshmallow as ma

from chassis.contract import Shown, page_of
from chassis.fields import Flag, InstantField, OneOf, Parsed, Reference, Text, Whole, says
from services.catalog.api.fields import regency, word
from services.catalog.domain.class_plans import MOST_SEATS, MOST_TRAINERS
from services.catalog.domain.classes import ClassStatus
from services.catalog.domain.courses import CourseStatus, Mode, Track
from services.catalog.domain.meetings import FINAL_TEST
from services.catalog.domain.providers import ProviderKind, ProviderStatus
from vocabulary import forms
from vocabulary.money import check_rupiah
from vocabulary.regions import province, region_code
from vocabulary.zones import zone

_REASON = says("The operator's reason, from the last decision; only for who sees inside.")
_VERSION = says("Grows with every change; the ETag says it.")


class Region(Shown):
    """A province or a regency."""

    code = Parsed(region_code, form=forms.REGION)
    kind = OneOf(("province", "kabupaten", "kota"))
    name = Text(most=100)
    full_name = Text(
        most=100, metadata=says("With its kind: 26 names are of a kabupaten and of a kota.")
    )
    parent = Parsed(
        province, form=forms.PROVINCE, allow_none=True, metadata=says("The province of a regency.")
    )
    zone = Parsed(zone, form=forms.ZONE)


Regions = page_of(Region, name="Regions")


class Provider(Shown):
    """A training institution."""

    SOMETIMES = frozenset({"reason", "email"})

    id = Reference()
    name = Text(most=200)
    kind = word(ProviderKind)
    regency = regency(allow_none=True, metadata=says("Where it sits; null where unknown."))
    status = word(ProviderStatus)
    reason = Text(most=1_000, lines=True, allow_none=True, metadata=_REASON)
    email = Text(
        most=254, allow_none=True, metadata=says("Only for its own staff and the operator.")
    )


Providers = page_of(Provider, name="Providers")


class Unit(Shown):
    """A unit of the curriculum."""

    code = Text(most=100, allow_none=True)
    title = Text(most=300)


class Course(Shown):
    """A course as its provider describes it."""

    SOMETIMES = frozenset({"reason"})

    id = Reference()
    provider_id = Reference()
    provider_name = Text(most=200)
    status = word(CourseStatus)
    version = Whole(least=1, metadata=_VERSION)
    title = Text(most=200)
    summary = Text(most=4_000, lines=True)
    outcomes = ma.fields.List(Text(most=300))
    track = word(Track)
    mode = word(Mode)
    competency_codes = ma.fields.List(Text(most=100))
    hours = Whole()
    price = Parsed(
        check_rupiah,
        form=forms.RUPIAH,
        metadata=says("The most that a class of it may cost, in rupiah."),
    )
    sample_price = Flag(metadata=says("The price was made up for a demonstration."))
    language = Text(least=2, most=3, metadata=says("A language code, such as id."))
    prerequisites = ma.fields.List(Text(most=300))
    category = Text(most=100, allow_none=True)
    units = ma.fields.List(ma.fields.Nested(Unit))
    reason = Text(most=1_000, lines=True, allow_none=True, metadata=_REASON)


class Choice(Shown):
    """A word that could be chosen, and how many courses that would leave."""

    value = Text(most=100)
    count = Whole()


class ProviderChoice(Shown):
    """A provider that could be chosen."""

    value = Reference()
    name = Text(most=200)
    count = Whole()


class SeatsChoice(Shown):
    """Courses with a class that has seats, or that has none."""

    value = Flag()
    count = Whole()


class Facets(Shown):
    """What each other choice would leave, with all filters but its own."""

    track = ma.fields.List(ma.fields.Nested(Choice))
    mode = ma.fields.List(ma.fields.Nested(Choice))
    provider = ma.fields.List(ma.fields.Nested(ProviderChoice))
    region = ma.fields.List(ma.fields.Nested(Choice))
    has_seats = ma.fields.List(ma.fields.Nested(SeatsChoice))


Courses = page_of(
    Course,
    name="Courses",
    sometimes={
        "total": Whole(
            metadata=says("How many there are on all pages; not in lists to work with.")
        ),
        "facets": ma.fields.Nested(Facets),
    },
)


class Meeting(Shown):
    """One sitting of a class."""

    sequence = Whole(least=1, most=FINAL_TEST, metadata=says(f"{FINAL_TEST} is the final test."))
    starts_at = InstantField()
    ends_at = InstantField()


class TrainingClass(Shown):
    """One run of a course."""

    id = Reference()
    course_id = Reference()
    course_title = Text(most=200)
    provider_id = Reference()
    provider_name = Text(most=200)
    status = word(ClassStatus)
    reason = Text(most=1_000, lines=True, allow_none=True, metadata=says("Why it was called off."))
    version = Whole(least=1, metadata=_VERSION)
    rule_version = Text(
        most=32,
        allow_none=True,
        metadata=says(
            "Of the rules that judged its course, days and seats: those in force when it starts. Null of an old class."
        ),
    )
    track = word(Track)
    hours = Whole()
    mode = word(Mode)
    price = Parsed(check_rupiah, form=forms.RUPIAH)
    seats = Whole(least=1, most=MOST_SEATS, metadata=says("As the provider declares them."))
    seats_left = Whole(
        most=MOST_SEATS, metadata=says("At most a second old; availability is exact.")
    )
    provider_suspended = Flag(
        metadata=says("Its provider is suspended: it takes nobody else, and no seat is left.")
    )
    trainers = Whole(least=1, most=MOST_TRAINERS)
    zone = Parsed(zone, form=forms.ZONE)
    link = Text(most=500, allow_none=True)
    venue = Text(most=300, allow_none=True)
    regency = regency(allow_none=True)
    regions = ma.fields.List(
        Parsed(region_code, form=forms.REGION),
        metadata=says("Whose people it is meant for; empty: everybody."),
    )
    registration_opens = InstantField()
    registration_closes = InstantField()
    starts_at = InstantField(metadata=says("When its first meeting starts."))
    ends_at = InstantField(metadata=says("When its last meeting ends."))
    meetings = ma.fields.List(ma.fields.Nested(Meeting))


Classes = page_of(TrainingClass, name="Classes")
