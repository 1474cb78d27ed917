"""Enrolment: waves, cards, money, seats, and what is learned.

It owns everything one commit has to settle: seats, prices paid, balances, idempotency keys, the journal. It knows
classes only by following the catalogue's journal and never calls another service while somebody waits.

A request flows: `api` parses it into a command → `chassis.group_commit` (seats) or `chassis.transaction` (the rest)
opens a transaction → `use_cases` lock through `storage`, let `domain` judge purely, save, and append to the journal →
commit → answer. Reads go from `api` to `queries`.
"""
