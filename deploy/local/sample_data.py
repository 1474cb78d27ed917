"""Bring in the sample data, with a client and an account of each role: `python -m deploy.local.sample_data`.

The environment is that of accounts, with GATEWAY_URL and with SAMPLE_FOLDER, where notes on what was loaded are kept.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from deploy.local.bounds import Bounds
from deploy.local.clients import SAMPLE_CLIENTS, ForeignDatabaseError, register_clients
from deploy.local.sample_accounts import create_sample_accounts
from deploy.local.sample_notes import SampleNotes
from sample.load import main as load


def main() -> int:
    """Load what is missing; return the exit code."""
    gateway = os.environ["GATEWAY_URL"]
    notes = SampleNotes(Path(os.environ["SAMPLE_FOLDER"]))
    code = load(["--gateway", gateway, "--record", str(notes.record)])
    if code != 0:
        return code
    facts = notes.recorded()
    if facts is None:
        print("The sample data left no record.", file=sys.stderr)
        return 1
    bounds = Bounds(gateway, os.environ).of_the_sample(facts)
    try:
        register_clients(SAMPLE_CLIENTS, bounds=bounds, variables=os.environ)
        create_sample_accounts(facts, bounds=bounds, variables=os.environ)
    except ForeignDatabaseError as error:
        print(error, file=sys.stderr)
        return 1
    notes.finish(facts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
