"""Ask a process in the same container whether it is well: `python deploy/healthy.py http://127.0.0.1:8000/healthz`.

For images without curl. Succeeds where the answer is 200 within three seconds.
"""

from __future__ import annotations

import sys
from urllib.request import ProxyHandler, build_opener

_SECONDS = 3.0


def main(address: str) -> int:
    """Ask once; return the exit code."""
    try:
        # Whatever proxy the environment names, what runs here is asked directly.
        with build_opener(ProxyHandler({})).open(address, timeout=_SECONDS) as answer:
            return 0 if answer.status == 200 else 1
    except OSError as error:
        sys.stderr.write(f"{address}: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
