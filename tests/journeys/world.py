"""One running system and everything the journeys do in it: its people, its callers, what they have set up."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from signal import Signals
from typing import Any

import requests

from chassis.clock import utc_now
from deploy.local.databases import SERVICES
from services.accounts.domain.mandates import Mandate
from services.accounts.register import register
from services.accounts.service import AccountsService, opened_service
from services.accounts.settings import read_settings
from services.accounts.use_cases.issue_token import issue_token
from tests.journeys import bodies
from tests.journeys.answers import checked
from tests.journeys.api import PATIENCE, Api
from tests.journeys.people import People
from tests.journeys.processes import children_of
from tests.running_system import RunningSystem
from tests.waiting import eventually

TOKEN_KEPT = 300.0
STOPPING = 40.0
"""Seconds within which a process must have ended after SIGTERM."""


@dataclass(frozen=True)
class HeldCard:
    """A card as its holder knows it, and by the reference that everybody else uses."""

    number: str
    ref: str


@dataclass(frozen=True)
class Offer:
    """A published class and whose it is."""

    class_id: str
    course_id: str
    provider_id: str
    price: int


class World:
    """The system under test with the callers that know it."""

    def __init__(self, system: RunningSystem) -> None:
        self.system = system
        self.people = People()
        self.past_logs: list[tuple[str, str]] = []
        self._callers: dict[tuple[str | None, str | None], tuple[float, Api]] = {}
        self._wave: str | None = None
        self._any_offer: Offer | None = None
        self._names = itertools.count(1)

    @property
    def port(self) -> int:
        """The gateway's port."""
        return int(self.system.address.rpartition(":")[2])

    # --- who calls ---

    @property
    def public(self) -> Api:
        """Anybody."""
        return self.caller(None)

    @property
    def operator(self) -> Api:
        """The programme's management."""
        return self.caller("operator")

    @property
    def auditor(self) -> Api:
        """Who reads everything needed and writes nothing."""
        return self.caller("auditor")

    def provider(self, provider_id: str) -> Api:
        """A provider's staff."""
        return self.caller("provider", provider=provider_id)

    def officer(self, region: str) -> Api:
        """An officer of a province or regency."""
        return self.caller("officer", region=region)

    def holder(self, card_ref: str) -> Api:
        """The holder of a card."""
        return self.caller("holder", card=card_ref)

    def caller(self, role: str | None, **bound: str) -> Api:
        """Return who calls in a role, within a bound where the role has one."""
        name = (role, next(iter(bound.values()), None))
        since, api = self._callers.get(name, (float("-inf"), None))
        if api is None or time.monotonic() - since > TOKEN_KEPT:
            if api is not None:
                api.close()
            token = self.token_for(Mandate(role, **bound)) if role else None
            api = Api(self.system.address, token)
            self._callers[name] = (time.monotonic(), api)
        return api

    def holder_tokens(self, card_refs: Sequence[str]) -> list[str]:
        """Sign a token for each of many holders at once."""
        with self._accounts() as house, house.database.reading() as connection:
            tokens = [
                issue_token(
                    connection,
                    seal=house.seal,
                    subject=f"holder:{ref}",
                    mandate=Mandate("holder", card=ref),
                    issuer=house.settings.token_issuer,
                    audience=house.settings.token_audience,
                    now=utc_now(),
                )
                for ref in card_refs
            ]
        self.people.private.update(tokens)
        return tokens

    @contextmanager
    def _accounts(self) -> Iterator[AccountsService]:
        with opened_service(read_settings(self.system.accounts_settings)) as house:
            yield house

    def token_for(self, mandate: Mandate) -> str:
        """Register a program with this mandate, and have it ask for a token as any program does."""
        client_id, secret = f"journey-{next(self._names)}", secrets.token_hex(32)
        with self._accounts() as house:
            register(house, client_id=client_id, secret=secret, mandate=mandate, name="Perjalanan")
        answer = checked(
            requests.post(
                f"{self.system.address}/oauth/token",
                data={"grant_type": "client_credentials"},
                auth=(client_id, secret),
                timeout=PATIENCE,
            )
        )
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        self.people.private |= {secret, token}
        return token

    # --- what is set up, all through the API ---

    def approved_provider(self) -> str:
        """Have an institution apply and be approved; return its id."""
        name = f"BLK Perjalanan {next(self._names)}"
        made = self.public.post("/providers", bodies.application(name))
        decision = {"decision": "approved", "reason": "Lengkap"}
        self.operator.post(f"/providers/{made['id']}/decision", decision)
        provider_id: str = made["id"]
        return provider_id

    def published_course(self, provider_id: str, mode: str = "online", **changes: Any) -> str:
        """Have a provider draft and submit a course, and the operator publish it; return its id."""
        staff = self.provider(provider_id)
        course_id: str = staff.post("/courses", bodies.course(mode, **changes))["id"]
        staff.post(f"/courses/{course_id}/submission")
        decision = {"decision": "published", "reason": "Sesuai"}
        self.operator.post(f"/courses/{course_id}/decision", decision)
        return course_id

    def offer(self, *, seats: int, mode: str = "online", first_day: int = 30) -> Offer:
        """Publish a class of a new provider, and wait until enrolment knows it."""
        provider_id = self.approved_provider()
        course_id = self.published_course(provider_id, mode)
        plan = bodies.training_class(mode, seats=seats, first_day=first_day)
        made = self.provider(provider_id).post(f"/courses/{course_id}/classes", plan)
        offer = Offer(made["id"], course_id, provider_id, made["price"])
        self.wait_until_known(offer.class_id)
        return offer

    def any_offer(self) -> Offer:
        """Return a class that nobody ever gets a seat in, the same each time."""
        if self._any_offer is None:
            self._any_offer = self.offer(seats=5)
        return self._any_offer

    def wait_until_known(self, class_id: str) -> None:
        """Wait until enrolment has read of a class."""
        path = f"/classes/{class_id}/availability"
        eventually(lambda: self.public.call("GET", path).ok, what="enrolment knows the class")

    def wave(self) -> str:
        """Return this world's wave, opened when it is first needed."""
        if self._wave is None:
            self._wave = self.operator.post("/waves", bodies.wave("Gelombang uji"))["id"]
        return self._wave

    def admit(self, candidates: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Admit candidates to this world's wave; return the whole answer."""
        body = {"candidates": list(candidates)}
        answer = self.operator.post(f"/waves/{self.wave()}/admissions", body)
        self.people.private |= {row["card_number"] for row in answer["admitted"]}
        return answer

    def cards(
        self, count: int, *, scheme: str = "digital", regency: str = "32.73"
    ) -> list[HeldCard]:
        """Award cards to new people; the journal tells their references, in the same order."""
        before = len(self.journal("enrolment", kind="card-awarded"))
        candidates = self.people.candidates(count, scheme=scheme, regency=regency)
        numbers = [row["card_number"] for row in self.admit(candidates)["admitted"]]
        awarded = self.journal("enrolment", kind="card-awarded")[before:]
        assert len(numbers) == len(awarded) == count
        pairs = zip(numbers, awarded, strict=True)
        return [HeldCard(number, entry["card_ref"]) for number, entry in pairs]

    def card_refs(self, count: int) -> list[str]:
        """Award cards to many new people; return their references."""
        return [card.ref for card in self.cards(count)]

    # --- what is looked at ---

    def journal(self, name: str, **filters: str | int) -> list[dict[str, Any]]:
        """Return the entries of a service's journal that match, as the auditor gets them."""
        query = "".join(f"&{field}={value}" for field, value in filters.items())
        items: list[dict[str, Any]] = self.auditor.read(f"/log/entries?journal={name}{query}")[
            "items"
        ]
        return items

    def journal_sizes(self) -> dict[str, int]:
        """Return how many entries the journals of catalogue and enrolment have."""
        return {name: len(self.journal(name)) for name in ("catalog", "enrolment")}

    def served(self, request_ids: Collection[str]) -> set[str]:
        """Return which of these requests any service has seen, as its log tells."""
        logs = "".join(self.system.log_of(service) for service in SERVICES)
        return {request_id for request_id in request_ids if request_id in logs}

    def check_consistency(self) -> None:
        """Ask what every audit ends with: tables and entries must agree."""
        report = self.auditor.read("/consistency")
        assert report["differences"] == []
        assert report["truncated"] is False

    def workers(self, process: str) -> set[int]:
        """Return the processes that serve, which the one we started watches over."""
        return children_of(self.system.supervisor.find(process).child.pid)

    def worker(self, process: str) -> int:
        """Return the one process that serves."""
        (pid,) = self.workers(process)
        return pid

    # --- disturbing it ---

    def stop(self, process: str, how: Signals = Signals.SIGTERM) -> None:
        """End a process and wait until it has ended."""
        running = self.system.supervisor.find(process)
        running.signal(how)
        running.child.wait(timeout=STOPPING)

    def restart(self, process: str) -> None:
        """Start a process that has ended once more, and wait until it is ready."""
        self.begin_again(process)
        self.wait_until_ready(process)

    def begin_again(self, process: str) -> None:
        """Start a process that has ended once more, and wait for nothing."""
        self.past_logs.append((process, self.system.log_of(process)))
        self.system.supervisor.restart(process)

    def wait_until_ready(self, process: str) -> None:
        """Wait until a process that was started again is ready."""
        running = self.system.supervisor.find(process)
        eventually(running.process.ready, what=f"{process} is ready")

    def revive(self) -> list[str]:
        """Start again whatever has ended; return what that was."""
        names = self.system.supervisor.names()
        ended = [name for name in names if not self.system.supervisor.find(name).alive]
        for process in ended:
            self.restart(process)
        return ended

    def close(self) -> None:
        """Close every caller's connections."""
        for _, api in self._callers.values():
            api.close()
