"""Make files of settings with fresh secrets: `python3 deploy/env/create.py FOLDER --origin https://…`.

Fills in the examples beside it, one file each, readable by their owner only. Needs Python alone, and writes nothing
where one of the files is there already: secrets once used must not change. With `--add-missing` it adds what a new
release needs to the files that are there, and changes nothing in them.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
_GIVEN = re.compile(r"\$\{([A-Z_]+)\}")
_SET = re.compile(r"^([A-Z][A-Z_]*)=", re.MULTILINE)
_THERE = re.compile(r"^#? ?([A-Z][A-Z_]*)=", re.MULTILINE)
_KEY_BYTES = 32
_NOT_MADE_UP = frozenset({"ORIGIN"})
_MAY_BE_EMPTY = frozenset({"DATABASE_TLS"})

_PORT = r"(:[0-9]{1,5})?"


def _like(form: str, remedy: str) -> Callable[[str], str]:
    """Return a check of what is given on the command line, whose refusal says what to write instead."""

    def checked(text: str) -> str:
        if not re.fullmatch(form, text):
            raise argparse.ArgumentTypeError(f"must be {remedy}")
        return text

    return checked


_ORIGIN = _like(rf"https?://[a-z0-9.-]+{_PORT}", "https://host, with nothing behind it")
_DATABASE = _like(rf"[A-Za-z0-9.-]+{_PORT}", "host:port, such as 127.0.0.1:5432")
_TLS = _like(
    r"require|verify-(ca|full):/[A-Za-z0-9._/-]+",
    "require, or verify-full:/folder/ca.pem with the certificate of who signed PostgreSQL's",
)
_PROXIES = _like("[0-5]", "from 0 to 5: 1 behind nginx or an ingress, 0 with nothing in front")
_MESSAGES = _like(
    rf"(https://[A-Za-z0-9.-]+|http://(localhost|127[0-9.]+)){_PORT}(/[A-Za-z0-9._~/%-]*)?",
    "a web address such as https://sms.example.go.id/messages; http:// on this machine alone, as messages hold codes",
)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python3 deploy/env/create.py")
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--add-missing",
        action="store_true",
        help="add to the files in FOLDER what the examples have beyond them; what stands there counts and stays",
    )
    parser.add_argument("--origin", type=_ORIGIN, help="what callers see: https://host, no path")
    parser.add_argument(
        "--database", type=_DATABASE, default="127.0.0.1:5432", help="PostgreSQL's host:port"
    )
    parser.add_argument(
        "--database-tls",
        type=_TLS,
        help="how PostgreSQL on another machine is reached by TLS: verify-full:/folder/ca.pem, verify-ca:… or require",
    )
    parser.add_argument(
        "--proxies", type=_PROXIES, default="1", help="proxies of ours before the gateway"
    )
    parser.add_argument(
        "--messages",
        type=_MESSAGES,
        default="https://your-channel.invalid/messages",
        help="where messages are handed over; unless given, an address that exists nowhere",
    )
    options = parser.parse_args(arguments)
    if options.origin is None and not options.add_missing:
        parser.error("--origin is needed: what callers see, such as https://balai.example")
    return options


def _in_url(tls: str | None) -> str:
    """Return what an address of PostgreSQL says of TLS, in libpq's words; nothing where nothing was said."""
    if tls is None:
        return ""
    mode, _, authority = tls.partition(":")
    return f"?sslmode={mode}" + (f"&sslrootcert={authority}" if authority else "")


def filled(text: str, known: dict[str, str]) -> str:
    """Fill in what an example leaves open; what is not `known` is made here, once for all files."""

    def value(match: re.Match[str]) -> str:
        return known.setdefault(match[1], secrets.token_hex(_KEY_BYTES))

    return _GIVEN.sub(value, text)


def examples() -> dict[str, str]:
    """Return every example's text by the name of the file that is made of it."""
    return {
        example.name.removesuffix(".example"): example.read_text("utf-8")
        for example in sorted(EXAMPLES.glob("*.env.example"))
    }


@dataclass(frozen=True)
class Missing:
    """A paragraph of an example with the settings that a file lacks, before it is filled in."""

    file: str
    names: tuple[str, ...]
    text: str

    @property
    def needs(self) -> set[str]:
        """Name what it leaves open."""
        return {*_GIVEN.findall(self.text)}


