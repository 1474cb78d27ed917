"""Who may call what: written out by hand, so that a call that is added or opened up is noticed."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from chassis.identifiers import new_id
from tests.chassis.problem_documents import code
from tests.services.enrolment.house import FRESH, House

EVERYBODY = {"nobody", "holder", "provider", "officer", "operator", "auditor", "system", "janitor"}
"""Every role there is, one that there is not, and who comes without a token."""

MAY_CALL: dict[str, set[str]] = {
    "GET /healthz": EVERYBODY,
    "GET /readyz": EVERYBODY,
    "GET /metrics": EVERYBODY,
    "GET /api/v1/rules": EVERYBODY,
    "GET /api/v1/rules/<name:version>": EVERYBODY,
    "POST /api/v1/rules": {"operator"},
    "POST /api/v1/rules/preview": {"operator"},
    "POST /api/v1/rules/explanation": {"holder", "provider", "officer", "operator", "auditor"},
    "POST /api/v1/rules/<name:version>/withdrawal": {"operator"},
    "GET /api/v1/waves": EVERYBODY,
    "GET /api/v1/waves/<id:wave_id>": EVERYBODY,
    "POST /api/v1/waves": {"operator"},
    "GET /api/v1/quotas": EVERYBODY,
    "POST /api/v1/waves/<id:wave_id>/quotas": {"operator"},
    "POST /api/v1/waves/<id:wave_id>/admissions": {"operator"},
    "POST /api/v1/waves/<id:wave_id>/admission-files": {"operator"},
    "GET /api/v1/admission-files": {"operator", "auditor"},
    "GET /api/v1/admission-files/<id:file_id>": {"operator", "auditor"},
    "GET /api/v1/admission-files/<id:file_id>/rows": {"operator"},
    "POST /api/v1/admission-files/<id:file_id>/stop": {"operator"},
    "POST /api/v1/waves/<id:wave_id>/applications": {"officer", "operator"},
    "POST /api/v1/waves/<id:wave_id>/applications/lookup": {"officer", "operator"},
    "POST /api/v1/applications/lookup": EVERYBODY,
    "POST /api/v1/applications/<id:application_id>/withdrawal": {"officer", "operator"},
    "POST /api/v1/waves/<id:wave_id>/draw/outside-value": {"operator"},
    "GET /api/v1/waves/<id:wave_id>/draw/applications": EVERYBODY,
    "GET /api/v1/waves/<id:wave_id>/draw/results": EVERYBODY,
    "GET /api/v1/admissions": {"operator", "auditor"},
    "GET /api/v1/admissions/<id:admission_id>": {"operator", "auditor"},
    "GET /api/v1/admissions/<id:admission_id>/undo": {"operator"},
    "POST /api/v1/admissions/<id:admission_id>/undo": {"operator"},
    "POST /api/v1/exclusion-lists/<id:list_id>/rows": {"operator"},
    "GET /api/v1/exclusion-lists": {"operator", "auditor"},
    "POST /api/v1/exclusion-lists": {"operator"},
    "GET /api/v1/exclusion-lists/<id:list_id>": {"operator", "auditor"},
    "GET /api/v1/exclusion-lists/<id:list_id>/refusals": {"operator", "auditor"},
    "GET /api/v1/exclusion-lists/<id:list_id>/preview": {"operator"},
    "GET /api/v1/exclusion-lists/<id:list_id>/affected": {"operator", "auditor"},
    "POST /api/v1/exclusion-lists/<id:list_id>/activation": {"operator"},
    "POST /api/v1/exclusion-lists/<id:list_id>/withdrawal": {"operator"},
    "GET /api/v1/exclusion-cases": {"operator", "auditor"},
    "GET /api/v1/exclusion-cases/<id:case_id>": {"operator", "auditor"},
    "POST /api/v1/exclusion-cases/<id:case_id>/decision": {"operator"},
    "GET /api/v1/exclusion-cases/<id:case_id>/appeal": {"operator"},
    "POST /api/v1/exclusion-cases/<id:case_id>/appeal": {"holder", "officer"},
    "POST /api/v1/exclusion-cases/<id:case_id>/appeal-decision": {"operator"},
    "GET /api/v1/corrections": {"operator", "auditor"},
    "POST /api/v1/corrections": {"operator"},
    "GET /api/v1/corrections/<id:correction_id>": {"operator", "auditor"},
    "POST /api/v1/corrections/<id:correction_id>/approval": {"operator"},
    "POST /api/v1/corrections/<id:correction_id>/refusal": {"operator"},
    "POST /api/v1/corrections/<id:correction_id>/withdrawal": {"operator"},
    "GET /api/v1/pauses": EVERYBODY,
    "POST /api/v1/pauses": {"operator"},
    "POST /api/v1/pauses/<id:pause_id>/end": {"operator"},
    "GET /api/v1/cards/me": {"holder"},
    "GET /api/v1/cards/me/statement": {"holder"},
    "POST /api/v1/cards/me/surveys": {"holder"},
    "GET /api/v1/cards/me/readings": {"holder"},
    "GET /api/v1/readings": {"auditor"},
    "POST /api/v1/cards/lookup": {"officer", "operator"},
    "POST /api/v1/cards/domicile": {"officer", "operator"},
    "POST /api/v1/cards/revocation": {"operator"},
    "POST /api/v1/cards/erasure": {"operator"},
    "POST /api/v1/enrolments": {"holder", "officer", "operator"},
    "GET /api/v1/enrolments": {"holder", "provider", "operator", "auditor"},
    "GET /api/v1/enrolments/<id:enrolment_id>": {"holder", "provider", "operator", "auditor"},
    "GET /api/v1/enrolments/<id:enrolment_id>/timeline": {
        "holder",
        "provider",
        "operator",
        "auditor",
    },
    "POST /api/v1/enrolments/<id:enrolment_id>/cancellation": {"holder", "provider", "operator"},
    "POST /api/v1/enrolments/<id:enrolment_id>/acceptance": {"holder", "officer", "operator"},
    "POST /api/v1/enrolments/<id:enrolment_id>/refusal": {"holder", "officer", "operator"},
    "POST /api/v1/enrolments/<id:enrolment_id>/redemption": {"holder", "provider"},
    "POST /api/v1/attendance": {"provider", "operator"},
    "GET /api/v1/enrolments/<id:enrolment_id>/attendance": {
        "holder",
        "provider",
        "operator",
        "auditor",
    },
    "POST /api/v1/enrolments/<id:enrolment_id>/result": {"provider", "operator"},
    "POST /api/v1/classes/<id:class_id>/results": {"provider", "operator"},
    "POST /api/v1/enrolments/<id:enrolment_id>/voiding": {"operator"},
    "POST /api/v1/enrolments/<id:enrolment_id>/opening": {"operator"},
    "POST /api/v1/enrolments/<id:enrolment_id>/review": {"holder"},
    "GET /api/v1/enrolments/<id:enrolment_id>/review": {"holder"},
    "GET /api/v1/overdue": {"provider", "officer", "operator", "auditor"},
    "GET /api/v1/classes/<id:class_id>/availability": EVERYBODY,
    "GET /api/v1/classes/<id:class_id>/roster": {"provider", "operator"},
    "GET /api/v1/statements/days": {"operator", "auditor"},
    "GET /api/v1/statements/days/<name:day>": {"operator", "auditor"},
    "GET /api/v1/statements/providers/<id:provider_id>": {"provider", "operator", "auditor"},
    "GET /api/v1/statements/providers/<id:provider_id>/days": {"provider", "operator", "auditor"},
    "GET /api/v1/statements/providers/<id:provider_id>/classes": {
        "provider",
        "operator",
        "auditor",
    },
    "GET /api/v1/reports/realisation": EVERYBODY,
    "GET /api/v1/reports/quotas": EVERYBODY,
    "GET /api/v1/reports/assistance": {"operator", "auditor"},
    "POST /api/v1/reports/reconciliation": EVERYBODY,
    "GET /api/v1/consistency": {"operator", "auditor"},
    "GET /api/v1/log/entries": {"auditor"},
    "POST /internal/cards/identification": {"system"},
    "GET /internal/feed": {"system"},
    "GET /internal/seats": {"system"},
    "GET /internal/rules": {"system"},
    "GET /internal/seat-holders": {"system"},
}
PROBES = {"GET /healthz", "GET /readyz", "GET /metrics"}
CALLS = sorted(MAY_CALL.keys() - PROBES)


def send(house: House, call: str, role: str, **claims: Any) -> TestResponse:
    """Make a call with nothing in it that could be refused for another reason than its caller."""
    method, _, rule = call.partition(" ")
    path = re.sub(r"<id:\w+>", lambda _: new_id(), rule)
    path = path.replace("<name:version>", "2099-01").replace("<name:day>", "2026-11-01")
    bound = {"card": new_id(), "provider": new_id(), "region": "32"}
    return house.call(
        method,
        path,
        role=None if role == "nobody" else role,
        key=FRESH if method == "POST" else None,
        json={} if method == "POST" else None,
        **{**bound, **claims} if role != "nobody" else {},
    )


def test_the_table_knows_every_call_there_is(shared_house: House) -> None:
    there = {
        f"{method} {rule.rule}"
        for rule in shared_house.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert there == MAY_CALL.keys()


@pytest.mark.parametrize("call", sorted(MAY_CALL))
def test_a_call_lets_in_exactly_whom_the_table_names(shared_house: House, call: str) -> None:
    before = shared_house.tables()
    outcomes = {}
    for role in EVERYBODY:
        answer = send(shared_house, call, role)
        let_in = answer.status_code not in (401, 403)
        outcomes[role] = "in" if let_in else code(answer)
    assert outcomes == {
        role: "in"
        if role in MAY_CALL[call]
        else ((401, "unauthenticated") if role == "nobody" else (403, "forbidden"))
        for role in EVERYBODY
    }
    assert shared_house.tables() == before


@pytest.mark.parametrize("call", CALLS)
def test_an_expired_token_opens_no_door_not_even_a_public_one(
    shared_house: House, call: str
) -> None:
    earlier = int(time.time()) - 1_000
    for role in EVERYBODY - {"nobody"}:
        answer = send(shared_house, call, role, iat=earlier, exp=earlier + 900)
        assert code(answer) == (401, "unauthenticated")
        assert "expired" in answer.text
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("call", CALLS)
def test_who_comes_without_a_token_is_told_to_bring_one(shared_house: House, call: str) -> None:
    if "nobody" in MAY_CALL[call]:
        shared_house.catalogue_was_read(ago=timedelta(seconds=-5))  # after any id was made
        assert send(shared_house, call, "nobody").status_code in (200, 404, 422)
        return
    answer = send(shared_house, call, "nobody")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="balai"'


@pytest.mark.parametrize("call", sorted(c for c in CALLS if MAY_CALL[c] != EVERYBODY))
def test_who_may_not_call_is_told_who_may(shared_house: House, call: str) -> None:
    answer = send(shared_house, call, "janitor")
    for role in MAY_CALL[call]:
        assert role in answer.text


@pytest.mark.parametrize("call", CALLS)
def test_another_method_at_the_same_address_is_told_which_ones_there_are(
    shared_house: House, call: str
) -> None:
    method, _, rule = call.partition(" ")
    there = {c.partition(" ")[0] for c in MAY_CALL if c.partition(" ")[2] == rule}
    for other in {"GET", "POST", "PUT", "DELETE", "PATCH"} - there:
        answer = send(shared_house, f"{other} {rule}", "operator")
        assert code(answer) == (405, "method-not-allowed")
        assert there <= set(answer.headers["Allow"].split(", "))
    assert method in there
