"""Import what `make run` starts, with only what requirements/run.txt and local.txt install; prints what was missing."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType

STARTED = (
    "chassis.serving",
    "chassis.migrations",
    "gateway.app",
    "services.accounts.app",
    "services.accounts.worker",
    "services.catalog.app",
    "services.catalog.worker",
    "services.enrolment.app",
    "services.enrolment.worker",
    "sample.load",
    "deploy.local.run",
    "deploy.local.token",
)
_PINNED = re.compile(r"^([a-z0-9-]+)==", re.MULTILINE)


class OnlyPinned(MetaPathFinder):
    """Finds no package of a distribution that is not pinned."""

    def __init__(self, pinned: set[str]) -> None:
        self._foreign = {
            package
            for package, distributions in packages_distributions().items()
            if not {name.lower().replace("_", "-") for name in distributions} & pinned
        }
        self.refused: set[str] = set()

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in self._foreign:
            self.refused.add(fullname)
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


def main() -> None:
    """Import one module after another."""
    pinned = {
        name
        for file in ("run", "local")
        for name in _PINNED.findall(Path(f"requirements/{file}.txt").read_text(encoding="utf-8"))
    }
    sys.meta_path.insert(0, OnlyPinned(pinned))
    missing = {}
    for module in STARTED:
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as error:
            missing[module] = str(error)
    sys.stdout.write(json.dumps(missing))


if __name__ == "__main__":
    main()
