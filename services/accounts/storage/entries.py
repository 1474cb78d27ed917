"""The journal entries of this service: what happened to clients and to signing keys."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.clock import write_instant
from chassis.journal import Entry
from services.accounts.domain.actors import Actor
from services.accounts.domain.clients import Client
from services.accounts.domain.entry_kinds import EntryKind
from services.accounts.domain.signing_keys import SigningKey


def client_registered(client: Client, actor: Actor) -> Entry:
    """Tell that a program may call from now on, and as what."""
    return _client_entry(EntryKind.CLIENT_REGISTERED, client, actor)


def client_disabled(client: Client, actor: Actor) -> Entry:
    """Tell that a program gets no token any more."""
    return _client_entry(EntryKind.CLIENT_DISABLED, client, actor)


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
    body: Mapping[str, str],
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
