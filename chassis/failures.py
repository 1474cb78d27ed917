"""From whatever was raised while a request was served to the problem that its caller is told."""

from __future__ import annotations

from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from chassis import problems
from chassis.observability import logger
from chassis.problems import Problem


def problem_of(error: Exception) -> Problem:
    """Return the problem that an exception stands for; one that nobody foresaw is logged."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, MethodNotAllowed):
        return problems.MethodNotAllowed(
            headers={"Allow": ", ".join(sorted(error.valid_methods or ()))}
        )
    if isinstance(error, RequestEntityTooLarge):
        return problems.PayloadTooLarge()
    if isinstance(error, HTTPException):
        return problems.NotFound() if error.code == 404 else problems.MalformedRequest()
    logger().error("request-failed", exc_info=error)
    return problems.InternalError()
