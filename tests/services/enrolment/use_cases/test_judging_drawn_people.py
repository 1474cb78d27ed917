"""How few statements a draw sends once it holds the journal, for which everybody else who writes waits."""

from __future__ import annotations

from itertools import islice

from tests.services.enrolment.draws import (
    apply_many,
    close_window,
    enter,
    go_on,
    open_draw,
    shown,
    work_of,
)
from tests.services.enrolment.house import House, document
from tests.statements import statements


def test_the_journal_is_written_once_and_only_the_applications_after_it(house: House) -> None:
    wave_id = open_draw(house)
    apply_many(house, wave_id, islice(house.supply, 3))
    close_window(house, wave_id)
    go_on(house)
    document(enter(house, wave_id))
    while shown(house, wave_id)["state"] != "revealed":
        work_of(house).go_on()
    with statements(house.service.database) as sent:
        assert work_of(house).go_on() == 3
    words = [one.split()[:2] for one in sent if not one.upper().startswith(("SELECT", "WITH"))]
    written = [" ".join(one) for one in words]
    held = written.index("UPDATE journal_head")
    assert written[held + 1 :] == ["INSERT INTO", "UPDATE application"]
    assert shown(house, wave_id)["state"] == "done"
    assert house.differences() == []
