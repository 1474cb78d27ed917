"""What a person needs to know once the system runs."""

from __future__ import annotations

from deploy.local.process_table import SAMPLE_ROLES, Plan
from sample.record import Facts


def banner(plan: Plan, facts: Facts) -> str:
    """Return the address, credentials of each role, and a first request to paste."""
    return f"""
Balai runs at {plan.address}. Ctrl-C stops it; databases, secrets and logs stay under var/.

Sample credentials, for POST {plan.address}/oauth/token or `make token`:

{_credentials(plan)}

  provider     {facts.provider_id}  {facts.provider_name}
  card number  {facts.card_number}
  officer      of the sample card's province; another: make token ROLE=officer REGION=32

A holder enrols in “{facts.course_title}”. Paste this into another terminal:

{_first_request(plan, facts)}
"""


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
