"""`make command COMMAND='services.accounts.register …'`: run a command of a service with its settings as it runs now.

A command is a module in a service's folder that can be run by itself; after it stand its arguments, as after
`python -m` elsewhere.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping

from deploy.local import environment_file
from deploy.local.place import data_folder, settings_file
from deploy.local.process import ROOT


class UnusableCommandError(Exception):
    """What was asked for cannot be run; the message says why, in one line."""


def main(variables: Mapping[str, str]) -> int:
    """Run the command that COMMAND names; return its exit code."""
    try:
        words = _words(variables.get("COMMAND") or "")
    except UnusableCommandError as error:
        print(f"command: {error}", file=sys.stderr)
        return 1
    service = words[0].split(".")[1]
    settings = environment_file.read(settings_file(data_folder(variables), service))
    if not settings:
        print("command: start the system first, with: make run", file=sys.stderr)
        return 1
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=ROOT, env={**variables, **settings}, check=False).returncode


def commands() -> list[str]:
    """List every command of every service; a worker is none."""
    files = sorted(ROOT.glob("services/*/*.py"))
    return [
        f"services.{file.parent.name}.{file.stem}"
        for file in files
        if file.stem != "worker"
        and 'if __name__ == "__main__":' in file.read_text(encoding="utf-8")
    ]


def _words(line: str) -> list[str]:
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UnusableCommandError(f"COMMAND cannot be read: {error}") from None
    if not words or words[0] not in commands():
        raise UnusableCommandError(f"COMMAND begins with one of {', '.join(commands())}")
    return words


if __name__ == "__main__":
    sys.exit(main(dict(os.environ)))