def missing_from(text: str, *, file: str, example: str) -> Iterator[Missing]:
    """Yield what a file lacks that its example sets.

    What was commented out is not missing, and nothing is in a file without any setting: somebody emptied it.
    """
    there = _names(text, _THERE)
    for paragraph in example.split("\n\n") if there else ():
        lines = paragraph.splitlines()
        lacking = [line for line in lines if _names(line, _SET) - there]
        if lacking:
            told = [line for line in lines if line.startswith("# ") and "---" not in line]
            names = tuple(line.partition("=")[0] for line in lacking)
            yield Missing(file, names, "\n".join(["", *told, *lacking, ""]))


def already_said(texts: Mapping[str, str]) -> tuple[dict[str, str], set[str]]:
    """Return what files in use say for what examples leave open, and what they use but cannot be read out of them."""
    known: dict[str, str] = {}
    used: set[str] = set()
    for file, text in texts.items():
        for line in examples()[file].splitlines():
            if _names(line, _SET) & _names(text, _SET):
                used |= {*_GIVEN.findall(line)}
            if match := re.search(_form(line), text, re.MULTILINE):
                known |= match.groupdict()
    return known, used - known.keys()


def _names(text: str, form: re.Pattern[str]) -> set[str]:
    return {*form.findall(text)}


def _form(line: str) -> str:
    """Return a pattern of a line of an example, with a group for each thing that it leaves open."""
    parts = _GIVEN.split(line)  # by turns what stands there and a name
    parts[::2] = map(re.escape, parts[::2])
    parts[1::2] = [
        f"(?P<{name}>{'.*' if name in _MAY_BE_EMPTY else '.+?'})" for name in parts[1::2]
    ]
    return f"^{''.join(parts)}$"


def create(folder: Path, given: dict[str, str]) -> int:
    """Write all files; return the exit code."""
    texts = {name: filled(example, given) for name, example in examples().items()}
    there = [name for name in texts if (folder / name).exists()]
    if there:
        sys.stderr.write(
            f"create: {', '.join(there)} in {folder} would be lost; not written. Settings of a new release are added"
            " with --add-missing\n"
        )
        return 1
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in texts.items():
        _write(folder / name, text, os.O_CREAT | os.O_EXCL)
    sys.stdout.write(f"{len(texts)} files in {folder}; keep a copy of them in a safe place\n")
    return 0


def add_missing(folder: Path, given: dict[str, str]) -> int:
    """Add to the files that are there what their examples have beyond them, say what, and return the exit code."""
    texts = {
        name: (folder / name).read_text("utf-8") for name in examples() if (folder / name).exists()
    }
    lacking = [
        block
        for file, text in texts.items()
        for block in missing_from(text, file=file, example=examples()[file])
    ]
    said, lost = already_said(texts)
    known = given | said
    cannot = [each for each in lacking if each.needs & (lost | (_NOT_MADE_UP - known.keys()))]
    if cannot or not texts:
        sys.stderr.write(f"create: {_why_not(cannot, folder)}; nothing was added\n")
        return 1
    for block in lacking:
        path = folder / block.file
        end = "" if path.read_text("utf-8").endswith("\n") else "\n"
        _write(path, end + filled(block.text, known), os.O_APPEND)
        sys.stdout.write(f"added to {block.file}: {', '.join(block.names)}\n")
    if not lacking:
        sys.stdout.write(f"nothing is missing in {folder}\n")
    return 0


def _why_not(cannot: Sequence[Missing], folder: Path) -> str:
    if not cannot:
        return f"{folder} has no file of settings; make them without --add-missing"
    settings = "; ".join(f"{', '.join(each.names)} in {each.file}" for each in cannot)
    return f"write in by hand what the other files do not tell: {settings}"


def main(arguments: Sequence[str]) -> int:
    """Write the files; return the exit code."""
    options = parse(arguments)
    given = {
        "DATABASE_HOST": options.database,
        "DATABASE_TLS": _in_url(options.database_tls),
        "PROXIES_IN_FRONT": options.proxies,
        "MESSAGE_URL": options.messages,
        **({"ORIGIN": options.origin} if options.origin else {}),
    }
    return (add_missing if options.add_missing else create)(options.folder, given)


def _write(path: Path, text: str, how: int) -> None:
    # The mode is given with the creation: there is no moment in which others could read the file.
    file = os.open(path, os.O_WRONLY | how, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as opened:
        opened.write(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
