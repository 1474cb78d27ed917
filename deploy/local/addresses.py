"""Databases named by the environment: `<SERVICE>_DATABASE_URL`, for the owner `<SERVICE>_MIGRATION_DATABASE_URL`."""

from __future__ import annotations

from collections.abc import Mapping

from deploy.local.databases import SERVICES, ServiceDatabase


def addresses_in(variables: Mapping[str, str]) -> dict[str, ServiceDatabase]:
    """Return the databases that are named, by service. The owner is the application where none is named."""
    named = {}
    for service in SERVICES:
        application = variables.get(f"{service.upper()}_DATABASE_URL")
        if application:
            owner = variables.get(f"{service.upper()}_MIGRATION_DATABASE_URL") or application
            named[service] = ServiceDatabase(application=application, owner=owner)
    return named


def variables_for(databases: Mapping[str, ServiceDatabase]) -> dict[str, str]:
    """Return the variables that name these databases."""
    variables = {}
    for service, database in databases.items():
        variables[f"{service.upper()}_DATABASE_URL"] = database.application
        variables[f"{service.upper()}_MIGRATION_DATABASE_URL"] = database.owner
    return variables
