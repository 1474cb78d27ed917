"""What is remembered of the sample data, so that a second start need not ask much."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from deploy.local.readiness import answers
from sample.record import Facts, read_record


@dataclass(frozen=True)
class SampleNotes:
    """The notes kept in one folder, for one set of databases."""

    folder: Path

    @property
    def record(self) -> Path:
        """The file in which the loader keeps what it loaded."""
        return self.folder / "record.json"

    def recorded(self) -> Facts | None:
        """Return what the loader recorded at its end; None where it has not come to its end."""
        record = read_record(self.record)
        return None if record is None else record.facts

    def finish(self, facts: Facts) -> None:
        """Note that everything is there, clients and accounts too."""
        self._finished.write_text(facts.class_id, encoding="ascii")

    def present(self, gateway: str) -> Facts | None:
        """Return the facts if everything was loaded into the system behind a gateway; None where it was not."""
        facts = self.recorded()
        if facts is None or not self._finished.exists():
            return None
        if self._finished.read_text(encoding="ascii") != facts.class_id:
            return None
        return facts if answers(f"{gateway}/api/v1/classes/{facts.class_id}")() else None

    @property
    def _finished(self) -> Path:
        return self.folder / "finished-with-accounts"
