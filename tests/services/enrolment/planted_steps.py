"""What befalls held cards on the day of `planting`, with numbers where none belong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.services.enrolment.api.test_corrections import decide, propose
from tests.services.enrolment.api.test_identifying import identify
from tests.services.enrolment.api.test_moving import move
from tests.services.enrolment.api.test_undoing import admission_of, undo
from tests.services.enrolment.draws import applied, look_for, look_up, open_draw
from tests.services.enrolment.explaining import PERSON, explain, explained
from tests.services.enrolment.house import House, document
from tests.services.enrolment.people import HeldCard
from tests.services.enrolment.planted_people import NEVER_ADMITTED, RATIH, TONO
from tests.services.enrolment.teaching import taught


def go_through(house: House, one: HeldCard) -> list[str]:
    """Let a card be moved, corrected, identified, explained, another undone, a result voided; return more secrets."""
    _refused(house, "/cards/domicile", {"card_number": one.card_number, "regency": "32.73"})
    document(move(house, one, to="32.73"))
    document(move(house, one, to="17.71"))
    _refused(house, "/corrections", {"card_ref": one.card_ref, "amount": -1000})
    document(decide(house, propose(house, one)["id"], "approval"))
    document(identify(house, one.card_number, one.person.nik))
    identify(house, one.card_number, NEVER_ADMITTED)
    explained(house, {"candidate": PERSON})
    explain(house, {"candidate": {**PERSON, "nik": one.person.nik}})
    explain(house, {"enrolment": one.person.nik})
    withdrawn = undo_one(house)
    of = taught(house).completed()
    _refused(house, f"/enrolments/{of.enrolments[0]}/voiding", {"case_number": "INSP-7"})
    document(of.void())
    lose_receipt(house)
    return withdrawn


def undo_one(house: House) -> list[str]:
    """Admit somebody by mistake, and undo that; return what was sent."""
    answer = document(house.admit([RATIH.row()]))
    with house.service.database.reading() as connection:
        [number] = [row["card_number"] for row in answer["admitted"]]
        ref = house.service.stores.persons.card_ref_by_number(connection, number)
    card = HeldCard(RATIH, number, str(ref))
    _refused(house, f"/admissions/{admission_of(house, [card])}/undo", {"preview": "0" * 64})
    document(undo(house, admission_of(house, [card])))
    return [number, RATIH.nik, RATIH.family_card, RATIH.birth_date, *RATIH.name.split()]


def lose_receipt(house: House) -> None:
    """Let an application be looked for by the person's number, and by what is no receipt."""
    draw = open_draw(house)
    application = applied(house, draw, TONO)
    document(look_for(house, draw, TONO, role="operator"))
    look_for(house, draw, replace(TONO, nik=NEVER_ADMITTED), role="operator")
    look_up(house, application, receipt=TONO.nik)
    look_up(house, TONO.nik, receipt=TONO.nik)


def _refused(house: House, path: str, body: dict[str, Any]) -> None:
    """Send what would be done, but for a number in its reason."""
    answer = house.post(path, {**body, "reason": f"NIK {NEVER_ADMITTED}"}, "operator")
    assert answer.status_code == 422, answer.text
