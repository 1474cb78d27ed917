"""Bursts of twins: many send one request under one key at the same moment, and whoever serves it may be killed."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.journeys.api import Api
from tests.journeys.enrolling import enrolments
from tests.journeys.load import Load, Outcome, Write
from tests.journeys.world import Offer, World

TWINS = 50
CUT_OFF = 502
AT_A_TIME = 100
"""Cards that are awarded at once."""

WITHIN = 0.08
"""Seconds from the beginning of a burst within which enrolment is killed: most bursts last longer."""


@dataclass(frozen=True)
class Burst:
    """What came of the twins of one key, and whether enrolment was killed meanwhile."""

    write: Write
    outcomes: list[Outcome]
    killed: bool

    @property
    def struck(self) -> bool:
        """Tell whether a twin was under way when enrolment was killed: sent on by the gateway, and not answered."""
        return any(status == CUT_OFF for outcome in self.outcomes for status, _ in outcome.answers)


@dataclass(frozen=True)
class Bursts:
    """One burst after the other, all of them for seats in one class."""

    world: World
    offer: Offer
    done: list[Burst]

    def findings(self) -> list[str]:
        """Return what must not be: unequal answers, an effect that is missing or there twice, tables that disagree."""
        found = [line for burst in self.done for line in _unequal(burst)]
        told = [_enrolment_of(burst) for burst in self.done]
        found += self._unlike("answers", Counter(one for one in told if one))
        found += self._not_told_again()
        found += [line for burst in self.done for line in self._money(burst)]
        if differences := self.world.auditor.read("/consistency")["differences"]:
            found.append(f"tables and entries disagree: {differences}")
        return found

    def _unlike(self, what: str, told: Counter[str]) -> list[str]:
        """Compare the enrolments that twins were told of with those that stand, and with their entries."""
        world, class_id = self.world, self.offer.class_id
        entries = world.journal("enrolment", class_id=class_id, kind="enrolment-confirmed")
        listed = world.operator.items(f"/enrolments?class_id={class_id}&limit=200")
        written = Counter(str(entry["body"]["enrolment_id"]) for entry in entries)
        standing = Counter(str(one["id"]) for one in listed)
        found = []
        if not written == standing == told:
            sizes = (
                f"{told.total()} {what}, {standing.total()} enrolments, {written.total()} entries"
            )
            found.append(f"{sizes}, which are not the same")
        held = world.public.read(f"/classes/{class_id}/availability")["held"]
        if held != len(self.done):
            found.append(f"{held} seats are held by {len(self.done)} keys")
        return found

    def _not_told_again(self) -> list[str]:
        """Send every key once more: its first answer must be the stored one."""
        writes = [burst.write for burst in self.done]
        again = Load(self.world.system.address, writes, clients=8).finish()
        return [
            f"{burst.write.key}: told {outcome.answers} when it came once more"
            for burst, outcome in zip(self.done, again, strict=True)
            if outcome.answers != burst.outcomes[0].answers[-1:]
        ]

    def _money(self, burst: Burst) -> list[str]:
        """Look at what a key moved: the price, once."""
        api = Api(self.world.system.address, burst.write.token)
        amounts = [movement["amount"] for movement in api.items("/cards/me/statement")][1:]
        api.close()
        return [] if amounts == [self.offer.price] else [f"{burst.write.key}: {amounts} were moved"]


def bursts(
    world: World,
    keys: int,
    *,
    kill_every: int,
    chance: random.Random,
    twins: int = TWINS,
    within: tuple[float, float] = (0.0, WITHIN),
) -> Bursts:
    """Send the twins of so many keys, a key after the other; kill and start enrolment in every so manieth burst."""
    offer = world.offer(seats=keys)
    refs = [
        ref
        for begun in range(0, keys, AT_A_TIME)
        for ref in world.card_refs(min(AT_A_TIME, keys - begun))
    ]
    done = []
    for number, write in enumerate(enrolments(world, offer, refs), start=1):
        kill = number % kill_every == 0
        serving = world.system.supervisor.find("enrolment")
        killing = threading.Timer(chance.uniform(*within), serving.kill_group)
        if kill:
            killing.start()
        load = Load(world.system.address, [write] * twins, clients=twins)
        if kill:
            killing.join()
            world.restart("enrolment")
        done.append(Burst(write, load.finish(), kill))
    return Bursts(world, offer, done)


def _unequal(burst: Burst) -> Sequence[str]:
    told = Counter((outcome.status, outcome.body) for outcome in burst.outcomes)
    if len(told) == 1 and burst.outcomes[0].status == 201:
        return []
    return [f"{burst.write.key}: twins were told {sorted(told.items())}"]


def _enrolment_of(burst: Burst) -> str | None:
    done = next((each for each in burst.outcomes if each.status == 201), None)
    return None if done is None else str(json.loads(done.body)["id"])
