"""One running system and everything the journeys do in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from signal import Signals
from typing import Any

from chassis.clock import utc_now, write_instant
from deploy.local.databases import SERVICES
from deploy.local.process import Process
from tests.journeys import bodies
from tests.journeys.callers import Callers
from tests.journeys.processes import children_of
from tests.running_system import RunningSystem
from tests.waiting import eventually

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

    def wish(self, **said: Any) -> dict[str, Any]:
        """Return what a holder sends to get a seat in it; `said` adds members, or says another price."""
        return {"class_id": self.class_id, "expected_price": self.price, **said}


class World(Callers):
    """The system under test: what its callers set up, look at and disturb."""

    def __init__(self, system: RunningSystem) -> None:
        super().__init__(system)
        self.past_logs: list[tuple[str, str]] = []
        self._wave: str | None = None
        self._draw = ("", datetime.min.replace(tzinfo=UTC))
        self._any_offer: Offer | None = None

    @property
    def port(self) -> int:
        """The gateway's port."""
        return int(self.system.address.rpartition(":")[2])

    # --- what is set up, all through the API ---

    def approved_provider(self) -> str:
        """Have an institution apply and be approved; return its id."""
        name = f"BLK Perjalanan {next(self.names)}"
        made = self.operator.post("/providers", bodies.application(name))
        self.decide(f"/providers/{made['id']}", "approved")
        provider_id: str = made["id"]
        return provider_id

    def published_course(self, provider_id: str, mode: str = "online", **changes: Any) -> str:
        """Have a provider draft and submit a course, and the operator publish it; return its id."""
        staff = self.provider(provider_id)
        course_id: str = staff.post("/courses", bodies.course(mode, **changes))["id"]
        staff.post(f"/courses/{course_id}/submission")
        self.decide(f"/courses/{course_id}", "published")
        return course_id

    def decide(self, path: str, decision: str, *, reason: str = "Sesuai") -> None:
        """Have the operator decide on a provider or a course."""
        answer = self.operator.post(f"{path}/decision", {"decision": decision, "reason": reason})
        assert answer["status"] == decision

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

    def wait_for_seats_left(self, offer: Offer, count: int) -> None:
        """Wait until the catalogue shows so many seats."""

        def shown() -> bool:
            left = self.public.read(f"/classes/{offer.class_id}")["seats_left"]
            return bool(left == count)

        eventually(shown, what=f"the catalogue shows {count} seats left")

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

    def file(self, *, wave_id: str | None = None) -> str:
        """Send a file with one candidate; return its id."""
        (person,) = self.people.candidates(1)
        path = f"/waves/{wave_id or self.wave()}/admission-files"
        return str(self.operator.post(path, bodies.file_of([person]))["id"])

    def draw(self) -> str:
        """Return a draw of this world that is open for some minutes yet."""
        wave_id, closes_at = self._draw
        if closes_at < utc_now() + timedelta(minutes=3):
            closes_at = utc_now() + timedelta(minutes=15)
            wave_id = self._open_draw(closes_at)
            self._draw = (wave_id, closes_at)
        return wave_id

    def applied(self, *, regency: str = "32.73") -> str:
        """Apply for a new person in this world's draw; return the application's id."""
        return str(self.application_of_somebody(regency=regency)["id"])

    def application_of_somebody(self, *, regency: str = "32.73") -> dict[str, Any]:
        """Apply for a new person in this world's draw; return what the person is given."""
        (person,) = self.people.candidates(1, regency=regency)
        body = {**person, "consent": True}
        return self.operator.post(f"/waves/{self.draw()}/applications", body)

    def _open_draw(self, closes_at: datetime) -> str:
        """Announce a draw, and wait until its window has opened."""
        opens_at = write_instant(utc_now() + timedelta(seconds=4))
        window = {"opens_at": opens_at, "closes_at": write_instant(closes_at)}
        how = {
            "selection": "draw",
            "outside_source": "drand quicknet",
            "outside_after": write_instant(closes_at),
        }
        wave = self.operator.post("/waves", {"name": "Gelombang undian", **window, **how})
        eventually(lambda: write_instant(utc_now()) > opens_at, what="the draw's window is open")
        return str(wave["id"])

    def excluded_card(self) -> tuple[HeldCard, str, str]:
        """Award a card to somebody who is then put on a list; return it, the list and the case that this opens."""
        before = len(self.journal("enrolment", kind="card-awarded"))
        (person,) = self.people.candidates(1)
        number = self.admit([person])["admitted"][0]["card_number"]
        card_ref = self.journal("enrolment", kind="card-awarded")[before]["card_ref"]
        list_id = self.exclude([person["nik"]])
        query = f"/exclusion-cases?list_id={list_id}"
        found = eventually(lambda: self.auditor.read(query)["items"], what="a case is opened")
        return HeldCard(number, card_ref), list_id, found[0]["id"]

    def exclude(self, niks: Sequence[str]) -> str:
        """Put a list in force with these people on it; return its id."""
        list_id = self.operator.post("/exclusion-lists", bodies.exclusion_list())["id"]
        path = f"/exclusion-lists/{list_id}"
        self.operator.post(f"{path}/rows", bodies.file_of_niks(niks))
        preview = self.operator.read(f"{path}/preview")["preview"]
        self.operator.post(f"{path}/activation", {"preview": preview})
        return str(list_id)

    def offered_place(self) -> tuple[str, dict[str, str]]:
        """Let somebody wait for a seat that comes free; return the place's id and whom a token is bound to."""
        offer = self.offer(seats=1)
        first, waiting = self.cards(2)
        taken = self.holder(first.ref).post("/enrolments", offer.wish())
        holder = self.holder(waiting.ref)
        place: str = holder.post("/enrolments", offer.wish(waitlist=True))["id"]
        reason = {"reason": "Berhalangan"}
        self.holder(first.ref).post(f"/enrolments/{taken['id']}/cancellation", reason)
        eventually(
            lambda: holder.read(f"/enrolments/{place}")["status"] == "offered",
            what="the seat is offered",
        )
        return place, {"card": waiting.ref}

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
        assert list(self.differences()) == []

    def differences(self) -> Iterator[dict[str, Any]]:
        """Yield in what tables and entries differ, in as many answers as that takes."""
        place: str | None = ""
        while place is not None:
            report = self.auditor.read(f"/consistency{place and f'?cursor={place}'}")
            yield from report["differences"]
            place = report["next_cursor"]

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

    def restart(self, process: str, *, instead: Process | None = None) -> None:
        """Start a process that has ended once more, or another in its place, and wait until it is ready."""
        self.begin_again(process, instead=instead)
        self.wait_until_ready(process)

    def begin_again(self, process: str, *, instead: Process | None = None) -> None:
        """Start a process that has ended once more, and wait for nothing."""
        self.past_logs.append((process, self.system.log_of(process)))
        self.system.supervisor.restart(process, instead=instead)

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
