"""Something of everything, for whoever tries out the examples of the reference page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chassis.clock import utc_now, write_instant
from deploy.local.process import ROOT
from services.accounts.domain.mandates import Mandate
from tests.journeys import bodies
from tests.journeys.api import Api
from tests.journeys.world import World
from vocabulary.rule_book import national_day

OF_A_DRAW = {
    "get_waves_draw_applications",
    "get_waves_draw_results",
    "post_waves_applications",
    "post_waves_applications_lookup",
    "post_waves_draw_outside_value",
}
BEGINS_WITH_A_LIST = {
    "get_exclusion_lists_preview",
    "post_exclusion_lists_activation",
    "post_exclusion_lists_rows",
    "post_exclusion_lists_withdrawal",
}
OF_AN_OFFER = {"post_enrolments_acceptance", "post_enrolments_refusal"}
ABOUT_A_CORRECTION = {
    "get_corrections_by_id",
    "post_corrections_approval",
    "post_corrections_refusal",
    "post_corrections_withdrawal",
}


@dataclass(frozen=True)
class Things:
    """Something of everything, and who may call for it; the course among the variables is a draft."""

    world: World
    variables: dict[str, str]
    published: str
    bound: dict[str, dict[str, str]]
    spare_card: str
    excluded: str
    enrolled: str

    @classmethod
    def made(cls, world: World) -> Things:
        """Make something of everything, as the examples ask for it."""
        offer = world.offer(seats=5)
        card, other, spare = world.cards(3)
        excluded, list_id, case_id = world.excluded_card()
        mandate = Mandate("provider", provider=offer.provider_id)
        owner = {"provider": offer.provider_id, "subject": world.staff_account(mandate, owner=True)}
        staff = Api(world.system.address, world.system.token("provider", **owner))
        application = world.application_of_somebody()
        taken = world.holder(other.ref).post("/enrolments", offer.wish())
        pause = {"what": "admissions", "region": "94.03", "message": "Data diperiksa."}
        invited = {"email": "staf@blk.example", "role": "provider", "provider": offer.provider_id}
        variables = {
            "CLASS_ID": offer.class_id,
            "COURSE_ID": staff.post("/courses", bodies.course("online"))["id"],
            "PROVIDER_ID": offer.provider_id,
            "ENROLMENT_ID": taken["id"],
            "EVIDENCE_ID": str(uuid.uuid4()),
            "REDEEM_CODE": taken["redeem_code"],
            "VERSION": "2023-01",
            "PAUSE_ID": world.operator.post("/pauses", pause)["id"],
            "WAVE_ID": world.wave(),
            "CARD_NUMBER": card.number,
            "CLIENT_ID": world.application("https://portal.example/signed-in"),
            "EXPECTED_PRICE": str(offer.price),
            "ADMISSION_ID": world.operator.items("/admissions")[0]["id"],
            "FILE_ID": world.file(),
            "APPLICATION_ID": application["id"],
            "RECEIPT": application["receipt"],
            "CARD_REF": card.ref,
            "DAY": national_day(utc_now()).isoformat(),
            "DEVICE_TIME": write_instant(utc_now()),
            "OPEN_AT": write_instant(utc_now()),
            "PUBLISHED_AT": write_instant(utc_now()),
            "LIST_ID": list_id,
            "CASE_ID": case_id,
            "ACCOUNT_ID": world.staff_account(mandate),
            "INVITATION_ID": staff.post("/invitations", invited)["id"],
            "RECOVERY_ID": world.officer("32").post(
                "/recoveries", {"card_number": other.number, "reason": "Telepon hilang"}
            )["id"],
        }
        bound = {
            "holder": {"card": card.ref},
            "provider": owner,
            "officer": {"region": "32"},
        }
        return cls(world, variables, offer.course_id, bound, spare.number, excluded.ref, other.ref)

    def run(self, command: str, operation: dict[str, Any], folder: Path) -> int:
        """Run a command as it stands; return the status of what came."""
        statuses = folder / "statuses"
        statuses.write_text("", encoding="ascii")
        role = caller_of(operation)
        bound, offered = self.bound_for(role, operation), {}
        if operation["operationId"] in OF_AN_OFFER:
            place, bound = self.world.offered_place()
            offered = {"ENROLMENT_ID": place}
        token = self.world.system.token(role, **bound)
        wants_published = operation["x-roles"] == ["public"] or (
            operation["operationId"] == "post_courses_classes"
        )
        published = {"COURSE_ID": self.published} if wants_published else {}
        ran = subprocess.run(
            ["sh", "-euc", command],
            env={
                **os.environ,
                **self.variables,
                **published,
                **self.proposed(operation, token),
                **self.given_up(operation),
                **self.imported(operation),
                **self.drawing(operation),
                **offered,
                "BASE": self.world.system.address,
                "TOKEN": token,
                "CLIENT": ":".join(self.world.client()),
                "KEY": str(uuid.uuid4()),
                "ETAG": self.version(operation),
                "PATH": f"{noting_curl(folder)}:{os.environ['PATH']}",
                "CURL_STATUSES": str(statuses),
            },
            cwd=ROOT,
            text=True,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert ran.returncode == 0, (command, ran.stderr)
        return int(statuses.read_text(encoding="ascii"))

    def proposed(self, operation: dict[str, Any], token: str) -> dict[str, str]:
        """Return a correction of its own for each that asks for one: whoever withdraws it is who proposed it."""
        if operation["operationId"] not in ABOUT_A_CORRECTION:
            return {}
        own = operation["operationId"] == "post_corrections_withdrawal"
        proposer = Api(self.world.system.address, token) if own else self.world.operator
        body = {"amount": -1, "reason": "Salah hitung", "case_number": "Perkara 7"}
        proposed = proposer.post(
            "/corrections", {"card_number": self.variables["CARD_NUMBER"], **body}
        )
        return {"CORRECTION_ID": proposed["id"]}

    def given_up(self, operation: dict[str, Any]) -> dict[str, str]:
        """Return a card that nobody needs afterwards for what ends a card, or takes it out of the officer's region."""
        match operation["operationId"]:
            case "post_cards_domicile" | "post_cards_revocation":
                return {"CARD_NUMBER": self.spare_card}
            case "post_cards_erasure":
                (card,) = self.world.cards(1)
                body = {"card_ref": card.ref, "reason": "Permintaan", "case_number": "Perkara 8"}
                self.world.operator.post("/cards/revocation", body)
                return {"CARD_NUMBER": card.number}
        return {}

    def bound_for(self, role: str, operation: dict[str, Any]) -> dict[str, str]:
        """Return what a caller is bound to: who appeals or reviews, to the card of the case or enrolment."""
        match operation["operationId"]:
            case "post_exclusion_cases_appeal":
                return {"card": self.excluded}
            case "get_enrolments_review" | "post_enrolments_review":
                return {"card": self.enrolled}
            case "post_waves_applications" | "post_waves_applications_lookup":
                return {"region": "17.71"}  # where the person of the example lives
        return self.bound.get(role, {})

    def drawing(self, operation: dict[str, Any]) -> dict[str, str]:
        """Return the wave that draws, for calls that ask for one."""
        return {"WAVE_ID": self.world.draw()} if operation["operationId"] in OF_A_DRAW else {}

    def imported(self, operation: dict[str, Any]) -> dict[str, str]:
        """Return a list of its own for each call that begins with one: without its file, or with it."""
        if operation["operationId"] not in BEGINS_WITH_A_LIST:
            return {}
        made = self.world.operator.post("/exclusion-lists", bodies.exclusion_list())
        if operation["operationId"] != "post_exclusion_lists_rows":
            (person,) = self.world.people.candidates(1)
            rows = bodies.file_of_niks([person["nik"]])
            self.world.operator.post(f"/exclusion-lists/{made['id']}/rows", rows)
        return {"LIST_ID": made["id"]}

    def version(self, operation: dict[str, Any]) -> str:
        """Return the ETag of what an edit is about."""
        if not operation["operationId"].startswith("patch_"):
            return ""
        thing = "courses" if "courses" in operation["operationId"] else "classes"
        name = {"courses": "COURSE_ID", "classes": "CLASS_ID"}[thing]
        staff = self.world.provider(self.variables["PROVIDER_ID"])
        return str(staff.get(f"/{thing}/{self.variables[name]}").headers["ETag"])


def caller_of(operation: dict[str, Any]) -> str:
    """Return the role that the example is of: who owns what is there, where several may call."""
    roles = operation["x-roles"]
    if operation["operationId"] == "post_invitations":
        return "operator"  # the example invites an officer, which no provider may
    if "enrolments_" in operation["operationId"] and "provider" in roles:
        return "provider"  # the class is theirs, and the holder of the card has no enrolment yet
    return next(
        (role for role in ("holder", "provider") if role in roles or roles == ["public"]),
        str(roles[0]),
    )


def noting_curl(folder: Path) -> Path:
    """Return a folder with a curl that notes statuses: the machine's own, or the stand-in where there is none."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    own = shutil.which("curl")
    command = f'exec {sys.executable} -m tests.journeys.curl "$@"'
    if own:
        command = f'exec {own} -s -w "%{{stderr}}%{{http_code}}\\n" "$@" 2>> "$CURL_STATUSES"'
    (programs / "curl").write_text(f"#!/bin/sh\n{command}\n", encoding="ascii")
    (programs / "curl").chmod(0o755)
    return programs
