"""What a test expects of the programme: people, cards, classes and trainings, and what the rules say of each.

Written anew from the table of rules, and with nothing of the product, so that both have to be wrong alike to agree.
Time is counted in whole days, which only `days_pass` changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.services.enrolment.people import HeldCard, Person

BENEFIT = 3_500_000
FIRST_PURCHASE = NEXT_PURCHASE = 15
RESULT_DUE = 14
APPEAL = 30
MOST_OF_A_FAMILY = 2
FINAL_TEST = 999

RUNNING = ("confirmed", "active")
JUDGED = ("completed", "incomplete", "no_show")
OVER = ("expired", "exhausted", "revoked", "withdrawn")
GIVES_PLACE_BACK = ("expired", "withdrawn")
BARRING = ("upheld", "appealed", "final")
GOING_ON = ("open", *BARRING)


@dataclass(frozen=True)
class Reach:
    """Which cards a quota counts; None stands for all."""

    scheme: str | None = None
    region: str | None = None
    cluster: str | None = None

    def counts(self, person: Person) -> bool:
        """Tell whether a card of that person takes one of its places."""
        return (
            self.scheme in (None, person.scheme)
            and self.region in (None, person.regency, person.regency[:2])
            and self.cluster in (None, person.cluster)
        )


@dataclass
class Wave:
    """A round of selection; one that draws is open until it is closed, another for a day.

    Of those who have `applied`, `erased` are those whose person was erased before their turn.
    """

    wave_id: str
    draws: bool = False
    is_open: bool = True
    quotas: dict[Reach, int] = field(default_factory=dict)
    draw: str = "announced"
    applied: dict[str, Person] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    judged: int = 0

    def has_applied(self, nik: str) -> bool:
        """Tell whether a person is known to have applied."""
        known = [person for name, person in self.applied.items() if name not in self.erased]
        return any(person.nik == nik for person in known)

    @property
    def is_admitting(self) -> bool:
        """Tell whether its draw knows whose turn comes, and has not judged them all."""
        return self.draw in ("settled", "ordered", "revealed")


@dataclass
class Admission:
    """What was admitted at once."""

    admission_id: str
    wave: Wave
    holders: list[Holder]
    ago: int = 0
    is_undone: bool = False


@dataclass
class Course:
    """A class: `begins` and `registration` are in how many days it begins and takes nobody any more."""

    class_id: str
    provider_id: str
    mode: str
    price: int
    seats: int
    begins: int
    registration: int
    held: int = 0
    is_called_off: bool = False
    line: list[Waiter] = field(default_factory=list)

    @property
    def offered(self) -> int:
        """Return how many seats are kept for those to whom they are offered."""
        return sum(one.offered for one in self.line)

    @property
    def waiting(self) -> int:
        """Return how many wait for a seat."""
        return len(self.line) - self.offered

    @property
    def free_seats(self) -> int:
        """Return how many seats nobody has and nobody was offered."""
        return max(self.seats - self.held - self.offered, 0)

    @property
    def has_seat_for_anybody(self) -> bool:
        """Tell whether whoever comes may have a seat."""
        return self.free_seats > 0 and not self.waiting

    @property
    def is_over(self) -> bool:
        """Tell whether it was held; it lasts for two hours."""
        return self.begins <= 0

    @property
    def result_is_late(self) -> bool:
        """Tell whether the provider gives no result any more."""
        return -self.begins > RESULT_DUE


@dataclass(eq=False)
class Waiter:
    """Somebody in the line for a class; an offer stands for `until` days."""

    enrolment_id: str
    holder: Holder
    offered: bool = False
    until: int = 0


@dataclass
class Told:
    """Evidence that no other has corrected."""

    evidence_id: str
    sequence: int
    present: bool


@dataclass
class Training:
    """One card in one class.

    It was bought `waited` days ago, in `stood_still` of which the card was barred.
    """

    enrolment_id: str
    code: str
    of: Course
    state_before: str
    clock_before: int
    state: str = "confirmed"
    reviewed: bool = False
    waited: int = 0
    stood_still: int = 0
    told: list[Told] = field(default_factory=list)

    @property
    def runs(self) -> bool:
        """Tell whether it has not ended."""
        return self.state in RUNNING

    @property
    def owes_review(self) -> bool:
        """Tell whether it was completed and not reviewed yet."""
        return self.state == "completed" and not self.reviewed

    @property
    def earns(self) -> bool:
        """Tell whether it was completed and reviewed, and stands."""
        return self.state == "completed" and self.reviewed

    @property
    def set_aside(self) -> int:
        """Return the rupiah that are kept for its provider."""
        return self.of.price if self.runs or self.state == "completed" else 0

    def came(self, sequence: int) -> bool:
        """Tell whether evidence says that its holder came."""
        return any(each.present for each in self.told if each.sequence == sequence)

    @property
    def outcome(self) -> str:
        """Return what its evidence comes to."""
        if not self.came(1):
            return "no_show"
        return "completed" if self.came(FINAL_TEST) else "incomplete"


@dataclass
class Case:
    """An exclusion case; `until` is for how many days the holder may still appeal."""

    case_id: str
    state: str = "open"
    until: int = 0
    upheld_by: str = ""


@dataclass
class Holder:
    """A card and its holder.

    `clock` is how many days are left to buy a class, looked at while no training runs.
    """

    card: HeldCard
    wave: Wave
    region: str
    state: str = "awarded"
    clock: int = FIRST_PURCHASE
    balance: int = BENEFIT
    trainings: list[Training] = field(default_factory=list)
    surveys: dict[int, int] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)
    was_corrected: bool = False
    is_erased: bool = False

    @property
    def stands(self) -> tuple[str, int]:
        """Return the card's state and its clock, as a training keeps them."""
        return self.state, self.clock

    @property
    def running(self) -> Training | None:
        """Return the training that has not ended."""
        return next((each for each in self.trainings if each.runs), None)

    @property
    def case(self) -> Case | None:
        """Return the exclusion case that goes on."""
        return next((each for each in self.cases if each.state in GOING_ON), None)

    def let_case_lapse(self) -> None:
        """Let the exclusion case end, if one goes on: the card has ended for another reason."""
        if self.case is not None:
            self.case.state = "lapsed"

    @property
    def is_barred(self) -> bool:
        """Tell whether an exclusion stands."""
        return self.case is not None and self.case.state in BARRING

    @property
    def shown(self) -> str:
        """Return the state that everybody is told."""
        if self.state in OVER:
            return self.state
        if self.is_barred:
            return "barred"
        waits = self.state in ("awarded", "between")
        return "expired" if waits and self.clock < 0 else self.state

    @property
    def ends(self) -> str:
        """Return how its card ends when its time runs out: used by nobody, or used up."""
        has_learnt = any(each.state == "completed" for each in self.trainings)
        return "exhausted" if has_learnt else "expired"

    @property
    def earns(self) -> bool:
        """Tell whether any training stands that was completed and reviewed."""
        return self.state != "revoked" and any(each.earns for each in self.trainings)

    @property
    def owed(self) -> int:
        """Return the rupiah that are due beside the training balance."""
        return 600_000 + 50_000 * len(self.surveys) if self.earns else 0

    @property
    def set_aside(self) -> int:
        """Return the rupiah that its trainings hold."""
        return sum(each.set_aside for each in self.trainings)
