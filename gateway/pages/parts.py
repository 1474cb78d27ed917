"""What the reference page is made of."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.pages.examples import Example


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a member: what it is called, what it holds, and what it is made of."""

    name: str
    kind: str
    required: bool
    description: str
    members: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A code that a call may answer."""

    code: str
    status: int
    title: str
    remedy: str
    members: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound on a call: so many at once, and from then on one every so many seconds; for some `roles`, or for all."""

    name: str
    count: int
    seconds: int
    counts: str
    roles: tuple[str, ...] = ()

    @property
    def every(self) -> str:
        """Say in which time one more may follow."""
        seconds = self.seconds / self.count
        if seconds < 1:
            return f"{round(1 / seconds)} a second"
        if seconds < 60:
            return "one a second" if seconds == 1 else f"one every {seconds:g} seconds"
        return f"one every {seconds / 60:g} minutes"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a walkthrough.

    `prints` is what its commands print, `refusals` are those of a call that the step is about. `page` is the method and
    the address of a page that it describes, `page_summary` what that is for.
    """

    name: str
    title: str
    text: str
    commands: str
    prints: str
    answers: tuple[int, ...]
    refusals: tuple[Refusal, ...]
    page: str
    page_summary: str


@dataclass(frozen=True, slots=True)
class Walkthrough:
    """A way through several calls, whose commands run as they stand."""

    name: str
    title: str
    text: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the page describes it; `steps` are those of walkthroughs that make it."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    roles: tuple[str, ...]
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    body_note: str
    status: str
    answer: tuple[Field, ...]
    answer_note: str
    headers: tuple[str, ...]
    media_types: tuple[str, ...]
    refusals: tuple[Refusal, ...]
    row_refusals: tuple[Refusal, ...]
    bounds: tuple[Bound, ...]
    example: Example | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Who calls, and what they call; each call is described in the first group that has it."""

    role: str
    description: str
    calls: tuple[Call, ...]
    described: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """Everything on the page. `common` are the refusals that every call may answer."""

    walkthroughs: tuple[Walkthrough, ...]
    groups: tuple[Group, ...]
    common: tuple[Refusal, ...]
    anywhere: tuple[Refusal, ...]

    @property
    def pages(self) -> tuple[Step, ...]:
        """Return the steps that describe a page: an address that is no call."""
        return tuple(step for way in self.walkthroughs for step in way.steps if step.page)
