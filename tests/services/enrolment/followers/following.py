"""Enrolment's followers of the catalogue, and what they are tried on."""

from __future__ import annotations

from typing import Any

from chassis.feed_client import Feed
from chassis.follower import Follower
from chassis.http_client import ServiceClient
from services.catalog.domain.classes import TrainingClass
from services.enrolment.followers.catalogue import catalogue_follower
from services.enrolment.followers.catalogue_again import CatalogueAgain
from services.enrolment.use_cases.shared.catalogue_lag import CATALOGUE
from tests.services.enrolment.followers.catalogue import Catalogue, class_on_offer
from tests.services.enrolment.house import House, document
from tests.tokens import token


def feed_of(client: ServiceClient) -> Feed:
    """Return the catalogue's feed as its system callers read it."""
    return Feed(source=CATALOGUE, client=client, token=lambda: token(role="system"))


def follower_of(house: House, client: ServiceClient) -> Follower:
    """Return enrolment's follower of a catalogue."""
    return catalogue_follower(
        feed=feed_of(client),
        transactions=house.service.transactions,
        stores=house.service.stores,
    )


def again(house: House, client: ServiceClient) -> CatalogueAgain:
    """Return what follows a catalogue from its beginning."""
    return CatalogueAgain(
        feed=feed_of(client),
        transactions=house.service.transactions,
        stores=house.service.stores,
    )


def published(catalogue: Catalogue, count: int, **plan: Any) -> list[TrainingClass]:
    """Have the catalogue publish so many classes."""
    offered = [class_on_offer(**plan) for _ in range(count)]
    catalogue.tell(*[("published", each) for each in offered])
    return offered


def seats(house: House, class_id: str) -> Any:
    """Read the exact seats of a class."""
    return document(house.get(f"/classes/{class_id}/availability"))
