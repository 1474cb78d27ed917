"""Who may call: the credentials of programs, the accounts of people, and the access tokens they are given.

Owns clients (a program's id, the digest of its secret, its mandate), accounts, sessions and codes, and the keys that
sign tokens. Any other OpenID Connect provider can take its place by the settings
TOKEN_ISSUER, TOKEN_AUDIENCE and JWKS_URL of the services that verify; its tokens must be of the same form
(`chassis.identity`).

The way of a token: `api.tokens` reads the form, `chassis.throttle` bounds who may ask, `use_cases.issue_token` checks
the secret and signs with the key in force; `api.discovery` publishes the public keys, with which every other process
verifies by itself. The worker rolls the keys over (`key_keeper`). `register`, `disable` and `invite_operator` are
commands on the server; `development_token` prints a token on a developer's machine and nowhere else.
"""
