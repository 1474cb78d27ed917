"""What is remembered of a load: its day 0 while it runs, and facts worth showing once it is done."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Facts:
    """Ids by which a fresh installation can be tried out.

    The class is online and open for registration, the card of the digital scheme.
    """

    provider_id: str
    provider_name: str
    course_id: str
    course_title: str
    class_id: str
    class_price: int
    wave_id: str
    card_number: str


@dataclass(frozen=True, slots=True)
class Record:
    """A load: the day 0 its dates count from, and its facts if it was finished."""

    day_zero: date
    facts: Facts | None = None


def read_record(path: Path) -> Record | None:
    """Read what an earlier load left; None where there is nothing, or nothing readable."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        facts = Facts(**document["facts"]) if document["facts"] else None
        return Record(date.fromisoformat(document["day_zero"]), facts)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def write_record(path: Path, record: Record) -> None:
    """Write a load's record in one step, so that nobody reads half of it."""
    document = {
        "day_zero": record.day_zero.isoformat(),
        "facts": asdict(record.facts) if record.facts else None,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)
