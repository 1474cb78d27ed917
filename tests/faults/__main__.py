"""`make faults`: strike the running product with every kind of fault while holders enrol, many times, and judge.

KIND (all) names one or several, TIMES (20) says how often each strikes, SECONDS (60) how long what lasts is to last,
DATABASE (both) on which database. Ends with 1 where anything was found wrong.
"""

from __future__ import annotations

import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.disk import may_mount
from tests.faults.ground import made_ground
from tests.faults.keeper import pause_of_unit
from tests.faults.kind import BOTH
from tests.faults.striking import Result, kinds_for, strike


def main() -> int:
    """Strike as the environment says; return the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was mounted is unmounted
    times, seconds = int(os.environ.get("TIMES") or 20), float(os.environ.get("SECONDS") or 60)
    dialects = (os.environ.get("DATABASE") or " ".join(BOTH)).split()
    wanted = (os.environ.get("KIND") or "").split()
    unknown = {*wanted} - {kind.name for dialect in BOTH for kind in kinds_for(dialect)}
    if unknown:
        print(f"there is no {', '.join(unknown)} here", file=sys.stderr)
        return 2
    results: list[tuple[str, Result]] = []
    for dialect in dialects:
        kinds = [kind for kind in kinds_for(dialect) if not wanted or kind.name in wanted]
        with (
            tempfile.TemporaryDirectory() as folder,
            made_ground(dialect, Path(folder), pause=pause_of_unit()) as ground,
        ):
            for kind in kinds:
                _say(f"{dialect} {kind.name}: {kind.how}")
                result = strike(ground, [kind], times=times, seconds=seconds, say=_say_below)
                results.append((dialect, result))
                for finding in result.findings:
                    _say_below(f"WRONG: {finding}")
    _print_table(results)
    if not may_mount():
        _say("No disk could be mounted here: disk-full was not done.")
    return 1 if any(result.findings for _, result in results) else 0


def _print_table(results: list[tuple[str, Result]]) -> None:
    _say("")
    _say(
        "| kind | database | times | well after, median / longest | done | refused | unknown | wrong |"
    )
    _say("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for dialect, result in results:
        took = result.recoveries or [float("nan")]
        told = result.told
        _say(
            f"| {result.kind} | {dialect} | {len(result.recoveries)}"
            f" | {statistics.median(took):.1f} / {max(took):.1f} s"
            f" | {told['done']} | {told['refused']} | {told['unknown']} | {len(result.findings)} |"
        )


def _say_below(text: str) -> None:
    _say(f"    {text}")


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    began = time.monotonic()
    code = main()
    _say(f"in {time.monotonic() - began:.0f} s")
    sys.exit(code)
