"""What the journeys of the README and of the reference page need of curl, for machines that have none.

`curl -s URL [-i] [-X METHOD] [-u ID:SECRET] [-H HEADER]… [-d BODY]…`; others are refused. Where CURL_STATUSES names
a file, the status of each answer is added to it. Otherwise answers of 400 and more end with exit code 22, as with
`curl --fail`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import requests

HTTP_ERROR = 22
PATIENCE = 60.0


def main(arguments: Sequence[str]) -> int:
    """Make one call and print what came; return the exit code."""
    parser = argparse.ArgumentParser(prog="curl")
    parser.add_argument("url")
    parser.add_argument("-s", action="store_true", help="say nothing of the progress")
    parser.add_argument("-i", action="store_true", help="show the answer's head, too")
    parser.add_argument("-u", dest="user", type=lambda text: tuple(text.split(":", 1)))
    parser.add_argument("-X", dest="method")
    parser.add_argument("-H", action="append", default=[], dest="headers")
    parser.add_argument("-d", "--data-binary", action="append", dest="data")
    wanted = parser.parse_args(arguments)
    data = None if wanted.data is None else "&".join(wanted.data)
    sent = dict(header.split(": ", 1) for header in wanted.headers)
    if data is not None:
        sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
    with requests.Session() as session:
        session.trust_env = False
        answer = session.request(
            wanted.method or ("GET" if data is None else "POST"),
            wanted.url,
            headers=sent,
            auth=wanted.user,
            data=None if data is None else data.encode(),
            timeout=PATIENCE,
            allow_redirects=False,
        )
    statuses = os.environ.get("CURL_STATUSES")
    if statuses:
        with Path(statuses).open("a", encoding="ascii") as file:
            file.write(f"{answer.status_code}\n")
    elif answer.status_code >= 400:
        sys.stderr.write(f"curl: {answer.status_code} {answer.text}\n")
        return HTTP_ERROR
    if wanted.i:
        sys.stdout.buffer.write(_head(answer))
    sys.stdout.buffer.write(answer.content)
    return 0


def _head(answer: requests.Response) -> bytes:
    lines = [f"HTTP/1.1 {answer.status_code} {answer.reason}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
