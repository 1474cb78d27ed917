"""What the calls of accounts take as forms and answer, as the contract describes it."""

from __future__ import annotations

import marshmallow as ma

from chassis.contract import Shown
from chassis.fields import OneOf, Text, Whole, says


class TokenForm(ma.Schema):
    """A request for a token (RFC 6749 section 4.4.2); id and secret may come by HTTP Basic instead."""

    class Meta:
        unknown = ma.INCLUDE

    grant_type = OneOf(("client_credentials",), required=True)
    client_id = Text(most=64)
    client_secret = Text(most=200)


class AccessToken(Shown):
    """An access token (RFC 6749 section 5.1)."""

    access_token = Text(most=4_096, metadata=says("Send it as Authorization: Bearer."))
    token_type = OneOf(("Bearer",))
    expires_in = Whole(least=1, metadata=says("Seconds. Keep the token until shortly before."))


class Issuer(Shown):
    """The issuer's description (OpenID Connect Discovery 1.0, RFC 8414)."""

    issuer = Text(most=500)
    token_endpoint = Text(most=500)
    jwks_uri = Text(most=500)
    grant_types_supported = ma.fields.List(Text())
    token_endpoint_auth_methods_supported = ma.fields.List(Text())
    response_types_supported = ma.fields.List(Text())
    subject_types_supported = ma.fields.List(Text())
    id_token_signing_alg_values_supported = ma.fields.List(Text())


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
