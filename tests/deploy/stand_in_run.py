"""`make run` with small programs in the place of the product's processes: `python -m tests.deploy.stand_in_run`.

Each web process answers every request and notes its name when it is asked to stop, in the file NOTES;
the one named DEAF does not stop. PREPARATION is what is run before them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from deploy.local import process_table, run
from deploy.local.process import Layer, Process
from deploy.local.process_table import Plan
from deploy.local.sample_card import SampleCard
from deploy.local.system import System
from sample.record import Facts
from tests.deploy.stand_in import program, server

FACTS = Facts("provider", "name", "course", "title", "class", 1, "wave", "0000000000000000")


def _preparation(plan: Plan) -> Process:  # noqa: ARG001
    return program("preparation", os.environ.get("PREPARATION", "pass"))


def _services(plan: Plan) -> tuple[Process, ...]:
    return (_server("catalog", plan.ports["catalog"], Layer.SERVICE),)


def _workers(plan: Plan) -> tuple[Process, ...]:
    return (_server("catalog-worker", plan.ports["catalog-worker"], Layer.WORKER),)


def _gateway(plan: Plan) -> Process:
    return _server("gateway", plan.port, Layer.GATEWAY)


def _server(name: str, port: int, layer: Layer) -> Process:
    return server(
        name,
        layer=layer,
        port=port,
        notes=Path(os.environ["NOTES"]),
        deaf=os.environ.get("DEAF", ""),
    )


def _load_sample_data(self: System) -> Facts:  # noqa: ARG001
    return FACTS


def _sample_card(self: System) -> SampleCard | None:  # noqa: ARG001
    return None


def main() -> int:
    """Run the real supervision over the stand-ins."""
    process_table.preparation = _preparation
    process_table.services = _services
    process_table.workers = _workers
    process_table.gateway = _gateway
    System.load_sample_data = _load_sample_data  # type: ignore[method-assign]
    System.sample_card = _sample_card  # type: ignore[method-assign]
    return run.main()


if __name__ == "__main__":
    sys.exit(main())
