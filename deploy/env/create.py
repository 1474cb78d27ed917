"""Make files of settings with fresh secrets: `python3 deploy/env/create.py FOLDER --origin https://…`.

Fills in the examples beside it, one file each, readable by their owner only. Needs Python alone, and writes nothing
where one of the files is there already: secrets once used must not change.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
_GIVEN = re.compile(r"\$\{([A-Z_]+)\}")
_KEY_BYTES = 32


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python3 deploy/env/create.py")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--origin", required=True, help="what callers see: https://host, no path")
    parser.add_argument("--database", default="127.0.0.1:5432", help="PostgreSQL's host:port")
    parser.add_argument("--proxies", type=int, default=1, help="proxies of ours before the gateway")
    parser.add_argument(
        "--messages",
        default="https://your-channel.invalid/messages",
        help="where messages are handed over; unless given, an address that exists nowhere",
    )
    options = parser.parse_args(arguments)
    if not re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]+)?", options.origin):
        parser.error("--origin must be https://host, with nothing behind it")
    return options


def filled(given: dict[str, str]) -> dict[str, str]:
    """Return every file's text by its name; what is not in `given` is made here, the same in every file."""
    known = dict(given)

    def value(match: re.Match[str]) -> str:
        return known.setdefault(match[1], secrets.token_hex(_KEY_BYTES))

    return {
        example.name.removesuffix(".example"): _GIVEN.sub(value, example.read_text("utf-8"))
        for example in sorted(EXAMPLES.glob("*.env.example"))
    }


def main(arguments: Sequence[str]) -> int:
    """Write the files; return the exit code."""
    options = parse(arguments)
    given = {
        "ORIGIN": options.origin,
        "DATABASE_HOST": options.database,
        "PROXIES_IN_FRONT": str(options.proxies),
        "MESSAGE_URL": options.messages,
    }
    texts = filled(given)
    there = [name for name in texts if (options.folder / name).exists()]
    if there:
        sys.stderr.write(
            f"create: {', '.join(there)} in {options.folder} would be lost; not written\n"
        )
        return 1
    options.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in texts.items():
        # The mode is given with the creation: there is no moment in which others could read the file.
        path = options.folder / name
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as opened:
            opened.write(text)
    sys.stdout.write(
        f"{len(texts)} files in {options.folder}; keep a copy of them in a safe place\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
