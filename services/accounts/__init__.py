"""Who may call: people and programs, how they prove who they are, and the access tokens they are given.

Owns clients (programs that call for themselves: an id, the digest of a secret, a mandate), applications (programs that
people sign in at), people's accounts and what they prove themselves by, and the keys that sign tokens. It is an OpenID
Connect provider; any other can take its place by settings of the services that verify (docs/signing-in.md).

The way of a program's token: `api.tokens` reads the form, `chassis.throttle` bounds who may ask,
`use_cases.authenticate_caller` checks the secret, `use_cases.issue_token` signs with the key in force; `api.discovery`
publishes the public keys, with which every other process verifies by itself.

The way of a person: `pages` (in a browser: sign-in, activation, recovery, invitation) → `use_cases.people` → a session
in that browser; an application sends the browser to `pages.authorize`, which gives a code for whoever is signed in
(`use_cases.authorization`), and exchanges it at `api.tokens`. Whatever people are to be told leaves by `messaging`,
from the worker, after the commit.

The worker rolls the keys over (`key_keeper`), sends messages and forgets what is old. `register`,
`register_application`, `disable` and `invite_operator` are commands on the server; `development_token` prints a token
on a developer's machine and nowhere else.
"""
