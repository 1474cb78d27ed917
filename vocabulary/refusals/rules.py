"""Why a version of the rules is not scheduled or withdrawn."""

from __future__ import annotations

from datetime import datetime

from chassis.problems import Problem


class RulesTooLate(Problem):
    code = "rules-too-late"
    status = 409
    title = "The rules of that day are settled"
    meaning = (
        "A version of the rules is scheduled or withdrawn at least an hour before the day on which "
        "it takes effect; the member begins says when that day begins."
    )
    tells = (("begins", datetime),)
    default_detail = "Schedule a version for a later day."


class RuleVersionTaken(Problem):
    code = "rule-version-taken"
    status = 409
    title = "This name or this day has a version of the rules already"
    meaning = "Every version has a name of its own, for good, and no two begin on the same day."
    default_detail = "Send a name and a day that no version has."
