"""By what code something is refused, by the rules as `expected` knows them; None where it is done."""

from __future__ import annotations

from collections.abc import Iterable

from tests.services.enrolment.stateful.expected import OVER, Course, Holder, Training, Waiter

SURVEYS_APART = 30
MOST_LISTS = 3


def why_no_seat(holder: Holder, of: Course, *, paused: bool, suspended: bool) -> str | None:
    """Return the code by which a seat is refused, in the order of the contract; None where it is given."""
    is_closed = of.registration <= 0 or of.is_called_off
    verdicts = (
        ("already-waiting", any(one.holder is holder and one.offered for one in of.line)),
        *_by_the_card(holder, of, paused=paused, suspended=suspended, is_closed=is_closed),
        ("class-full", not of.has_seat_for_anybody),
    )
    return _first(verdicts)


def why_no_place(
    holder: Holder, of: Course, *, lists: int, paused: bool, suspended: bool
) -> str | None:
    """Return the code by which a place in the line is refused to somebody who stands in so many; None where given."""
    mine = [one for one in of.line if one.holder is holder]
    verdicts = (
        ("already-waiting", any(one.offered for one in mine)),
        ("enrolments-paused", paused),
        ("already-enrolled", _has(holder, of)),
        ("already-waiting", bool(mine)),
        ("too-many-waiting-lists", lists >= MOST_LISTS),
        ("card-not-usable", holder.shown in OVER),
        ("registration-closed", of.registration <= 0 or of.is_called_off),
        ("provider-suspended", suspended),
        ("mode-not-in-scheme", not _fits(holder, of)),
    )
    return _first(verdicts)


def why_not_accepted(waiter: Waiter, of: Course, *, paused: bool, suspended: bool) -> str | None:
    """Return the code by which an acceptance is refused; None where the seat is given."""
    is_closed = of.is_called_off or of.is_over
    verdicts = (
        ("offer-over", not waiter.offered or waiter.until <= 0),
        *_by_the_card(waiter.holder, of, paused=paused, suspended=suspended, is_closed=is_closed),
    )
    return _first(verdicts)


def _by_the_card(
    holder: Holder, of: Course, *, paused: bool, suspended: bool, is_closed: bool
) -> tuple[tuple[str, bool], ...]:
    return (
        ("enrolments-paused", paused),
        ("already-enrolled", _has(holder, of)),
        ("enrolment-in-progress", holder.running is not None),
        ("card-not-usable", holder.shown not in ("awarded", "between")),
        ("review-owed", any(e.owes_review for e in holder.trainings)),
        ("registration-closed", is_closed),
        ("provider-suspended", suspended),
        ("mode-not-in-scheme", not _fits(holder, of)),
        ("insufficient-balance", holder.balance < of.price),
    )


def _has(holder: Holder, of: Course) -> bool:
    return any(each.of is of and each.state != "cancelled" for each in holder.trainings)


def _fits(holder: Holder, of: Course) -> bool:
    return (of.mode == "online") == (holder.card.person.scheme == "digital")


def _first(verdicts: Iterable[tuple[str, bool]]) -> str | None:
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
