"""How long a caller still waits for its answer, told from process to process in a header."""

from __future__ import annotations

TIME_LEFT_HEADER = "X-Time-Left-Ms"
LONGEST_WAIT = 30.0


def seconds_left(header: str | None) -> float:
    """Return the seconds that are left, at most `LONGEST_WAIT`; as many where the header is missing or no number."""
    if header and header.isascii() and header.isdigit() and len(header) <= 6:
        return min(int(header) / 1000, LONGEST_WAIT)
    return LONGEST_WAIT
