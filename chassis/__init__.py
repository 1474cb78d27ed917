"""Plumbing that every process shares. No word of the programme appears here.

Read it in this order: `settings`, `database`, `journal`, `transaction`, `group_commit` (the way of a write), then
`identity`, `endpoints`, `request_gate`, `web` (the way of a request), then `follower` and `worker` (the way of a copy).
"""
