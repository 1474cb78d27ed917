"""docs/settings.md says which settings there are, who reads them, and what they are where nothing is said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest

import gateway.settings
import services.accounts.settings
import services.catalog.settings
import services.enrolment.settings
from chassis.settings import SettingsError
from deploy.local.process import ROOT

Reader = Callable[[Mapping[str, str]], Any]
READERS: Mapping[str, tuple[Reader, ...]] = {
    "accounts": (services.accounts.settings.read_settings,),
    "accounts worker": (services.accounts.settings.read_worker_settings,),
    "catalog": (services.catalog.settings.read_settings,),
    "catalog worker": (services.catalog.settings.read_worker_settings,),
    "enrolment": (services.enrolment.settings.read_settings,),
    "enrolment worker": (services.enrolment.settings.read_worker_settings,),
    "gateway": (gateway.settings.read_settings,),
}
ROW = re.compile(r"^\| `([A-Z_]+)` \|([^|]+)\|([^|]*)\|", re.MULTILINE)
FROM_ENVIRONMENT = re.compile(r'os\.environ\.get\("([A-Z_]+)", "([^"]*)"\)')
A_SECRET = sha256(b"any secret at all").hexdigest()
AN_ADDRESS = "http://127.0.0.1:20001"


@dataclass(frozen=True)
class Row:
    variable: str
    who: frozenset[str]
    default: str | None

    def is_read_by(self, reader: str) -> bool:
        return bool({reader, reader.removesuffix(" worker")} & self.who)


class Noted(Mapping[str, str]):
    """An environment that notes what it is asked for."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


def rows() -> list[Row]:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return [
        Row(name, frozenset(who.strip().split(", ")), default.strip().strip("`") or None)
        for name, who, default in ROW.findall(page)
    ]


def enough() -> dict[str, str]:
    """Return an environment with every variable that has no default."""
    needed = [row.variable for row in rows() if row.default is None]
    secrets = ("_KEY", "_SECRET")
    return {name: A_SECRET if name.endswith(secrets) else AN_ADDRESS for name in needed}


@pytest.mark.parametrize("who", READERS)
def test_the_page_names_what_a_process_reads_and_nothing_else(who: str) -> None:
    noted = Noted(enough())
    for read in READERS[who]:
        read(noted)
    assert {row.variable for row in rows() if row.is_read_by(who)} == noted.asked


@pytest.mark.parametrize("who", READERS)
def test_a_process_starts_without_what_has_a_default_and_not_without_the_rest(who: str) -> None:
    own = [row for row in rows() if row.is_read_by(who)]
    for read in READERS[who]:
        settings = read(enough())
        for row in own:
            if row.default is None:
                lacking = {name: text for name, text in enough().items() if name != row.variable}
                with pytest.raises(SettingsError, match=row.variable):
                    read(lacking)
            elif row.default != "none":
                assert read({**enough(), row.variable: row.default}) == settings, row


def test_the_page_names_what_the_web_server_reads_with_its_defaults() -> None:
    source = (ROOT / "deploy" / "gunicorn.conf.py").read_text(encoding="utf-8")
    read = {(name, default.upper()) for name, default in FROM_ENVIRONMENT.findall(source)}
    assert len(read) == source.count("os.environ.get(")
    told = {(row.variable, str(row.default).upper()) for row in rows() if "web" in row.who}
    assert told == read
