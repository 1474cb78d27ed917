"""gunicorn workers that bound what a client may hold, refuse in problem documents, and stop without a reset.

Both serve plain HTTP/1.1; TLS ends in front of them. `cooperative.GeventWorker` faces the network,
`threaded.ThreadWorker` serves behind the gateway. What they share: `patience` (how long a sender may keep us
waiting), `request` (how a head is read), `exchange` (one request and its answer), `refusals` (framing mistakes as
problem documents), `listeners` (how a listener is left).
"""

from chassis.serving.cooperative import GeventWorker
from chassis.serving.threaded import ThreadWorker

__all__ = ["GeventWorker", "ThreadWorker"]
