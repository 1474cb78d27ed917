"""A browser: it keeps cookies, follows to where it is led when told to, and sends the forms that it is shown."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import requests

from tests.journeys.api import PATIENCE
from tests.journeys.logs import lines_of
from tests.journeys.world import World
from tests.waiting import eventually

ASKS_FOR = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "Accept-Language": "en"}
_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')


class Browser:
    """Somebody's browser, at the address of a running system."""

    def __init__(self, world: World) -> None:
        self._address = world.system.address
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update(ASKS_FOR)
        self.visited: list[str] = []

    @property
    def cookies(self) -> dict[str, str]:
        """Return what the browser keeps."""
        return {cookie.name: str(cookie.value) for cookie in self._session.cookies}

    def open(self, path: str, **headers: str) -> requests.Response:
        """Open a page."""
        self.visited.append(path)
        return self._session.get(
            self._address + path, headers=headers, timeout=PATIENCE, allow_redirects=False
        )

    def send(
        self, path: str, *, page: str | None = None, headers: Any = None, **fields: str
    ) -> requests.Response:
        """Fill in the form on a page, the one at the same address unless told otherwise, and send it."""
        found = _TOKEN.search(self.open(page or path).text)
        assert found, page or path
        self.visited.append(path)
        answer = self._session.post(
            self._address + path,
            data={"form_token": found[1], **fields},
            headers={"Origin": self._address, **(headers or {})},
            timeout=PATIENCE,
            allow_redirects=False,
        )
        self.visited.append(answer.headers.get("Location", ""))
        return answer

    def sign_in(self, name: str, password: str) -> requests.Response:
        """Sign in with a password."""
        page = "/sign-in?continue=/oauth/authorize?a=1"
        return self.send("/sign-in", page=page, name=name, password=password)

    def is_signed_in(self) -> bool:
        """Tell whether the own account is shown."""
        return self.open("/account").status_code == 200

    def sees(self, path: str = "/account") -> str:
        """Return what a page says."""
        text = re.sub(r"<style>.*?</style>", "", self.open(path).text, flags=re.DOTALL)
        return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


def without_token(page: requests.Response) -> str:
    """Return a page without the token of its form, which differs from browser to browser."""
    return re.sub(r'value="[0-9a-f]{64}"', "", page.text)


def messages_to(world: World, to: str) -> list[str]:
    """Return what somebody was sent so far, as the worker wrote it down; it is a developer's machine."""
    lines = lines_of(world.system.log_of("accounts-worker"))
    return [
        line["text"] for line in lines if line["event"] == "message-printed" and to in line["to"]
    ]


def next_message(world: World, to: str, *, after: int) -> str:
    """Wait until somebody was sent more than so many messages; return the next one."""
    eventually(lambda: len(messages_to(world, to)) > after, what="the message was sent")
    return messages_to(world, to)[after]
