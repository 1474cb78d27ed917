"""By what code something is refused, by the rules as `expected` knows them; None where it is done."""

from __future__ import annotations

from tests.services.enrolment.stateful.expected import Course, Holder, Training

SURVEYS_APART = 30


def why_no_seat(holder: Holder, of: Course, *, paused: bool, suspended: bool) -> str | None:
    """Return the code by which a seat is refused, in the order of the contract; None where it is given."""
    verdicts = (
        ("enrolments-paused", paused),
        ("already-enrolled", any(e.of is of and e.state != "cancelled" for e in holder.trainings)),
        ("enrolment-in-progress", holder.running is not None),
        ("card-not-usable", holder.shown not in ("awarded", "between")),
        ("review-owed", any(e.owes_review for e in holder.trainings)),
        ("registration-closed", of.registration <= 0 or of.is_called_off),
        ("provider-suspended", suspended),
        ("mode-not-in-scheme", (of.mode == "online") != (holder.card.person.scheme == "digital")),
        ("insufficient-balance", holder.balance < of.price),
        ("class-full", of.held >= of.seats),
    )
    return next((code for code, applies in verdicts if applies), None)


def why_not_cancelled(training: Training, role: str) -> str | None:
    """Return the code by which a cancellation is refused; None where it is done."""
    held = training.of.is_over and not training.of.is_called_off
    may = training.runs and (not held or (role == "operator" and not training.told))
    return None if may else "cancellation-closed"


def why_no_result(training: Training) -> str | None:
    """Return the code by which a provider's result is refused; None where it is given."""
    verdicts = (
        ("state-conflict", not training.runs or training.of.is_called_off),
        ("training-not-over", not training.of.is_over),
        ("result-too-late", training.of.result_is_late),
        ("evidence-missing", not training.told),
        ("not-redeemed", training.state == "confirmed" and any(e.present for e in training.told)),
    )
    return next((code for code, applies in verdicts if applies), None)


def why_no_survey(holder: Holder, number: int) -> str | None:
    """Return the code by which a survey is refused; None where it is taken."""
    too_early = number == 2 and holder.surveys.get(1, 0) < SURVEYS_APART
    verdicts = (
        ("state-conflict", holder.is_erased),
        ("no-such-survey", number > 2),
        ("survey-taken", number in holder.surveys),
        ("state-conflict", holder.state == "revoked"),
        ("survey-not-open", number == 2 and 1 not in holder.surveys),
        ("survey-not-open", not holder.earns or too_early),
    )
    return next((code for code, applies in verdicts if applies), None)
