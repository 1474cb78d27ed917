"""How a command ends when something is raised: one line that says why, and an exit code."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chassis.command import exit_code
from chassis.problems import NotFound, OutcomeUnknown, Problem, StateConflict, Unavailable
from chassis.settings import SettingsError


def raising(error: Exception) -> Callable[[], None]:
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (Unavailable("The database is locked."), "The database is locked."),
        (
            OutcomeUnknown(),
            "It is not known whether this took effect. See what came of it before you run this again.",
        ),
        (StateConflict("It was withdrawn."), f"{StateConflict.title}. It was withdrawn."),
        (NotFound(), f"{NotFound.title}. {NotFound.default_detail}"),
    ],
    ids=lambda value: value.code if isinstance(value, Problem) else "",
)
def test_a_problem_that_nobody_foresaw_tells_itself_what_it_is(
    capsys: pytest.CaptureFixture[str], problem: Problem, told: str
) -> None:
    assert exit_code("try", raising(problem)) == 1
    assert capsys.readouterr().err == f"try: {told}\n"


class Away(Exception):
    """Something cannot be reached."""


class AwayForNow(Away):
    """A kind of that."""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Away("secret"), "try: it is away\n"),
        (AwayForNow("secret"), "try: it is away (AwayForNow)\n"),
    ],
    ids=["as foreseen", "more particular"],
)
def test_what_was_foreseen_is_told_in_the_words_given_and_nothing_of_what_it_said(
    capsys: pytest.CaptureFixture[str], error: Exception, told: str
) -> None:
    assert exit_code("try", raising(error), refused={Away: "it is away"}) == 1
    assert capsys.readouterr().err == told


def test_what_was_given_wrongly_has_an_exit_code_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert exit_code("try", raising(SettingsError("PORT is not set"))) == 2
    assert exit_code("try", raising(ValueError("no such role")), unusable=(ValueError,)) == 2
    assert capsys.readouterr().err == "try: PORT is not set\ntry: no such role\n"


def test_what_nobody_foresaw_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        exit_code("try", raising(ZeroDivisionError()))


def test_a_command_that_did_its_work_says_nothing_more(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("try", lambda: None) == 0
    assert capsys.readouterr().err == ""
