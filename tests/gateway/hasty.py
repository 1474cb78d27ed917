"""The gateway and the workers with little patience, or late, for tests. Everything else is as delivered."""

from __future__ import annotations

import dataclasses
import time
from typing import ClassVar

from flask import Flask

from chassis.serving import GeventWorker, ThreadWorker
from chassis.serving.patience import Patience
from gateway import app
from gateway.routes import ROUTES

SECONDS = 1.5


PATIENCE = Patience(head=1.0, body=1.0, answer=1.0, leftover=0.5)


class HastyWorker(GeventWorker):
    """The worker that faces the network, waiting a second where the real one waits half a minute."""

    patience: ClassVar[Patience] = PATIENCE


class HastyThreadWorker(ThreadWorker):
    """The worker of the services, waiting as little."""

    patience: ClassVar[Patience] = PATIENCE


class LateWorker(GeventWorker):
    """The worker that faces the network, on a machine so busy that a stop comes before it has begun."""

    def init_process(self) -> None:
        time.sleep(SECONDS)
        super().init_process()


class LateThreadWorker(ThreadWorker):
    """The worker of the services, as late."""

    def init_process(self) -> None:
        time.sleep(SECONDS)
        super().init_process()  # type: ignore[no-untyped-call]


def create_app() -> Flask:
    """Join a gateway whose services must begin their answer within `SECONDS`."""
    return app.create_app(routes=[dataclasses.replace(route, seconds=SECONDS) for route in ROUTES])
