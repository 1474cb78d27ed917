"""Kept connections to one service, over which one request at a time goes out and its answer comes back.

The parser is geventhttpclient's. Its client is not used: it repeats a request as often as it has connections, and
takes every kept connection for dead once the process has more than 1,024 files open.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

import gevent.socket
from gevent.monkey import get_original

from chassis.problems import BadGateway, GatewayTimedOut, Problem, Unavailable
from gateway.answer import LARGEST_HEAD, Answer, AnswerParser

CONNECTING = 1.5
"""Seconds to connect: enough for the second try that the kernel makes after one, when a service is restarted."""

BEFORE_SECOND_TRY = 0.05
"""Seconds before a safe request is sent again."""

LOOKING_UP = 1.0
"""Seconds of waiting after which it is asked whether the client is still there."""

KEPT_IDLE = 20.0
"""Seconds after which an idle connection is not used again; shorter than any service keeps it, so that none is met at
its closing. It is closed when the next answer ends."""

_FIRST_READ = 64 * 1024
_POLLIN = 1
_poll: Callable[[], Any] = get_original("select", "poll")


class ClientLeft(Exception):
    """Nobody waits for the answer any more."""


class _Unanswered(Exception):
    """No byte of an answer came, because the connection could not be made or was lost."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.detail)


@dataclass(frozen=True, slots=True)
class Question:
    """A request ready to be sent. `rest` is what of its body is still to come, in blocks.

    `safe` tells whether it may be sent twice, `seconds` is the time until the answer must begin, `abandoned` tells
    whether the caller has left.
    """

    method: str
    sent: bytes
    rest: Iterable[bytes] | None
    safe: bool
    seconds: float
    abandoned: Callable[[], bool]


class Upstream:
    """One service, at one address."""

    def __init__(self, name: str, address: tuple[str, int]) -> None:
        self.name = name
        self._address = address
        self._kept: deque[tuple[float, Any]] = deque()

    def ask(self, question: Question) -> Answer:
        """Send a request and return its answer once that has begun; the caller closes the answer.

        A safe request is sent a second time, over a new connection, where nothing was answered. Raises `Unavailable`
        where the service cannot be reached, `BadGateway` where it breaks off or answers nonsense, `GatewayTimedOut`,
        `ClientLeft`; and what reading the rest of the body raises.
        """
        until = time.monotonic() + question.seconds
        try:
            connection = self._kept_connection() or self._connect(until)
            return self._ask_over(connection, question, until)
        except _Unanswered as error:
            if not question.safe or until - time.monotonic() < BEFORE_SECOND_TRY:
                raise error.problem from None
        gevent.sleep(BEFORE_SECOND_TRY)
        try:
            return self._ask_over(self._connect(until), question, until)
        except _Unanswered as error:
            raise error.problem from None

    def close(self) -> None:
        """Close all kept connections."""
        while self._kept:
            self._kept.pop()[1].close()

    def _kept_connection(self) -> Any:
        """Return a kept connection that is alive, or None.

        One with something to read has been closed by the service, or holds what nobody asked for.
        """
        oldest = time.monotonic() - KEPT_IDLE
        while self._kept:
            since, connection = self._kept.pop()
            poll = _poll()
            poll.register(connection.fileno(), _POLLIN)
            if since > oldest and not poll.poll(0):
                return connection
            connection.close()
        return None

    def _keep(self, connection: Any) -> None:
        """Keep a connection for the next request, and close those from a busier time that nobody came back for."""
        now = time.monotonic()
        while self._kept and self._kept[0][0] <= now - KEPT_IDLE:
            self._kept.popleft()[1].close()
        self._kept.append((now, connection))

    def _connect(self, until: float) -> Any:
        left = until - time.monotonic()
        try:
            connection = gevent.socket.create_connection(
                self._address, timeout=max(min(CONNECTING, left), 0.001)
            )
        except OSError:
            away = Unavailable("A service behind the gateway cannot be reached.")
            raise _Unanswered(away) from None
        connection.setsockopt(gevent.socket.IPPROTO_TCP, gevent.socket.TCP_NODELAY, 1)
        return connection

    def _ask_over(self, connection: Any, question: Question, until: float) -> Answer:
        answer = None
        try:
            broke = _send(connection, question, until)
            if (
                question.rest is not None
            ):  # the time that the client took for its body is not the service's
                until = time.monotonic() + question.seconds
            parser = _read_head(connection, question, until, broke=broke)
            answer = Answer(parser, connection, keep=self._keep, reusable=not broke)
            answer.read_if_small(until=until)
        except BaseException:
            if answer is None or answer.whole is None:
                connection.close()
            raise
        return answer


def _send(connection: Any, question: Question, until: float) -> bool:
    """Send a request; tell whether the service stopped reading before its end, as it may when it refuses."""
    connection.settimeout(max(until - time.monotonic(), 0.001))
    try:
        connection.sendall(question.sent)
    except TimeoutError:
        raise GatewayTimedOut from None
    except OSError:
        raise _Unanswered(BadGateway()) from None
    for block in question.rest or ():
        try:
            connection.sendall(block)
        except TimeoutError:
            raise GatewayTimedOut from None
        except OSError:
            return True
    return False


def _read_head(connection: Any, question: Question, until: float, *, broke: bool) -> AnswerParser:
    """Read until the head of the final answer is complete; interim answers are passed over."""
    parser = AnswerParser(question.method)
    read = 0
    while not parser.head_is_complete:
        try:
            data = _receive(connection, question, until)
            if not data or read > LARGEST_HEAD:
                raise ConnectionError
            parser.feed(data)
        except TimeoutError:
            raise GatewayTimedOut from None
        except (OSError, HTTPException, ValueError):
            if read or broke:
                raise BadGateway from None
            raise _Unanswered(BadGateway()) from None
        read += len(data)
    return parser


def _receive(connection: Any, question: Question, until: float) -> bytes:
    """Wait for bytes of the answer as long as somebody waits for it. Raises `TimeoutError` at `until`."""
    while (left := until - time.monotonic()) > 0:
        connection.settimeout(min(left, LOOKING_UP))
        try:
            data: bytes = connection.recv(_FIRST_READ)
        except TimeoutError:
            if question.abandoned():
                raise ClientLeft from None
            continue
        return data
    raise TimeoutError
