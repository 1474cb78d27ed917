"""Calls of the public API at the gateway: patient, repeatable, and plain about refusals."""

import threading
import time
from dataclasses import dataclass
from typing import Any, Final

import requests

from sample.token_cache import TokenCache

_TIMEOUT: Final = (5, 60)  # seconds to connect and to wait for an answer
_ATTEMPTS: Final = 12  # about half a minute
_LONGEST_PAUSE: Final = 5.0  # seconds
_TRY_LATER: Final = frozenset((429, 502, 503, 504))


class RefusedError(Exception):
    """A call that was refused for good; the message is the problem document in one line."""

    def __init__(self, message: str, *, status: int = 0, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a role, and for a provider's staff the provider's id. The public has no role."""

    role: str | None = None
    provider_id: str | None = None


PUBLIC: Final = Caller()
OPERATOR: Final = Caller("operator")


class PublicApi:
    """The API below `/api/v1` of one gateway, for use by many threads."""

    def __init__(self, gateway: str, tokens: TokenCache) -> None:
        """Call `gateway` (such as `http://127.0.0.1:8000`) with these tokens."""
        self._base = f"{gateway.rstrip('/')}/api/v1"
        self._tokens = tokens
        self._local = threading.local()

    def get(self, path: str, *, caller: Caller = PUBLIC) -> dict[str, Any]:
        """Read a resource. Raises `RefusedError`."""
        return self._call("GET", path, caller=caller)

    def post(self, path: str, body: dict[str, Any], *, caller: Caller, key: str) -> dict[str, Any]:
        """Write with an Idempotency-Key, which makes every repetition safe. Raises `RefusedError`."""
        return self._call("POST", path, caller=caller, body=body, key=key)

    def _call(
        self,
        method: str,
        path: str,
        *,
        caller: Caller,
        body: dict[str, Any] | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        headers = {"Idempotency-Key": key} if key else {}
        renewed = False
        for attempt in range(_ATTEMPTS):
            token = self._authorise(headers, caller)
            answer = self._send(method, path, headers=headers, body=body)
            if answer is not None and answer.ok:
                document: dict[str, Any] = answer.json()
                return document
            if answer is not None and not _may_pass(answer):
                if answer.status_code != requests.codes.unauthorized or renewed or not token:
                    raise RefusedError(
                        _in_one_line(method, path, answer),
                        status=answer.status_code,
                        code=_code(answer),
                    )
                self._tokens.forget(token)
                renewed = True
            time.sleep(_pause(answer, attempt))
        raise RefusedError(f"{method} {path}: {self._base} gave no answer in {_ATTEMPTS} attempts")

    def _authorise(self, headers: dict[str, str], caller: Caller) -> str | None:
        if caller.role is None:
            return None
        token = self._tokens.token_for(caller.role, caller.provider_id)
        headers["Authorization"] = f"Bearer {token}"
        return token

    def _send(
        self, method: str, path: str, *, headers: dict[str, str], body: dict[str, Any] | None
    ) -> requests.Response | None:
        """Return the answer, or None where the connection failed."""
        try:
            return self._session().request(
                method,
                self._base + path,
                headers=headers,
                json=body,
                timeout=_TIMEOUT,
                allow_redirects=False,
            )
        except (requests.ConnectionError, requests.Timeout):
            return None

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            session = requests.Session()
            # A .netrc or a proxy of the machine must not replace our token or our address.
            session.trust_env = False
            self._local.session = session
        kept: requests.Session = self._local.session
        return kept


def _may_pass(answer: requests.Response) -> bool:
    """Say whether the same call may succeed a little later."""
    return answer.status_code in _TRY_LATER or _code(answer) == "request-in-flight"


def _pause(answer: requests.Response | None, attempt: int) -> float:
    """Wait as long as the server asks, else a little longer each time."""
    asked = answer.headers.get("Retry-After", "") if answer is not None else ""
    seconds = float(asked) if asked.isdecimal() else 0.05 * 2**attempt
    return min(seconds, _LONGEST_PAUSE)


def _code(answer: requests.Response) -> str:
    document = _problem(answer)
    return str(document.get("code", ""))


def _problem(answer: requests.Response) -> dict[str, Any]:
    try:
        document = answer.json()
    except requests.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _in_one_line(method: str, path: str, answer: requests.Response) -> str:
    document = _problem(answer)
    errors = "; ".join(
        f"{e.get('pointer')}: {e.get('message')}" for e in document.get("errors", [])
    )
    parts = (str(answer.status_code), document.get("code", ""), document.get("detail", ""), errors)
    return f"{method} {path}: {' '.join(part for part in parts if part)}"
