"""How often somebody may try: what keeps guessing slow without keeping an account's owner out.

Each is counted in each web process by itself, for a digest or a network address. A browser in which the owner signed in
before is counted apart from everybody else, each by itself: whoever guesses at a name from elsewhere cannot use up the
owner's attempts. A new browser that is kept out by others' guesses gets in by a code that is sent to the owner.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from chassis.rate_limits import Bound
from chassis.throttle import Throttle, address_group

GUESSES_AT_ADDRESS = Bound(
    "failed-sign-ins", 60, 600, counts="sign-ins that fail from one network address"
)
"""Whatever is tried: an office or a village behind one address has honest failures too."""

GUESSES_AT_NAME_AND_ADDRESS = Bound(
    "failed-sign-ins-here", 6, 300, counts="sign-ins that fail at one name from one network address"
)
GUESSES_AT_NAME = Bound(
    "failed-sign-ins-at-name",
    20,
    3_600,
    counts="sign-ins that fail at one name from browsers that its owner never used",
)
GUESSES_FROM_DEVICE = Bound(
    "failed-sign-ins-of-owner",
    10,
    300,
    counts="sign-ins that fail in one browser that the owner used before",
)
CODES_ASKED_BY_HOLDERS = Bound(
    "codes-asked", 600, 3_600, counts="codes that holders ask for from one network address"
)
"""A training centre of two hundred, each of whom asks twice, with room; or those few hundred subscribers of a telephone
network who share an address. Right and wrong numbers count alike, or the bound would tell which belong together. Nobody
is flooded by it: what is sent to one person is bounded apart, and only who knows somebody's card number and NIK has it
sent."""

CODES_ASKED_BY_STAFF = Bound(
    "codes-asked-by-staff", 60, 3_600, counts="codes that staff ask for from one network address"
)
"""An address is all that is asked for here, and no office has sixty who forget their passwords within an hour."""

WRONG_CODES_AT_ADDRESS = Bound(
    "wrong-codes", 40, 600, counts="codes that are tried in vain from one network address"
)
"""Right ones are not counted: in a training centre many activate their cards within minutes of each other."""


@dataclass(frozen=True)
class Bounds:
    """What is counted; `clock` is what it is counted by."""

    clock: Callable[[], float] = time.monotonic
    at_address: Throttle = field(default_factory=lambda: Throttle(GUESSES_AT_ADDRESS))
    at_name_and_address: Throttle = field(
        default_factory=lambda: Throttle(GUESSES_AT_NAME_AND_ADDRESS)
    )
    at_name: Throttle = field(default_factory=lambda: Throttle(GUESSES_AT_NAME))
    from_device: Throttle = field(default_factory=lambda: Throttle(GUESSES_FROM_DEVICE))
    asked_by_holders: Throttle = field(default_factory=lambda: Throttle(CODES_ASKED_BY_HOLDERS))
    asked_by_staff: Throttle = field(default_factory=lambda: Throttle(CODES_ASKED_BY_STAFF))
    wrong_codes: Throttle = field(default_factory=lambda: Throttle(WRONG_CODES_AT_ADDRESS))

    def seconds_until_guess(self, name_digest: str, address: str, *, device: str | None) -> int:
        """Return for how long a name may not be tried from here; 0 where it may.

        `device` is what a browser of the name's owner is known by, None for any other.
        """
        now = self.clock()
        by_name = self._at_name(name_digest, address, device)
        waits = [throttle.wait(key, now=now) for throttle, key in by_name]
        if device is None:  # others' failures at an address keep no owner out
            waits.append(self.at_address.wait(address_group(address), now=now))
        return max(waits)

    def count_guess(self, name_digest: str, address: str, *, device: str | None) -> None:
        """Count a failure."""
        now = self.clock()
        self.at_address.count(address_group(address), now=now)
        for throttle, key in self._at_name(name_digest, address, device):
            throttle.count(key, now=now)

    def seconds_until_code(self, address: str) -> int:
        """Return for how long no code may be tried from an address; 0 where one may."""
        return self.wrong_codes.wait(address_group(address), now=self.clock())

    def count_wrong_code(self, address: str) -> None:
        """Count a code that was tried in vain."""
        self.wrong_codes.count(address_group(address), now=self.clock())

    def _at_name(
        self, name_digest: str, address: str, device: str | None
    ) -> list[tuple[Throttle, str]]:
        if device is not None:
            return [(self.from_device, f"{name_digest} {device}")]
        return [
            (self.at_name_and_address, f"{name_digest} {address_group(address)}"),
            (self.at_name, name_digest),
        ]
