"""What calls about applications and draws answer."""

from __future__ import annotations

from chassis.contract import Shown, page_of
from chassis.fields import InstantField, OneOf, Reference, Text, Whole, says
from services.enrolment.domain.draw.application import ApplicationState

_CODE = says("Why no card was awarded: of a rule, or `quota-full`; null where that is not so.")


class MadeApplication(Shown):
    """An application that was just made."""

    id = Reference(
        metadata=says("Give it to the person: by it, and nothing else, the application is found.")
    )
    wave_id = Reference()
    state = OneOf((ApplicationState.APPLIED,))
    applied_at = InstantField()
    position = Whole(least=1, metadata=says("Of the entry in the journal that tells of this."))


class ShownApplication(Shown):
    """What became of an application. Who made it, nobody is told."""

    id = Reference()
    wave_id = Reference()
    state = OneOf(
        tuple(ApplicationState),
        metadata=says(
            "`applied` until its turn has come, unless it is `withdrawn`; `drawn` has a card, `refused` none by a rule,"
            " `not-drawn` none for want of a place."
        ),
    )
    applied_at = InstantField()
    place = Whole(
        least=1, allow_none=True, metadata=says("In the drawn order; null until it is judged.")
    )
    code = Text(most=64, allow_none=True, metadata=_CODE)


class WithdrawnApplication(Shown):
    """An application that was withdrawn; what it held of the person is destroyed."""

    id = Reference()
    state = OneOf((ApplicationState.WITHDRAWN,))
    position = Whole(least=1, metadata=says("Of the entry in the journal that tells of this."))


class ListedApplication(Shown):
    """An application that takes part."""

    application_id = Reference()


class DrawnApplication(Shown):
    """An application in the drawn order."""

    place = Whole(least=1)
    application_id = Reference()
    state = OneOf(tuple(ApplicationState), metadata=says("`applied` until its turn has come."))
    code = Text(most=64, allow_none=True, metadata=_CODE)


ListedApplications = page_of(ListedApplication, name="ListedApplications")
DrawnApplications = page_of(DrawnApplication, name="DrawnApplications")
