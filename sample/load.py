"""Load the sample data through the public API.

    python -m sample.load [--gateway URL] [--record FILE]

Institutions apply and are approved, their staff write courses, the operator publishes them, classes are
added, and a wave admits a thousand candidates. Every write bears a key made from what it writes and from
day 0, so an interrupted load is resumed by running it again (within the two days such keys are kept); a
finished one is recognised by two reads.

Tokens are made with the accounts service's own settings (DATABASE_URL, TOKEN_ISSUER, KEY_ENCRYPTION_KEY), which must
be in the environment, with ENVIRONMENT=development; `make run` sees to that.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sample.dates import day_zero
from sample.files import read_candidates, read_classes, read_courses, read_providers
from sample.progress import Progress
from sample.public_api import PublicApi, RefusedError
from sample.record import Facts, Record, read_record, write_record
from sample.steps import Load, SampleData
from sample.tokens import development_tokens


def load(
    data: SampleData, *, api: PublicApi, record_file: Path, now: datetime, progress: Progress
) -> Facts:
    """Load what the record does not show as loaded, and record it. Raises `RefusedError`."""
    record = read_record(record_file)
    if record and record.facts and _is_there(api, record.facts):
        return record.facts
    # An unfinished load goes on with the dates it began with: they are part of what its keys stand for.
    zero = record.day_zero if record and not record.facts else day_zero(now.date())
    write_record(record_file, Record(zero))
    progress.begin(data.writes)
    facts = Load(data, api=api, zero=zero, wrote=progress.advance).run()
    write_record(record_file, Record(zero, facts))
    return facts


def _is_there(api: PublicApi, facts: Facts) -> bool:
    """Say whether this installation knows the recorded class and wave."""
    try:
        api.get(f"/classes/{facts.class_id}")
        api.get(f"/waves/{facts.wave_id}")
    except RefusedError as refusal:
        if refusal.status == 404:
            return False
        raise
    return True


def main(arguments: Sequence[str]) -> int:
    """Load the sample data into one installation; return the exit code."""
    wanted = _parse(arguments)
    began = time.monotonic()
    try:
        facts = load(
            SampleData(read_providers(), read_courses(), read_classes(), read_candidates()),
            api=PublicApi(wanted.gateway, development_tokens()),
            record_file=wanted.record,
            now=datetime.now(UTC),
            progress=Progress(out=sys.stdout),
        )
    except RefusedError as refusal:
        print(f"The sample data was not loaded: {explained(refusal)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; run it again to go on.", file=sys.stderr)
        return 130
    seconds = time.monotonic() - began
    print(f"Sample data is there ({seconds:.1f} s), for example {facts.course_title!r}.")
    return 0


def explained(refusal: RefusedError) -> str:
    """Say why a load was refused, and where the cause is known what helps."""
    if refusal.code == "provider-name-taken":
        return (
            "its institutions are in the catalogue already, by a load that is not on record here. Empty the databases"
            " of all three services, or bring back the folder (var/) that they were filled from."
        )
    return str(refusal)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sample.load", description=__doc__)
    port = os.environ.get("PORT", "8000")
    parser.add_argument("--gateway", default=f"http://127.0.0.1:{port}", help="its address")
    parser.add_argument("--record", type=Path, default=Path("var/sample.json"), help="what is kept")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
