"""A gateway that answers as the contract says, in memory, over real HTTP.

It stands at the edge of the loader's process: the loader is tested without the services, and the services'
own journeys test them together.
"""

import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Document = dict[str, Any]


class RuleBrokenError(Exception):
    """The loader did something in an order the contract does not allow."""


class FakeGateway:
    """State, stored answers and a record of all requests; `trouble` may answer first."""

    def __init__(self) -> None:
        self.resources: dict[str, Document] = {}
        self.answers: dict[tuple[str, str, str], tuple[Document, Document]] = {}
        self.requests: list[tuple[str, str]] = []
        self.executed: Counter[str] = Counter()
        self.trouble: Callable[[str, str, int], tuple[int, Document] | None] = lambda *_: None
        self.lock = threading.Lock()

    def answer(
        self, method: str, path: str, *, token: str, key: str, body: Document | None
    ) -> tuple[int, Document]:
        """Answer one request."""
        with self.lock:
            self.requests.append((method, path))
            troubled = self.trouble(method, path, len(self.requests))
            if troubled:
                return troubled
            if method == "GET":
                found = self.resources.get(path.rsplit("/", 1)[1])
                return (200, found) if found else (404, {"code": "not-found"})
            assert key
            assert body is not None
            return self._write(path, token=token, key=key, body=body)

    def _write(self, path: str, *, token: str, key: str, body: Document) -> tuple[int, Document]:
        known = self.answers.get((token, path, key))
        if known and known[0] != body:
            return 422, {"code": "idempotency-key-reused"}
        if known:
            return 201, known[1]
        try:
            made = self._execute(path, token=token, body=body)
        except RuleBrokenError as broken:
            return 409, {"code": "state-conflict", "detail": str(broken)}
        self.answers[token, path, key] = (body, made)
        return 201, made

    def _execute(self, path: str, *, token: str, body: Document) -> Document:
        ids = re.findall(r"/(id-\d+)", path)
        parent = self.resources[ids[0]] if ids else {}
        collection = path.rsplit("/", 1)[1]
        self.executed[collection] += 1
        if collection == "decision":
            _require(token == "operator" and parent["status"] in {"applied", "submitted"}, path)
            parent["status"] = body["decision"]
            return {"id": parent["id"], "status": parent["status"]}
        if collection == "submission":
            _require(token == parent["owner"] and parent["status"] == "draft", path)
            parent["status"] = "submitted"
            return {"id": parent["id"], "status": "submitted"}
        if collection == "admissions":
            return self._admit(body)
        if collection == "classes":
            _require(token == parent["owner"] and parent["status"] == "published", path)
        if collection == "courses":
            owner = self.resources.get(token.removeprefix("provider "), {})
            _require(owner.get("status") == "approved", path)
        status = {"providers": "applied", "courses": "draft"}.get(collection, "open")
        return self._keep({**body, "status": status, "owner": token})

    def _admit(self, body: Document) -> Document:
        admitted = [
            {"index": index, "card_number": f"{self._count('card'):016}"}
            for index, _ in enumerate(body["candidates"])
        ]
        return {"admitted": admitted, "refused": []}

    def _keep(self, document: Document) -> Document:
        identity = f"id-{self._count('id')}"
        self.resources[identity] = {**document, "id": identity}
        return {"id": identity}

    def _count(self, what: str) -> int:
        self.executed[what] += 1
        return self.executed[what]


@contextmanager
def serving(gateway: FakeGateway) -> Iterator[str]:
    """Serve a fake gateway on a free port; yield its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # A write of head and body apart would wait for the client's delayed acknowledgement.
        wbufsize = -1

        def do_GET(self) -> None:
            self._serve(None)

        def do_POST(self) -> None:
            self._serve(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _serve(self, body: Document | None) -> None:
            status, document = gateway.answer(
                self.command,
                self.path.removeprefix("/api/v1"),
                token=self.headers.get("Authorization", "").removeprefix("Bearer "),
                key=self.headers.get("Idempotency-Key", ""),
                body=body,
            )
            if status == 0:
                self.close_connection = True
                return
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _require(condition: bool, path: str) -> None:
    if not condition:
        raise RuleBrokenError(path)
