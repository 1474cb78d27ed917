"""The catalogue's calls: what they take, who may make them, and what they answer."""

from __future__ import annotations

from chassis.endpoints import Endpoint
from chassis.feed import feed_endpoints
from services.catalog.api import classes, courses, providers, regions
from services.catalog.service import CatalogService
from vocabulary.roles import SYSTEM


def every_endpoint() -> list[Endpoint[CatalogService]]:
    """Return every call this service takes."""
    return [
        *providers.endpoints.all,
        *courses.endpoints.all,
        *classes.endpoints.all,
        *regions.endpoints.all,
        *feed_endpoints(allow=(SYSTEM,)),
    ]
