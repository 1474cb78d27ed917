"""A connection that a crowded worker lets go just as its next request arrives: it is answered, and known as such."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import closing
from typing import Any

import gevent.socket
import gunicorn.config
import gunicorn.glogging
import pytest

from chassis.serving.cooperative import GeventWorker
from chassis.serving.exchange import INPUT_ENDED


@pytest.mark.parametrize("let_go", [False, True])
def test_a_request_on_a_connection_that_is_let_go_is_answered_and_told_apart(let_go: bool) -> None:
    told: list[bool] = []

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        told.append(environ[INPUT_ENDED])
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    settings: Any = gunicorn.config.Config()  # type: ignore[no-untyped-call]
    log: Any = gunicorn.glogging.Logger(settings)  # type: ignore[no-untyped-call]
    worker = GeventWorker(1, os.getpid(), [], None, 30, settings, log)
    worker.alive, worker.wsgi, worker.max_requests = True, application, 100
    client, caller = gevent.socket.socketpair()
    with closing(worker.tmp), closing(caller):
        caller.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        if let_go:
            worker._end_input(client)
        serving = gevent.spawn(worker.handle, ("127.0.0.1", 80), client, ("127.0.0.1", 1))
        answer = caller.recv(4_096)
        caller.close()
        serving.join(timeout=30)

    assert told == [let_go]
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"ok")
    assert (b"connection: close" in answer.lower()) is let_go
