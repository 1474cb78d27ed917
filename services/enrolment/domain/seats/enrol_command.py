"""What somebody asks for who wants a seat."""

from __future__ import annotations

from dataclasses import dataclass

from services.enrolment.domain.assistance import assists


@dataclass(frozen=True, slots=True)
class EnrolCommand:
    """Somebody wants a seat for a card. The caller makes the ids; actor and role come from the credential.

    `waits` says that a place in the waiting list will do where no seat is free; `accepts` that the seat is one that was
    offered for the place with this `enrolment_id`. `consent` is the word of whoever assists that the holder agreed:
    without it there is no such command.
    """

    enrolment_id: str
    movement_id: str
    card_ref: str
    class_id: str
    expected_price: int
    actor: str
    role: str
    request_id: str
    consent: bool = False
    waits: bool = False
    accepts: bool = False

    @property
    def asks_for_list(self) -> bool:
        """Tell whether the places of its card in waiting lists matter."""
        return self.waits or self.accepts

    def __post_init__(self) -> None:
        if assists(self.role) and not self.consent:
            raise ValueError("nobody is enrolled by another without having agreed")
