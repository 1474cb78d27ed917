"""What the README's journey needs of curl, for machines that have none: `curl -s URL [-H HEADER]… [-d BODY]`.

Answers of 400 and more end with exit code 22, as `curl --fail` does; other options are refused.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import requests

HTTP_ERROR = 22
PATIENCE = 60.0


def main(arguments: Sequence[str]) -> int:
    """Make one call and print what came; return the exit code."""
    parser = argparse.ArgumentParser(prog="curl")
    parser.add_argument("url")
    parser.add_argument("-s", action="store_true", help="say nothing of the progress")
    parser.add_argument("-H", action="append", default=[], dest="headers")
    parser.add_argument("-d", dest="data")
    wanted = parser.parse_args(arguments)
    with requests.Session() as session:
        session.trust_env = False
        answer = session.request(
            "GET" if wanted.data is None else "POST",
            wanted.url,
            headers=dict(header.split(": ", 1) for header in wanted.headers),
            data=None if wanted.data is None else wanted.data.encode(),
            timeout=PATIENCE,
        )
    if answer.status_code >= 400:
        sys.stderr.write(f"curl: {answer.status_code} {answer.text}\n")
        return HTTP_ERROR
    sys.stdout.buffer.write(answer.content)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
