"""Do tables and entries agree? One file for each table that is compared, and one for the entries themselves."""

from services.enrolment.queries.consistency.check import (
    FROM_THE_START,
    check_consistency,
    is_stage,
)

__all__ = ["FROM_THE_START", "check_consistency", "is_stage"]
