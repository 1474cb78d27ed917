"""What somebody at a terminal is told of what went wrong: in one line, with what to do next."""

from __future__ import annotations

from chassis.fault_facts import facts_of, why_not_reached
from chassis.problems import OutcomeUnknown, Problem, Unavailable


def said_by(problem: Problem) -> str:
    """Return what a problem says to somebody who sent no request, and so has no key to repeat it with."""
    if isinstance(problem, OutcomeUnknown):
        return f"{problem.title}. See what came of it before you run this again."
    if isinstance(problem, Unavailable):
        return problem.detail  # what is away, busy or not there yet
    return f"{problem.title}. {problem.detail}"


def why_unusable(error: Exception) -> str:
    """Return in one line what is told of a database that a process cannot work with, by what SQLAlchemy raised."""
    if reason := why_not_reached(error):
        return f"the database in DATABASE_URL cannot be reached: {reason}"
    told = facts_of(error)
    code = told.get("sqlstate") or told.get("sqlite_error")
    named = ", ".join([type(error).__name__, *([code] if code else [])])
    why = told.get("remedy") or "cannot be reached, or is not migrated"
    return f"the database in DATABASE_URL: {why} ({named})"
