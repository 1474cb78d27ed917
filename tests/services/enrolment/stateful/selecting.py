"""Who gets a card: waves, quotas, candidates at once and by file, and admissions that are undone."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.services.enrolment.api.test_quotas import set_places
from tests.services.enrolment.api.test_undoing import undo
from tests.services.enrolment.files import admit_all, file_of, rows, send
from tests.services.enrolment.people import Person
from tests.services.enrolment.stateful.expected import (
    MOST_OF_A_FAMILY,
    Admission,
    Holder,
    Reach,
    Wave,
)
from tests.services.enrolment.stateful.scene import BENGKULU
from tests.services.enrolment.stateful.world import World

REACHES = (Reach(), Reach("digital"), Reach(region="32"), Reach(region=BENGKULU, cluster="pmi"))
WHO = ("new", "new", "new", "relative", "relative", "again", "young", "elsewhere")
MOST_WAVES = 2


class Selecting(World):
    """Waves that take whoever comes first."""

    @precondition(lambda self: sum(wave.is_open for wave in self.waves) < MOST_WAVES)
    @rule()
    def open_wave(self) -> None:
        self.waves.append(Wave(self.house.open_wave()))

    @rule(data=st.data(), reach=st.sampled_from(REACHES), places=st.integers(0, 3))
    def set_quota(self, data: st.DataObject, reach: Reach, places: int) -> None:
        wave = self.pick(data, self.waves)
        named = {name: value for name, value in vars(reach).items() if value}
        answer = set_places(self.house, wave.wave_id, {**named, "places": places})
        why_not = "draw-under-way" if wave.is_admitting else None
        if self.as_expected(answer, why_not) is not None:
            wave.quotas[reach] = places

    @rule(data=st.data(), who=st.lists(st.sampled_from(WHO), min_size=1, max_size=3))
    def admit(self, data: st.DataObject, who: list[str]) -> None:
        wave = self.pick_one(data, self.waves, fit=_takes_candidates)
        people = [self.candidate(data, each) for each in who]
        answer = self.house.admit([one.row() for one in people], wave_id=wave.wave_id)
        told = self.as_expected(answer, self.why_no_admission(wave))
        if told is not None:
            numbers = {row["index"]: row["card_number"] for row in told["admitted"]}
            refused = {row["index"]: row["code"] for row in told["refused"]}
            self.take_in(wave, people, numbers, refused)

    # Not while nobody is admitted anywhere: a file waits then until the pause has ended.
    @precondition(lambda self: ("admissions", None) not in self.pauses)
    @rule(data=st.data(), who=st.lists(st.sampled_from(WHO), min_size=1, max_size=3))
    def admit_by_file(self, data: st.DataObject, who: list[str]) -> None:
        wave = self.pick_one(data, self.waves, fit=_takes_candidates)
        # With somebody new: a file that was sent before changes nothing.
        people = [self.somebody(), *(self.candidate(data, each) for each in who)]
        answer = send(self.house, file_of(people), wave_id=wave.wave_id)
        told = self.as_expected(answer, self.why_no_admission(wave), 202)
        if told is not None:
            admit_all(self.house)
            became = rows(self.house, told["id"])
            numbers = {n: row["card_number"] for n, row in enumerate(became) if row["card_number"]}
            refused = {n: row["code"] for n, row in enumerate(became) if row["code"]}
            self.take_in(wave, people, numbers, refused)

    @precondition(lambda self: self.admissions)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        admission = self.pick(data, self.admissions)
        unused = [holder for holder in admission.holders if _is_unused(holder)]
        told = self.as_expected(
            undo(self.house, admission.admission_id), _why_no_undo(admission, unused)
        )
        if told is not None:
            refs = {holder.card.card_ref for holder in unused}
            assert set(told["withdrawn"]["card_refs"]) == refs
            admission.is_undone = True
            for holder in unused:
                holder.state, holder.balance = "withdrawn", 0
                holder.let_case_lapse()

    # What is expected.

    def candidate(self, data: st.DataObject, who: str) -> Person:
        """Return somebody of a kind; who is asked to come again is anybody who was thought of before."""
        if who == "again" and self.seen:
            return self.pick(data, self.seen)
        person = self.somebody()
        if who == "relative" and len(self.seen) > 1:
            family = self.pick(data, self.seen[:-1]).family_card
            return self._known_as(replace(person, family_card=family))
        if who == "young":
            return self._known_as(replace(person, birth_date="2020-05-02"))
        if who == "elsewhere":
            changed = replace(person, regency=BENGKULU, cluster="pmi", scheme="offline")
            return self._known_as(changed)
        return person

    def _known_as(self, person: Person) -> Person:
        self.seen[-1] = person
        return person

    def take_in(
        self, wave: Wave, people: list[Person], numbers: dict[int, str], refused: dict[int, str]
    ) -> None:
        """Check what became of each of those who were sent, one after the other."""
        admitted: list[Holder] = []
        for index, person in enumerate(people):
            why_not = self.why_no_card(wave, person)
            assert refused.get(index) == why_not, (person, wave)
            if why_not is None:
                ref = self.card_ref(numbers[index])
                admitted.append(self.awarded(wave, person, ref, numbers[index]))
        if admitted:
            self.admitted(wave, admitted)

    def why_no_admission(self, wave: Wave) -> str | None:
        """Return the code by which candidates are refused as a whole."""
        if wave.draws:
            return "wave-draws"
        return None if wave.is_open else "wave-closed"

    def why_no_card(self, wave: Wave, person: Person) -> str | None:
        """Return the code by which somebody is refused a card, in the order of the contract."""
        family = [h for h in self.held() if h.card.person.family_card == person.family_card]
        full = [
            reach.counts(person) and self.used(wave, reach.counts) >= places
            for reach, places in wave.quotas.items()
        ]
        verdicts = (
            ("admissions-paused", self.is_paused("admissions", person.regency)),
            ("age-outside-rules", person.birth_date == "2020-05-02"),
            ("excluded", person.nik in self.listed and not self.is_off_lists(person)),
            ("nik-already-held", self.has_held(person)),
            ("family-card-used-up", len(family) >= MOST_OF_A_FAMILY),
            ("quota-full", any(full)),
        )
        return next((code for code, applies in verdicts if applies), None)

    def held(self) -> list[Holder]:
        """Return those who rightly hold or held a card."""
        return [holder for holder in self.holders if holder.state != "withdrawn"]

    def is_off_lists(self, person: Person) -> bool:
        """Tell whether a person who rightly held a card was erased, whom no list names any more."""
        return any(h.is_erased and h.card.person.nik == person.nik for h in self.held())

    def has_held(self, person: Person) -> bool:
        """Tell whether a person rightly holds or held a card."""
        return any(holder.card.person.nik == person.nik for holder in self.held())


def _takes_candidates(wave: Wave) -> bool:
    return wave.is_open and not wave.draws


def _is_unused(holder: Holder) -> bool:
    return holder.state == "awarded" and not holder.trainings and not holder.was_corrected


def _why_no_undo(admission: Admission, unused: list[Holder]) -> str | None:
    if admission.wave.is_admitting:
        return "draw-under-way"
    if admission.is_undone:
        return "state-conflict"
    if admission.ago:
        return "undo-too-late"
    return None if unused else "state-conflict"
