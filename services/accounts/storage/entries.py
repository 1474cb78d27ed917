"""The journal entries of this service: what happened to clients and to signing keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.clock import write_instant
from chassis.journal import Entry
from services.accounts.domain.actors import ITSELF, Actor
from services.accounts.domain.authorization.applications import Application
from services.accounts.domain.authorization.grants import Grant, GrantEnd
from services.accounts.domain.clients import Client
from services.accounts.domain.entry_kinds import EntryKind
from services.accounts.domain.signing_keys import SigningKey


def client_registered(client: Client, actor: Actor) -> Entry:
    """Tell that a program may call from now on, and as what."""
    return _client_entry(EntryKind.CLIENT_REGISTERED, client, actor)


def client_disabled(client: Client, actor: Actor) -> Entry:
    """Tell that a program gets no token any more."""
    return _client_entry(EntryKind.CLIENT_DISABLED, client, actor)


def application_registered(application: Application, actor: Actor) -> Entry:
    """Tell that people can sign in at an application from now on, and where its answers go."""
    facts = {
        "client_id": application.client_id,
        "is_public": application.is_public,
        "redirect_uris": list(application.redirect_uris),
    }
    return _entry(EntryKind.APPLICATION_REGISTERED, actor, body=facts)


def application_disabled(application: Application, actor: Actor) -> Entry:
    """Tell that nobody can sign in at an application any more."""
    facts = {"client_id": application.client_id}
    return _entry(EntryKind.APPLICATION_DISABLED, actor, body=facts)


def grant_ended(grant: Grant, *, by: GrantEnd, request_id: str) -> Entry:
    """Tell that an application may act for a person no more, before its time was over."""
    facts = {
        "grant_id": grant.grant_id,
        "client_id": grant.client_id,
        "account_id": grant.account_id,
        "by": by.value,
    }
    return _entry(EntryKind.GRANT_ENDED, Actor(ITSELF, request_id), body=facts)


def key_created(key: SigningKey, actor: Actor) -> Entry:
    """Tell of a new key, with its public half: a token found later can be checked against it."""
    facts = {
        "kid": key.kid,
        "public_key": key.public_key,
        "signs_from": write_instant(key.signs_from),
    }
    return _entry(EntryKind.KEY_CREATED, actor, body=facts)


def key_retired(kid: str, actor: Actor) -> Entry:
    """Tell that a key signs no more and that its private half is destroyed."""
    return _entry(EntryKind.KEY_RETIRED, actor, body={"kid": kid})


def _client_entry(kind: EntryKind, client: Client, actor: Actor) -> Entry:
    mandate = client.mandate
    return _entry(
        kind,
        actor,
        body={"client_id": client.client_id, "role": mandate.role},
        subjects={
            "provider_id": mandate.provider,
            "card_ref": mandate.card,
            "region": mandate.region,
        },
    )


def _entry(
    kind: EntryKind,
    actor: Actor,
    *,
    body: Mapping[str, Any],
    subjects: Mapping[str, str | None] | None = None,
) -> Entry:
    return Entry(
        kind=kind,
        actor=actor.name,
        role=actor.role,
        request_id=actor.request_id,
        subjects=subjects or {},
        body=body,
    )
