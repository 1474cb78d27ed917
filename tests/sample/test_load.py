"""How the loader brings the data in: complete, in order, once, and again after an interruption."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sample.files import read_candidates, read_classes, read_courses, read_providers
from sample.load import explained, load
from sample.progress import Progress
from sample.public_api import PublicApi, RefusedError
from sample.record import Facts, read_record
from sample.steps import SampleData
from sample.token_cache import TokenCache
from tests.sample.fake_gateway import Document, FakeGateway, serving

WEDNESDAY = datetime(2026, 12, 2, 9, tzinfo=UTC)
NEXT_WEEK = datetime(2026, 12, 9, 9, tzinfo=UTC)
ALL = SampleData(read_providers(), read_courses(), read_classes(), read_candidates())
# Institutions, the courses of two of them (offline ones of Bekasi, others of Ambon), their classes, and
# candidates for two batches.
COURSES = [*ALL.courses[:4], *ALL.courses[-30:-24]]
SOME = SampleData(
    ALL.providers[:10],
    COURSES,
    [sample for sample in ALL.classes if sample.course in {course.key for course in COURSES}],
    ALL.candidates[:300],
)
WHOLE = {
    "providers": 10,
    "courses": len(SOME.courses),
    "classes": len(SOME.classes),
    "waves": 1,
    "admissions": 2,
}


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Bench:
    """A fake gateway with a loader in front of it."""

    def __init__(self, address: str, gateway: FakeGateway, folder: Path) -> None:
        self.gateway = gateway
        self.record_file = folder / "var" / "sample.json"
        self.issued: list[str] = []
        self.out = io.StringIO()
        self._address = address

    def load(self, now: datetime = WEDNESDAY, data: SampleData = SOME) -> Facts:
        """Run the loader as a new process would."""
        return load(
            data,
            api=PublicApi(self._address, TokenCache(self._issue)),
            record_file=self.record_file,
            now=now,
            progress=Progress(out=self.out),
        )

    def executed(self) -> dict[str, int]:
        """Count what took effect, by collection."""
        return {name: self.gateway.executed[name] for name in WHOLE}

    def _issue(self, role: str, provider_id: str | None) -> str:
        token = f"{role} {provider_id}" if provider_id else role
        self.issued.append(token)
        return token


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    gateway = FakeGateway()
    with serving(gateway) as address:
        yield Bench(address, gateway, tmp_path)


def test_everything_is_loaded_and_published(bench: Bench) -> None:
    bench.load(data=ALL)
    everything = {"providers": 97, "courses": 309, "classes": 404, "waves": 1, "admissions": 4}
    assert bench.executed() == everything
    assert bench.gateway.executed["card"] == 1000
    statuses = [resource["status"] for resource in bench.gateway.resources.values()]
    assert statuses.count("approved") == 97
    assert statuses.count("published") == 309


def test_the_facts_lead_to_an_online_class_open_for_registration(bench: Bench) -> None:
    facts = bench.load()
    shown = bench.gateway.resources[facts.class_id]
    assert shown["mode"] == "online"
    assert shown["registration_opens"] < "2026-12-02T09:00:00Z" < shown["registration_closes"]
    assert shown["price"] == facts.class_price
    assert shown["owner"] == f"provider {facts.provider_id}"
    assert bench.gateway.resources[facts.course_id]["title"] == facts.course_title
    assert len(facts.card_number) == 16
    record = read_record(bench.record_file)
    assert record is not None
    assert record.facts == facts


def test_a_second_run_reads_twice_and_writes_nothing(bench: Bench) -> None:
    facts = bench.load()
    bench.gateway.requests.clear()
    assert bench.load(NEXT_WEEK) == facts
    assert bench.gateway.requests == [
        ("GET", f"/classes/{facts.class_id}"),
        ("GET", f"/waves/{facts.wave_id}"),
    ]


def test_an_installation_emptied_meanwhile_is_loaded_anew(bench: Bench) -> None:
    bench.load()
    bench.gateway.resources.clear()
    bench.gateway.answers.clear()
    bench.gateway.executed.clear()
    bench.load(NEXT_WEEK)
    assert bench.executed() == WHOLE
    record = read_record(bench.record_file)
    assert record is not None
    assert record.day_zero == date(2026, 12, 7)


@pytest.mark.parametrize("broken_at", [1, 15, 40, SOME.writes])
def test_a_load_broken_off_is_resumed_with_nothing_twice(bench: Bench, broken_at: int) -> None:
    def refuse(_method: str, _path: str, number: int) -> tuple[int, Document] | None:
        return (403, {"code": "forbidden"}) if number >= broken_at else None

    bench.gateway.trouble = refuse
    with pytest.raises(RefusedError, match="403 forbidden"):
        bench.load()
    bench.gateway.trouble = lambda *_: None
    bench.load(NEXT_WEEK)
    assert bench.executed() == WHOLE


def test_lost_connections_and_busy_services_are_outlasted(bench: Bench) -> None:
    def trouble(_method: str, _path: str, number: int) -> tuple[int, Document] | None:
        busy = {0: (0, {}), 1: (503, {}), 2: (409, {"code": "request-in-flight"})}
        return busy.get(number // 10 % 3) if number % 10 == 0 else None

    bench.gateway.trouble = trouble
    bench.load()
    assert bench.executed() == WHOLE


def test_a_token_that_has_expired_is_renewed_once(bench: Bench) -> None:
    expired = [3]
    bench.gateway.trouble = lambda _method, path, _number: (
        (401, {"code": "unauthenticated"})
        if path.endswith("/decision") and expired and expired.pop()
        else None
    )
    bench.load()
    assert bench.issued.count("operator") == 2


def test_a_token_that_is_refused_twice_ends_the_load(bench: Bench) -> None:
    bench.gateway.trouble = lambda _method, path, _number: (
        (401, {"code": "unauthenticated"}) if path.endswith("/decision") else None
    )
    with pytest.raises(RefusedError, match="401 unauthenticated"):
        bench.load()


def test_a_gateway_that_never_answers_is_given_up_by_name(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sample.public_api._LONGEST_PAUSE", 0.01)
    bench.gateway.trouble = lambda *_: (0, {})
    with pytest.raises(RefusedError, match=r"/api/v1 gave no answer in 12 attempts"):
        bench.load()


def test_a_refusal_names_the_call_and_the_fields(bench: Bench) -> None:
    errors = [{"pointer": "/seats", "message": "Send a whole number."}]
    bench.gateway.trouble = lambda _method, path, _number: (
        (422, {"code": "validation-failed", "detail": "Some fields.", "errors": errors})
        if path.endswith("/classes")
        else None
    )
    wanted = r"^POST /courses/id-\d+/classes: 422 validation-failed Some fields. /seats: Send a wh"
    with pytest.raises(RefusedError, match=wanted):
        bench.load()


def test_institutions_brought_in_by_a_load_that_is_not_on_record_are_told_with_the_remedy(
    bench: Bench,
) -> None:
    bench.gateway.trouble = lambda *_: (409, {"code": "provider-name-taken", "detail": "Long."})
    with pytest.raises(RefusedError) as caught:
        bench.load()
    assert explained(caught.value).startswith("its institutions are in the catalogue already")
    assert "Empty the databases" in explained(caught.value)
    assert explained(RefusedError("something else")) == "something else"


def test_refused_candidates_end_the_load_with_the_first_reason(bench: Bench) -> None:
    refused = [{"index": 0, "code": "nik-already-held", "detail": "Once in a lifetime."}]
    bench.gateway.trouble = lambda _method, path, _number: (
        (200, {"admitted": [], "refused": refused}) if path.endswith("/admissions") else None
    )
    with pytest.raises(RefusedError, match=r"1 of 250 candidates.*nik-already-held"):
        bench.load()
    record = read_record(bench.record_file)
    assert record is not None
    assert record.facts is None


def test_an_unreadable_record_is_no_record(tmp_path: Path) -> None:
    for text in ("", "{", "[]", '{"day_zero": "soon", "facts": null}', '{"day_zero": 7}'):
        path = tmp_path / "sample.json"
        path.write_text(text, encoding="utf-8")
        assert read_record(path) is None
    assert read_record(tmp_path / "nowhere.json") is None


def test_the_record_is_readable_by_others(bench: Bench) -> None:
    facts = bench.load()
    document = json.loads(bench.record_file.read_text(encoding="utf-8"))
    assert document["facts"]["class_id"] == facts.class_id


def test_progress_is_plain_lines_by_tenths_where_nobody_watches(bench: Bench) -> None:
    bench.load()
    lines = bench.out.getvalue().splitlines()
    assert lines == [f"Loading sample data: {share:3} %" for share in range(0, 101, 10)]


def test_progress_rewrites_one_line_on_a_terminal() -> None:
    out = Terminal()
    progress = Progress(out=out)
    progress.begin(4)
    for _ in range(4):
        progress.advance()
    shares = [part for part in out.getvalue().split("\r") if part]
    assert [part.split()[-2] for part in shares] == ["0", "25", "50", "75", "100"]
    assert out.getvalue().count("\n") == 1
