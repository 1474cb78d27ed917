"""What tantivy raises, told in one way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_PANIC = "PanicException"


class IndexBroken(Exception):
    """The index on the disk cannot be used: it is damaged, or not there any more."""


class IndexKeptElsewhere(Exception):
    """Another worker has the index open for writing; it goes on doing so until it ends."""


@contextmanager
def panics_told() -> Iterator[None]:
    """Turn what tantivy raises into `IndexBroken`.

    Its worst failures, as over a file that was cut, are Rust's panics, which reach Python as what no `except Exception`
    catches: a thread that met one would be gone without a word.
    """
    try:
        yield
    except (ValueError, OSError) as error:
        raise IndexBroken(str(error)) from error
    except BaseException as error:
        if type(error).__name__ == _PANIC:
            raise IndexBroken(str(error)) from error
        raise
