"""What a person needs to know once the system runs."""

from __future__ import annotations

from datetime import datetime

from deploy.local.process_table import SAMPLE_ROLES, Plan
from deploy.local.sample_accounts import SAMPLE_STAFF, sample_password
from deploy.local.sample_card import SampleCard
from sample.record import Facts


def banner(plan: Plan, facts: Facts, *, card: SampleCard | None, kept: str) -> str:
    """Return the address, credentials of each role, and a first request to paste, unless its card expired.

    `card` is None where nothing is known of it; `kept` says what stays where.
    """
    return f"""
Balai runs at {plan.address}. To see every call open {plan.address}/api/v1/docs in a browser.
Ctrl-C stops it; {kept}.

{_accounts(plan, facts)}

Programs have sample credentials, for POST {plan.address}/oauth/token or `make token`:

{_credentials(plan)}

  provider     {facts.provider_id}  {facts.provider_name}
  card number  {facts.card_number}{_time_left(card)}
  officer      of the sample card's province; another: make token ROLE=officer REGION=32

{_expired(card) if card and card.status == "expired" else _invitation(plan, facts)}
"""


def _accounts(plan: Plan, facts: Facts) -> str:
    names = [f"  {one.role:<10} {one.email}" for one in SAMPLE_STAFF]
    holder = f"  {'holder':<10} {facts.card_number}"
    return "\n".join(
        [
            f"People sign in at {plan.address}/sign-in, with the password {sample_password(plan.secrets)}:",
            "",
            holder,
            *names,
            "",
            "What they are sent, such as codes, stands in log/accounts-worker.log there (grep message-printed).",
            "An operator of your own: make operator EMAIL=you@example.org",
        ]
    )


def _time_left(card: SampleCard | None) -> str:
    if card is None or card.deadline is None or card.status == "expired":
        return ""
    return f"  (its next class must be bought until {_day(card.deadline)}; afterwards: make fresh)"


def _expired(card: SampleCard) -> str:
    when = f" on {_day(card.deadline)}" if card.deadline else ""
    return f"""The sample's cards expired{when}, as cards that buy nothing in time do: its holders cannot enrol now.
For new ones stop this (Ctrl-C), then: make fresh run
(Databases that you named yourself are left alone by that: empty them, too.)"""


def _invitation(plan: Plan, facts: Facts) -> str:
    return f"""A holder enrols in “{facts.course_title}”. Paste this into another terminal:

{_first_request(plan, facts)}"""


def _day(instant: datetime) -> str:
    return f"{instant.day} {instant:%B %Y}"


def _credentials(plan: Plan) -> str:
    lines = [f"  {'role':<10} {'client id':<16} client secret"]
    lines += [
        f"  {role:<10} {f'sample-{role}':<16} {plan.secrets[f'SAMPLE_{role.upper()}_SECRET']}"
        for role in SAMPLE_ROLES
    ]
    return "\n".join(lines)


def _first_request(plan: Plan, facts: Facts) -> str:
    secret = plan.secrets["SAMPLE_HOLDER_SECRET"]
    reader = "import json, sys; print(json.load(sys.stdin)['access_token'])"
    return f"""TOKEN=$(curl -s -u sample-holder:{secret} -d grant_type=client_credentials \\
  {plan.address}/oauth/token | python3 -c "{reader}")
curl -i {plan.address}/api/v1/enrolments -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' -H 'Idempotency-Key: my-first-enrolment' \\
  -d '{{"class_id": "{facts.class_id}", "expected_price": {facts.class_price}}}'"""
