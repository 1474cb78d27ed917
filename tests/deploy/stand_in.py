"""Small programs that behave as the system's processes do, or misbehave, for the tests of what runs them."""

from __future__ import annotations

import sys
from pathlib import Path

from deploy.local.process import Layer, Process
from deploy.local.readiness import Check, always, answers

SERVER = """
import http.server, os, signal, sys
print(os.getpid(), flush=True)
port, notes, deaf, name = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
def stop(*_):
    if name == deaf:
        return
    with open(notes, "a") as file:
        file.write(name + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""

DEAF = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""

PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


def program(
    name: str, code: str, *arguments: str, ready: Check = always, layer: Layer = Layer.SERVICE
) -> Process:
    """Describe a process that runs some Python."""
    return Process(
        name=name,
        command=(sys.executable, "-c", code, *arguments),
        environment={},
        ready=ready,
        layer=layer,
    )


def server(name: str, *, layer: Layer, port: int, notes: Path, deaf: str = "") -> Process:
    """Describe a web server that notes its name in a file when it is asked to stop, unless its name is `deaf`."""
    return program(
        name,
        SERVER,
        str(port),
        str(notes),
        deaf,
        name,
        ready=answers(f"http://127.0.0.1:{port}/readyz"),
        layer=layer,
    )
