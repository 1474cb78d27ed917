"""Do tables and entries agree? One file for each table that is compared, and one for the entries themselves."""

from services.enrolment.queries.consistency.check import (
    check_consistency,
    is_stage,
    read_stage,
)

__all__ = ["check_consistency", "is_stage", "read_stage"]
