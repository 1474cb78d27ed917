"""The one door: every call from outside comes through here. It owns no data and knows no rule.

A request goes through these modules in this order: `targets` (is the address one of ours?), `routes` (the fixed table),
`authentication` (who calls), `limits` (how large, how many at once), `forwarding` (what travels on, and what comes
back), `upstream` (the kept connections to the services). `app` joins them in front of a small Flask application that
answers what the gateway itself is asked (`probes`, and the pages about the contract in `pages`).
"""
