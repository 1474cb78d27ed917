"""How often somebody may: told with every answer, by which a program that heeds it is never refused."""

from __future__ import annotations

import re

from services.enrolment.service import LOOKUPS_OF_ONE_CALLER
from tests.journeys.answers import problem
from tests.journeys.world import World

WISH = {"nik": "1101010101709999", "reason": "Meminta bantuan di loket"}
STANDING = re.compile(r'"card-lookups";r=([0-9]+)(?:;t=([0-9]+))?')


def test_whoever_stops_when_nothing_is_left_is_not_refused_and_whoever_goes_on_is(
    world: World,
) -> None:
    officer = world.officer("94.04")
    policy = f'"card-lookups";q={LOOKUPS_OF_ONE_CALLER.count};w={LOOKUPS_OF_ONE_CALLER.seconds}'
    left = LOOKUPS_OF_ONE_CALLER.count
    while left:
        answer = officer.call("POST", "/cards/lookup", body=WISH)
        problem(answer, 404, "card-not-found")
        assert answer.headers["RateLimit-Policy"] == policy
        told = STANDING.fullmatch(answer.headers["RateLimit"])
        assert told
        assert int(told[1]) in (left - 1, left)  # one comes back every five seconds
        left = int(told[1])

    refused = officer.call("POST", "/cards/lookup", body=WISH)
    for _ in range(3):  # where one had just come back
        if refused.status_code == 404:
            refused = officer.call("POST", "/cards/lookup", body=WISH)
    problem(refused, 429, "too-many-requests")
    told = STANDING.fullmatch(refused.headers["RateLimit"])
    assert told
    assert told[1] == "0"
    assert told[2] == refused.headers["Retry-After"]


def test_each_bounded_call_tells_of_its_own_bound_alone(world: World) -> None:
    application = {"name": "LPK Batas", "kind": "lpk"}
    applied = world.public.call("POST", "/providers", body=application)
    read = world.public.get("/providers?limit=1")

    assert applied.headers["RateLimit-Policy"].startswith('"provider-applications";q=20;')
    assert applied.headers["RateLimit"].startswith('"provider-applications";r=')
    assert "RateLimit" not in read.headers
