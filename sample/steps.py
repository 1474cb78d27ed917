"""The steps of a load, in the order in which people would take them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar

from sample.bodies import (
    admission_body,
    class_body,
    course_body,
    decision_body,
    provider_body,
    wave_body,
)
from sample.files import Candidate, Course, Provider, SampleClass
from sample.public_api import OPERATOR, Caller, PublicApi, RefusedError
from sample.record import Facts

_THREADS: Final = 8
_BATCH: Final = 250  # candidates; small enough that others are answered in between

Item = TypeVar("Item")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class SampleData:
    """Everything there is to load."""

    providers: Sequence[Provider]
    courses: Sequence[Course]
    classes: Sequence[SampleClass]
    candidates: Sequence[Candidate]

    @property
    def writes(self) -> int:
        """Count the writes a load takes: two a provider, three a course, one a class or batch."""
        batches = len(_batches(self.candidates))
        return 2 * len(self.providers) + 3 * len(self.courses) + len(self.classes) + 1 + batches


@dataclass(frozen=True, slots=True)
class Published:
    """A course that was published, with the ids of its classes by their keys."""

    course_id: str
    class_ids: dict[str, str]


class Load:
    """One load, its dates counted from day 0 (`zero`). `wrote` is called after every write."""

    def __init__(
        self, data: SampleData, *, api: PublicApi, zero: date, wrote: Callable[[], None]
    ) -> None:
        self._data = data
        self._api = api
        self._zero = zero
        self._wrote = wrote

    def run(self) -> Facts:
        """Send everything and return facts worth showing. Raises `RefusedError`."""
        with ThreadPoolExecutor(_THREADS) as pool:
            try:
                providers = self._providers(pool)
                courses = self._courses(pool, providers)
                wave_id, cards = self._wave(pool)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return self._facts(providers, courses, wave_id=wave_id, cards=cards)

    def _providers(self, pool: ThreadPoolExecutor) -> dict[str, str]:
        """Bring in all institutions; return their ids by key."""
        keys = (provider.key for provider in self._data.providers)
        return dict(zip(keys, _map(pool, self._provider, self._data.providers), strict=True))

    def _provider(self, provider: Provider) -> str:
        made = self._post("/providers", provider_body(provider), OPERATOR, f"apply-{provider.key}")
        path = f"/providers/{made['id']}/decision"
        self._post(path, decision_body("approved"), OPERATOR, f"approve-{provider.key}")
        return str(made["id"])

    def _courses(self, pool: ThreadPoolExecutor, providers: dict[str, str]) -> dict[str, Published]:
        """Bring in all courses with their classes; return them by the course's key."""
        classes: dict[str, list[SampleClass]] = defaultdict(list)
        for sample in self._data.classes:
            classes[sample.course].append(sample)

        def publish(course: Course) -> Published:
            staff = Caller("provider", providers[course.provider])
            return self._course(course, classes[course.key], staff=staff)

        keys = (course.key for course in self._data.courses)
        return dict(zip(keys, _map(pool, publish, self._data.courses), strict=True))

    def _course(
        self, course: Course, classes: Iterable[SampleClass], *, staff: Caller
    ) -> Published:
        """Write, submit and publish a course, then add its classes."""
        made = self._post("/courses", course_body(course), staff, f"write-{course.key}")
        path = f"/courses/{made['id']}"
        self._post(f"{path}/submission", {}, staff, f"submit-{course.key}")
        decision = decision_body("published")
        self._post(f"{path}/decision", decision, OPERATOR, f"publish-{course.key}")
        ids = {}
        for sample in classes:
            body = class_body(sample, price=course.price, zero=self._zero)
            answer = self._post(f"{path}/classes", body, staff, f"class-{sample.key}")
            ids[sample.key] = str(answer["id"])
        return Published(str(made["id"]), ids)

    def _wave(self, pool: ThreadPoolExecutor) -> tuple[str, list[str]]:
        """Open the wave and admit everybody; return its id and all card numbers of digital cards."""
        wave = self._post("/waves", wave_body(zero=self._zero), OPERATOR, "wave")
        path = f"/waves/{wave['id']}/admissions"

        def admit(numbered: tuple[int, Sequence[Candidate]]) -> list[str]:
            number, batch = numbered
            answer = self._post(path, admission_body(batch), OPERATOR, f"admit-{number}")
            return _digital_cards(batch, answer)

        admitted = _map(pool, admit, enumerate(_batches(self._data.candidates)))
        return str(wave["id"]), [card for cards in admitted for card in cards]

    def _facts(
        self,
        providers: dict[str, str],
        courses: dict[str, Published],
        *,
        wave_id: str,
        cards: Sequence[str],
    ) -> Facts:
        shown = next(s for s in self._data.classes if s.mode == "online" and s.opens_day < 0)
        course = next(c for c in self._data.courses if c.key == shown.course)
        provider = next(p for p in self._data.providers if p.key == course.provider)
        return Facts(
            provider_id=providers[provider.key],
            provider_name=provider.name,
            course_id=courses[course.key].course_id,
            course_title=course.title,
            class_id=courses[course.key].class_ids[shown.key],
            class_price=course.price,
            wave_id=wave_id,
            card_number=cards[0],
        )

    def _post(self, path: str, body: dict[str, Any], caller: Caller, name: str) -> dict[str, Any]:
        """Write under a key made from day 0 and what is written, and count it."""
        key = f"sample-{self._zero}-{name}"
        answer = self._api.post(path, body, caller=caller, key=key)
        self._wrote()
        return answer


def _digital_cards(batch: Sequence[Candidate], answer: dict[str, Any]) -> list[str]:
    """Return the card numbers of the digital scheme. Raises `RefusedError` if anybody was refused."""
    if answer["refused"]:
        first = answer["refused"][0]
        raise RefusedError(
            f"{len(answer['refused'])} of {len(batch)} candidates were refused, "
            f"the first one as {first['code']}: {first['detail']}"
        )
    return [
        str(admitted["card_number"])
        for admitted in answer["admitted"]
        if batch[admitted["index"]].scheme == "digital"
    ]


def _batches(candidates: Sequence[Candidate]) -> list[Sequence[Candidate]]:
    return [candidates[at : at + _BATCH] for at in range(0, len(candidates), _BATCH)]


def _map(
    pool: ThreadPoolExecutor, make: Callable[[Item], Made], items: Iterable[Item]
) -> list[Made]:
    return list(pool.map(make, items))
