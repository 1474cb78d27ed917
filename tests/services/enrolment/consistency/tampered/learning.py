"""Evidence, the results it carries, and the reviews of those who completed."""

from __future__ import annotations

from tests.services.enrolment.consistency.tampering import Tamperings

TAMPERINGS: Tamperings = {
    "a result that evidence does not carry": (
        "update training_result set outcome = 'no_show' where enrolment_id = :completed",
        {"result of an enrolment, by results"},
    ),
    "a result that vanished": (
        "delete from training_result where enrolment_id = :missed",
        {"result of an enrolment, by results", "results of an enrolment, by journal"},
    ),
    "an enrolment completed without evidence": (
        "update enrolment set state = 'completed' where enrolment_id = :missed",
        {
            "enrolment state, by journal",
            "result of an enrolment, by results",
            "evidence of a completed enrolment",
        },
    ),
    "evidence of a completed enrolment that says the opposite": (
        "update evidence set present = not present where evidence_id = :evidence",
        {"evidence of a completed enrolment", "presence in evidence, by journal"},
    ),
    "evidence of another enrolment": (
        "update evidence set enrolment_id = :missed where evidence_id = :evidence",
        {"evidence of a completed enrolment", "enrolment of evidence, by journal"},
    ),
    "evidence of another meeting": (
        "update evidence set sequence = 2 where evidence_id = :evidence",
        {"evidence of a completed enrolment", "meeting of evidence, by journal"},
    ),
    "evidence that corrects something else": (
        "update evidence set corrects = :evidence where evidence_id = :correcting",
        {"correction of evidence, by journal"},
    ),
    "who recorded evidence": (
        "update evidence set actor = 'staff\\:budi' where evidence_id = :evidence",
        {"who recorded evidence, by journal"},
    ),
    "evidence that vanished": (
        "delete from evidence where evidence_id = :evidence",
        {"evidence of a completed enrolment", "entry of evidence"},
    ),
    "a review that vanished": (
        "delete from review where enrolment_id = :completed",
        {"review of an enrolment"},
    ),
    "an enrolment that was not reviewed": (
        "update enrolment set reviewed = not reviewed where enrolment_id = :completed",
        {
            "review of an enrolment",
            "review of an enrolment, by journal",
            "training that earned an incentive",
        },
    ),
}
