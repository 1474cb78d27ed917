"""Which migrations were released, each with the digest of its file: `python -m tests.deploy.released_migrations`.

Run before a release, it adds those that are new to `released_migrations.json`. A migration that somebody's database has
been through must stay as it was: what stands in it would never be done there. One that was changed or is gone is not
taken over, but told of.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from deploy.local.databases import SERVICES
from deploy.local.process import ROOT

LIST = Path(__file__).with_suffix(".json")
_REMEDY = "put it back as it was, and add a new migration for what is to change"


def released() -> dict[str, str]:
    """Return the digest of each migration that was released, by its path."""
    listed: dict[str, str] = json.loads(LIST.read_text("utf-8"))
    return listed


def there(root: Path = ROOT) -> dict[str, str]:
    """Return the digest of each migration that is there, by its path."""
    return {
        str(path.relative_to(root)): sha256(path.read_bytes()).hexdigest()
        for service in SERVICES
        for path in sorted((root / f"services/{service}/storage/migrations/versions").glob("*.py"))
    }


def edited(listed: Mapping[str, str], found: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with each released migration that is not as it was, and what to do about it."""
    for path, digest in listed.items():
        if found.get(path) != digest:
            what = "was changed" if path in found else "is gone"
            yield f"{path} was released and {what}: {_REMEDY}"


def main() -> int:
    """List what is new; return the exit code."""
    listed, found = released(), there()
    if wrong := [*edited(listed, found)]:
        sys.stderr.write("\n".join(wrong) + "\n")
        return 1
    LIST.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", "utf-8")
    sys.stdout.write(f"{len(found) - len(listed)} migrations added to {LIST.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
