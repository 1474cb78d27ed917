"""What calls about draws take and answer."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from chassis.contract import Shown, page_of
from chassis.fields import InstantField, OneOf, Reference, Strict, Text, Whole, says
from services.enrolment.domain.draw.application import ApplicationState
from services.enrolment.domain.draw.draw import DrawState
from vocabulary.nik import refuse_personal_number


def only_ascii(text: str) -> None:
    """Refuse what may be written in several ways. Raises `ValueError` with the remedy."""
    if not text.isascii():
        raise ValueError(
            "Send ASCII characters only: letters, digits and signs of an English keyboard."
        )


class OutsideValueRequest(Strict):
    """What the announced source published, and where it stands for everybody to see."""

    value = Text(
        most=200,
        check=only_ascii,
        required=True,
        metadata=says("Exactly as the source has it: the order hangs on every character."),
    )
    source = Text(
        most=500,
        check=refuse_personal_number,
        required=True,
        metadata=says("Its address, or where it was printed."),
    )
    published_at = InstantField(
        required=True,
        metadata=says("When the source published it: after the list of applications was."),
    )


def digest(**options: Any) -> Text:
    """Show a SHA-256, or a secret of the same length."""
    return Text(least=64, most=64, metadata=says("64 hexadecimal digits."), **options)


class RootOfList(Shown):
    """The root of a Merkle tree (RFC 6962) over a list of applications, and when it was published."""

    applications = Whole(metadata=says("How many the list has."))
    root = digest()
    published_at = InstantField()


class OutsideValue(Shown):
    """The random value of somebody else's that the order hangs on."""

    value = Text()
    source = Text(most=500, metadata=says("Where it stands for everybody to see."))
    published_at = InstantField(metadata=says("When the source published it."))
    entered_at = InstantField()


class Draw(Shown):
    """How far a draw is: everything that is published of it, in the order in which it is published."""

    state = OneOf(
        tuple(DrawState),
        metadata=says(
            "Published is the hash of its secret; the list of applications; the outside value; the order; the secret;"
            " or all are judged."
        ),
    )
    outside_source = Text(
        most=500, metadata=says("Which value the order will hang on, said before anybody applied.")
    )
    outside_after = InstantField(
        metadata=says(
            "The value is the first that the source publishes at this instant or later, and after the list."
        )
    )
    commitment = Text(least=64, most=64, metadata=says("The SHA-256 of the secret."))
    announced_at = InstantField()
    list_ = ma.fields.Nested(
        RootOfList,
        data_key="list",
        allow_none=True,
        metadata=says("Of the applications that take part, in the order of their ids."),
    )
    outside_value = ma.fields.Nested(OutsideValue, allow_none=True)
    order = ma.fields.Nested(
        RootOfList, allow_none=True, metadata=says("Of the same applications as drawn.")
    )
    secret = digest(allow_none=True)
    revealed_at = InstantField(allow_none=True)
    judged = Whole(metadata=says("How many applications are judged, those drawn first before all."))
    drawn = Whole(metadata=says("How many of these earned a card."))
    refused = Whole(metadata=says("How many were refused by a rule."))
    not_drawn = Whole(metadata=says("For how many a quota was full."))
    ended_at = InstantField(allow_none=True)


class ListedApplication(Shown):
    """An application that takes part."""

    application_id = Reference()


class DrawnApplication(Shown):
    """An application in the drawn order."""

    place = Whole(least=1)
    application_id = Reference()
    state = OneOf(tuple(ApplicationState), metadata=says("`applied` until its turn has come."))


ListedApplications = page_of(ListedApplication, name="ListedApplications")


DrawnApplications = page_of(DrawnApplication, name="DrawnApplications")
