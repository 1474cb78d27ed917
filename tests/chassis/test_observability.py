"""Log lines: JSON, named, and never with the values an exception carries."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chassis.observability import request_id_from

ROOT = Path(__file__).parents[2]
SECRET = "3171234567890123"


def logged(statements: str, *, level: str = "INFO") -> list[dict[str, Any]]:
    """Run statements in a process of their own, since logging is set up once a process."""
    program = f"""
import logging, threading, warnings
from chassis.observability import configure_logging, current_request_id, logger
configure_logging("trial", level={level!r})
def fail():
    raise ValueError("{SECRET}")
{statements}
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert SECRET not in done.stdout
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_line_is_json_with_facts_process_level_and_utc_time() -> None:
    (line,) = logged("logger().info('card-awarded', wave=7)")
    timestamp = line.pop("timestamp")
    assert line == {"event": "card-awarded", "wave": 7, "level": "info", "process": "trial"}
    assert timestamp.endswith("Z")


def test_every_thread_names_the_process_and_only_its_own_request() -> None:
    lines = logged(
        "current_request_id.set('of-the-first-thread')\n"
        "logger().info('first')\n"
        "thread = threading.Thread(target=lambda: logger().info('second'))\n"
        "thread.start()\nthread.join()"
    )
    assert [line["process"] for line in lines] == ["trial", "trial"]
    assert [line.get("request_id") for line in lines] == ["of-the-first-thread", None]


def test_lines_below_the_level_are_not_written() -> None:
    assert logged("logger().info('a')\nlogging.getLogger('x').info('b')", level="WARNING") == []


@pytest.mark.parametrize(
    "statements",
    [
        "try:\n    fail()\nexcept ValueError as error:\n    logger().error('failed', exc_info=error)",
        "try:\n    fail()\nexcept ValueError:\n    logger().exception('failed')",
        "try:\n    fail()\nexcept ValueError:\n    logger().error('failed', exc_info=True)",
        "try:\n    fail()\nexcept ValueError:\n    logging.getLogger('library').exception('failed')",
        "try:\n    fail()\nexcept ValueError:\n    logging.error('failed', exc_info=True)",
    ],
)
def test_an_exception_is_told_by_type_and_place_and_never_by_message(statements: str) -> None:
    (line,) = logged(statements)
    assert (line["event"], line["error"]) == ("failed", "ValueError")
    assert line["trace"][-1].endswith(" fail")


def test_a_chained_exception_does_not_show_its_cause_either() -> None:
    (line,) = logged(
        "try:\n    try:\n        fail()\n    except ValueError as error:\n"
        "        raise RuntimeError('outer {SECRET}') from error\n"
        "except RuntimeError as error:\n    logger().error('failed', exc_info=error)".replace(
            "{SECRET}", SECRET
        )
    )
    assert line["error"] == "RuntimeError"


def test_an_error_of_the_database_is_told_by_its_code_and_never_by_its_statement() -> None:
    (line,) = logged(
        "import sqlalchemy as sa\n"
        "try:\n    with sa.create_engine('sqlite://').connect() as connection:\n"
        "        connection.execute(sa.text('select :nik from nowhere'), {'nik': 'SECRET'})\n"
        "except sa.exc.SQLAlchemyError as error:\n"
        "    logger().error('request-failed', exc_info=error)".replace("SECRET", SECRET)
    )
    assert (line["error"], line["sqlite_error"]) == ("OperationalError", "SQLITE_ERROR")
    assert "run: python -m chassis.migrations" in line["remedy"]
    assert "nowhere" not in str(line)


def test_an_exception_that_ends_a_thread_is_told_without_its_message() -> None:
    done = logged("thread = threading.Thread(target=fail)\nthread.start()\nthread.join()")
    assert [line["error"] for line in done] == ["ValueError"]


def test_what_libraries_log_are_lines_of_the_same_form() -> None:
    (line,) = logged("logging.getLogger('library').warning('%d connections', 3)")
    assert (line["event"], line["level"], line["process"]) == ("3 connections", "warning", "trial")


@pytest.mark.parametrize("header", ["12345678", "a" * 64, "7b0e4a52-63f4-4c3e-8e15-7f0f3c1f2a11"])
def test_a_safe_request_id_is_kept(header: str) -> None:
    assert request_id_from(header) == header


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "1234567",
        "a" * 65,
        "-2345678",
        "a b c d e",
        "abcdefgh\n",
        "abcdefgh\x00",
        "ａｂｃｄｅｆｇｈ",
        "1771012345670001",  # what looks like a NIK must not get into a journal
        "call-1771012345670001",
        "1771-0123-4567-0001",
        "nik-177101-234567-0001",
    ],
)
def test_any_other_is_replaced_by_a_new_one(header: str | None) -> None:
    made = {request_id_from(header) for _ in range(2)}
    assert len(made) == 2
    assert header not in made
