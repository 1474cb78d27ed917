"""What the calls about statements take and answer."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from chassis.clock import read_instant
from chassis.contract import Shown, page_of
from chassis.fields import Flag, InstantField, OneOf, PageQuery, Parsed, Reference, Whole, says
from chassis.identifiers import is_id
from services.enrolment.api.fields import balance, rupiah
from services.enrolment.api.rule_documents import DAY_FORM
from services.enrolment.domain.money.movement import Account, Cause
from services.enrolment.queries.provider_statements import OF_PROVIDER, parts_of
from vocabulary import forms
from vocabulary.rule_book import NATIONAL_ZONE
from vocabulary.rule_set import read_day
from vocabulary.zones import zone

DAYS_AT_MOST = 366
_DAY = says(f"A day of {NATIONAL_ZONE}, wherever the holder lives.")
_OPENING = "What it held when that began; below zero, what it had given."
_CLOSING = "What it held when that ended: the next one begins with it."


def day_field(**options: Any) -> Parsed:
    """Take or show a day of the national zone."""
    return Parsed(read_day, form=DAY_FORM, **{"metadata": _DAY, **options})


class DaysQuery(PageQuery):
    """Which days: all that are summed up."""

    def is_key(self, text: str) -> bool:
        """Tell whether a text is a day."""
        return _is_day(text)


class _PeriodQuery(PageQuery):
    first = day_field(
        data_key="from",
        load_default=None,
        metadata=says("The first day; thirty days before the last one."),
    )
    last = day_field(data_key="to", load_default=None, metadata=says("The last day; today."))

    def is_key(self, text: str) -> bool:
        """Tell whether a text is a place in the list, with the sums that the walk carries."""
        after, written = parts_of(text)
        return bool(written) and written.isascii() and self.is_place(after)

    def is_place(self, text: str) -> bool:
        """Tell whether a text is what the list goes on after."""
        return is_id(text)


class ProviderDaysQuery(_PeriodQuery):
    """Which days of a provider, of all its classes or of one."""

    class_id = Reference(load_default=None, metadata=says("Only what is about this class."))

    def is_place(self, text: str) -> bool:
        """Tell whether a text is a day."""
        return _is_day(text)


class ProviderClassesQuery(_PeriodQuery):
    """Which days of a provider."""


class ProviderMovementsQuery(_PeriodQuery):
    """Which days of a provider, of all its classes or of one."""

    class_id = Reference(load_default=None, metadata=says("Only what is about this class."))

    def is_place(self, text: str) -> bool:
        """Tell whether a text is an instant and an id."""
        instant, _, movement_id = text.partition(" ")
        try:
            read_instant(instant)
        except ValueError:
            return False
        return is_id(movement_id)


def _is_day(text: str) -> bool:
    try:
        read_day(text)
    except ValueError:
        return False
    return True


class Flow(Shown):
    """What movements of one cause come to."""

    cause = OneOf(tuple(Cause))
    from_ = OneOf(tuple(Account), data_key="from")
    to = OneOf(tuple(Account))
    amount = rupiah("How much, all together.")
    movements = Whole(least=1, metadata=says("How many."))


class AccountLine(Shown):
    """An account in a stretch of time."""

    account = OneOf(tuple(Account))
    opening = balance(_OPENING)
    in_ = ma.fields.List(ma.fields.Nested(Flow), data_key="in", metadata=says("What came in."))
    out = ma.fields.List(ma.fields.Nested(Flow), metadata=says("What went out."))
    closing = balance(_CLOSING)


class ShownDay(Shown):
    """All accounts on a day, by its movements. Their openings add up to nothing, and so do their closings."""

    day = day_field()
    zone = Parsed(zone, form=forms.ZONE)
    begins_at = InstantField()
    ends_at = InstantField(metadata=says("It no longer belongs to the day."))
    is_over = Flag(metadata=says("False while money still moves on it."))
    accounts = ma.fields.List(ma.fields.Nested(AccountLine))


class SummedLine(Shown):
    """An account on a day that is over."""

    account = OneOf(tuple(Account))
    opening = balance(_OPENING)
    in_ = Whole(data_key="in", metadata=says("Rupiah that came in."))
    out = Whole(metadata=says("Rupiah that went out."))
    closing = balance(_CLOSING)


class SummedDay(Shown):
    """All accounts on a day that is over, as they were summed up an hour later."""

    day = day_field()
    accounts = ma.fields.List(ma.fields.Nested(SummedLine))


SummedDays = page_of(SummedDay, name="SummedDays")


class ProviderLine(AccountLine):
    """A provider's account in a stretch of time."""

    account = OneOf(OF_PROVIDER, metadata=says("What is set aside for it, or was paid to it."))


class ProviderMovement(Shown):
    """Rupiah that were set aside for a provider, or left that; never edited."""

    id = Reference()
    cause = OneOf(tuple(Cause))
    from_ = OneOf(tuple(Account), data_key="from")
    to = OneOf(tuple(Account))
    amount = rupiah("How much.")
    enrolment_id = Reference()
    class_id = Reference()
    moved_at = InstantField()


class ProviderDay(Shown):
    """A provider's accounts on a day."""

    day = day_field()
    accounts = ma.fields.List(ma.fields.Nested(ProviderLine))


class ProviderClass(Shown):
    """A provider's accounts, of one class."""

    class_id = Reference()
    accounts = ma.fields.List(ma.fields.Nested(ProviderLine))


def _of_provider(item: type[Shown], *, name: str) -> type[Shown]:
    """Return the document of a provider's statement: its accounts over the whole period, and a list."""
    period = {
        "provider_id": Reference(),
        "from": day_field(),
        "to": day_field(),
        "zone": Parsed(zone, form=forms.ZONE),
        "accounts": ma.fields.List(
            ma.fields.Nested(ProviderLine),
            metadata=says("Over the whole period, as it was when the first page was answered."),
        ),
    }
    page = page_of(item, name=f"{name}Page")
    return type(name, (page,), {"__doc__": "A provider's statement of a period.", **period})


ProviderMovements = _of_provider(ProviderMovement, name="ProviderMovements")
ProviderDays = _of_provider(ProviderDay, name="ProviderDays")
ProviderClasses = _of_provider(ProviderClass, name="ProviderClasses")
