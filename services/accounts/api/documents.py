"""What the calls of accounts take as forms and answer, as the contract describes it."""

from __future__ import annotations

import marshmallow as ma

from chassis.contract import Shown
from chassis.fields import OneOf, Reference, Text, Whole, says
from services.accounts.api.token_request import GRANT_TYPES
from vocabulary.roles import EVERY_ROLE


class TokenForm(ma.Schema):
    """A request for tokens (RFC 6749); id and secret may come by HTTP Basic instead."""

    class Meta:
        unknown = ma.INCLUDE

    grant_type = OneOf(GRANT_TYPES, required=True)
    client_id = Text(most=64)
    client_secret = Text(most=200)
    code = Text(most=200, metadata=says("With `authorization_code`: what the browser brought."))
    redirect_uri = Text(most=500, metadata=says("With `authorization_code`: where it brought it."))
    code_verifier = Text(most=128, metadata=says("With `authorization_code`: PKCE, RFC 7636."))
    refresh_token = Text(most=200, metadata=says("With `refresh_token`: the last one given."))


class Tokens(Shown):
    """An access token, and what a person's application gets beside it (RFC 6749 section 5.1)."""

    SOMETIMES = frozenset({"scope", "id_token", "refresh_token"})

    access_token = Text(most=4_096, metadata=says("Send it as Authorization: Bearer."))
    token_type = OneOf(("Bearer",))
    expires_in = Whole(least=1, metadata=says("Seconds. Keep the token until shortly before."))
    scope = Text(most=100, metadata=says("What was granted; to applications."))
    id_token = Text(
        most=4_096, metadata=says("Who signed in, and when; for `openid`, with a code.")
    )
    refresh_token = Text(
        most=200,
        metadata=says("Good once, for the next tokens; for `offline_access`. Keep it secret."),
    )


class RevocationForm(ma.Schema):
    """A token to be taken back (RFC 7009 section 2.1); id and secret may come by HTTP Basic instead."""

    class Meta:
        unknown = ma.INCLUDE

    token = Text(most=4_096, required=True)
    token_type_hint = Text(most=64, metadata=says("Not needed: either kind is recognised."))
    client_id = Text(most=64)
    client_secret = Text(most=200)


class Nothing(Shown):
    """An empty object."""


class Person(Shown):
    """Whom a token names (OpenID Connect Core 1.0 section 5.3): no name and no number."""

    SOMETIMES = frozenset({"provider", "card", "region"})

    sub = Text(most=128, metadata=says("A reference that stays the same for this person."))
    role = OneOf(EVERY_ROLE)
    provider = Reference(metadata=says("The provider whose staff it is."))
    card = Reference(metadata=says("The holder's card."))
    region = Text(most=5, metadata=says("The officer's province or regency."))


class Revocations(Shown):
    """What tokens name that was taken back while they may still be met."""

    grants = ma.fields.List(Text(most=64))
    clients = ma.fields.List(Text(most=64))


class Issuer(Shown):
    """The issuer's description (OpenID Connect Discovery 1.0, RFC 8414)."""

    issuer = Text(most=500)
    authorization_endpoint = Text(most=500)
    token_endpoint = Text(most=500)
    revocation_endpoint = Text(most=500)
    userinfo_endpoint = Text(most=500)
    jwks_uri = Text(most=500)
    scopes_supported = ma.fields.List(Text())
    claims_supported = ma.fields.List(Text())
    grant_types_supported = ma.fields.List(Text())
    token_endpoint_auth_methods_supported = ma.fields.List(Text())
    revocation_endpoint_auth_methods_supported = ma.fields.List(Text())
    response_types_supported = ma.fields.List(Text())
    response_modes_supported = ma.fields.List(Text())
    code_challenge_methods_supported = ma.fields.List(Text())
    subject_types_supported = ma.fields.List(Text())
    id_token_signing_alg_values_supported = ma.fields.List(Text())
    ui_locales_supported = ma.fields.List(Text())
    prompt_values_supported = ma.fields.List(Text())
    authorization_response_iss_parameter_supported = ma.fields.Boolean()
    claims_parameter_supported = ma.fields.Boolean()
    request_parameter_supported = ma.fields.Boolean()
    request_uri_parameter_supported = ma.fields.Boolean()


class PublicKey(Shown):
    """The public half of a signing key (RFC 8037)."""

    kty = OneOf(("OKP",))
    crv = OneOf(("Ed25519",))
    x = Text(most=64)
    kid = Text(most=128)
    use = OneOf(("sig",))
    alg = OneOf(("Ed25519",))


class PublicKeys(Shown):
    """A JWK Set (RFC 7517)."""

    keys = ma.fields.List(ma.fields.Nested(PublicKey))
