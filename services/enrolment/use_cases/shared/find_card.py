"""Find a card by a number that stands on a document of its holder."""

from __future__ import annotations

import sqlalchemy as sa

from services.enrolment.domain.programme.card import Card
from services.enrolment.domain.reach import Reach
from services.enrolment.storage.stores import Stores
from vocabulary.refusals.cards import CardNotFound


def find_card(
    connection: sa.Connection, *, card_number: str | None, nik: str | None, stores: Stores
) -> Card | None:
    """Find a card by its number, or else by its holder's NIK; None where there is none."""
    card_ref = None
    if card_number is not None:
        card_ref = stores.persons.card_ref_by_number(connection, card_number)
    elif nik is not None:
        card_ref = stores.persons.card_ref_by_nik(connection, nik)
    return None if card_ref is None else stores.cards.read(connection, card_ref)


def named_card(
    connection: sa.Connection, *, card_number: str | None, card_ref: str | None, stores: Stores
) -> Card:
    """Return the card that is named by its reference, or else by its number. Raises `CardNotFound`."""
    if card_ref is not None:
        card = stores.cards.read(connection, card_ref)
    else:
        card = find_card(connection, card_number=card_number, nik=None, stores=stores)
    if card is None:
        raise CardNotFound
    return card


def card_within_reach(
    connection: sa.Connection, card_number: str, *, reach: Reach, stores: Stores
) -> str:
    """Return the reference of a card. Raises `CardNotFound` alike for what is absent and what is out of reach."""
    card = find_card(connection, card_number=card_number, nik=None, stores=stores)
    if card is None or not reach.has_card(region=card.region):
        raise CardNotFound
    return card.card_ref
