"""Who may call: the credentials of programs, and the access tokens they are given.

Owns clients (a program's id, the digest of its secret, its mandate) and the keys that sign tokens. People's sign-in
(authorization code with PKCE, activation of a card, sign-in pages) is not here yet; it joins this service, with
the same keys and the same tokens. Any other OpenID Connect provider can take its place by the settings
TOKEN_ISSUER, TOKEN_AUDIENCE and JWKS_URL of the services that verify; its tokens must be of the same form
(`chassis.identity`).

The way of a token: `api.tokens` reads the form, `chassis.throttle` bounds who may ask, `use_cases.issue_token` checks
the secret and signs with the key in force; `api.discovery` publishes the public keys, with which every other process
verifies by itself. The worker rolls the keys over (`key_keeper`). `register` and `disable` are commands on the
server; `development_token` prints a token on a developer's machine and nowhere else.
"""
