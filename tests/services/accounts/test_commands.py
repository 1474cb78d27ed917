"""The commands on the server: register, disable, development tokens."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from chassis.identity import TokenVerifier
from chassis.issuer_keys import PublishedKeys
from chassis.settings import SettingsError
from deploy.local.databases import ServiceDatabase
from services.accounts import development_token, disable, invite_operator, register
from services.accounts.development import issue_token
from services.accounts.domain.mandates import UnusableMandate
from services.accounts.queries.published_keys import jwk_set
from services.accounts.service import AccountsService, opened_service
from services.accounts.settings import read_settings
from services.accounts.storage import CLIENT
from tests.services.accounts.conftest import CLIENT_ID, SECRET, variables_on
from tests.tokens import AUDIENCE, ISSUER

PROVIDER = "01890000-0000-7000-8000-000000000001"
CARD = "0b9d4a52-63f4-4c3e-8e15-7f0f3c1f2a11"


def verifier_of(house: AccountsService) -> TokenVerifier:
    with house.database.reading() as connection:
        document = jwk_set(connection, house.database)
    return TokenVerifier(issuer=ISSUER, audience=AUDIENCE, keys=PublishedKeys(lambda: document))


def journal_of(house: AccountsService) -> list[tuple[str, str | None, str | None, str | None, str]]:
    with house.database.reading() as connection:
        entries = house.journal.read(connection, after=0, limit=100)
    return [
        (e.kind, e.subjects["provider_id"], e.subjects["card_ref"], e.subjects["region"], e.actor)
        for e in entries
    ]


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    lines = capsys.readouterr().out.splitlines()
    return dict(line.split("=", 1) for line in lines)


def status(client: FlaskClient, client_id: str, secret: str) -> int:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return client.post("/oauth/token", data=form).status_code


# --- register ---


def test_a_registered_client_gets_tokens_with_what_was_printed(
    client: FlaskClient, variables: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert register.main(["provider", "--provider", PROVIDER], variables) == 0
    credentials = printed(capsys)
    assert credentials.keys() == {"client_id", "client_secret"}
    assert status(client, credentials["client_id"], credentials["client_secret"]) == 200


def test_no_secret_is_stored_or_journaled(
    house: AccountsService, variables: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    register.main(["operator"], variables)
    secret = printed(capsys)["client_secret"]
    with house.database.reading() as connection:
        rows = [list(row) for row in connection.execute(sa.select(CLIENT))]
        entries = [e.leaf() for e in house.journal.read(connection, after=0, limit=100)]
    assert secret not in str(rows)
    assert secret.encode() not in b"".join(entries)


def test_every_registration_makes_another_secret(
    house: AccountsService, variables: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = set()
    for _ in range(3):
        register.main(["operator"], variables)
        secrets.add(printed(capsys)["client_secret"])
    assert len(secrets) == 3
    assert journal_of(house)[0][0] == "key-created"


def test_the_same_id_secret_and_mandate_again_change_nothing(
    house: AccountsService, variables: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["system", "--client-id", "service-enrolment", "--secret-from-env", "GIVEN"]
    given = {**variables, "GIVEN": SECRET}
    before = len(journal_of(house))
    assert register.main(arguments, given) == 0
    assert register.main(arguments, given) == 0
    assert capsys.readouterr().out == "client_id=service-enrolment\n" * 2
    assert len(journal_of(house)) == before + 1


@pytest.mark.parametrize(
    ("role", "secret", "more"),
    [
        ("system", "b" * 43, []),
        ("operator", SECRET, []),
        ("provider", SECRET, ["--provider", PROVIDER]),
    ],
)
def test_an_id_that_is_taken_is_not_given_another_secret_or_mandate(
    house: AccountsService,
    variables: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    role: str,
    secret: str,
    more: list[str],
) -> None:
    before = journal_of(house)
    arguments = [role, "--client-id", CLIENT_ID, "--secret-from-env", "GIVEN", *more]
    assert register.main(arguments, {**variables, "GIVEN": secret}) == 1
    assert "registered already" in capsys.readouterr().err
    assert journal_of(house) == before


@pytest.mark.usefixtures("house")
def test_a_taken_id_without_a_secret_is_refused_too(
    variables: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert register.main(["system", "--client-id", CLIENT_ID], variables) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["provider"], "needs a provider"),
        (["officer", "--region", "11.1"], "11.1"),
        (["operator", "--card", CARD], "not bound to a card"),
        (["operator", "--client-id", "a b"], "client id"),
        (["operator", "--secret-from-env", "SHORT"], "client secret"),
        (["operator", "--secret-from-env", "NOT_SET"], "NOT_SET is not set"),
    ],
)
def test_what_cannot_be_registered_is_refused_in_one_line(
    house: AccountsService,
    variables: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    before = journal_of(house)
    assert register.main(arguments, {**variables, "SHORT": "hunter2"}) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert shown.err.count("\n") == 1
    assert shown.out == ""
    assert journal_of(house) == before


def test_the_journal_tells_who_may_act_for_whom(
    house: AccountsService, variables: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    register.main(["provider", "--provider", PROVIDER, "--client-id", "lms"], variables)
    register.main(["holder", "--card", CARD, "--client-id", "phone"], variables)
    register.main(["officer", "--region", "17.71", "--client-id", "desk"], variables)
    disable.main(["lms"], variables)
    disable.main(["lms"], variables)
    capsys.readouterr()
    assert journal_of(house)[2:] == [
        ("client-registered", PROVIDER, None, None, "command-line"),
        ("client-registered", None, CARD, None, "command-line"),
        ("client-registered", None, None, "17.71", "command-line"),
        ("client-disabled", PROVIDER, None, None, "command-line"),
    ]


# --- disable ---


def test_a_disabled_client_gets_no_token_and_its_id_stays_taken(
    client: FlaskClient, variables: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    disable.main([CLIENT_ID], variables)
    assert status(client, CLIENT_ID, SECRET) == 401
    again = ["system", "--client-id", CLIENT_ID, "--secret-from-env", "GIVEN"]
    assert register.main(again, {**variables, "GIVEN": SECRET}) == 1
    assert "registered already" in capsys.readouterr().err


def test_an_unknown_client_cannot_be_disabled(
    variables: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert disable.main(["nobody"], variables) == 1
    assert capsys.readouterr().err == "disable: no client is registered as nobody\n"


# --- without a database ---


def test_where_there_is_no_schema_every_command_says_so_in_one_line(
    empty_database: ServiceDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    variables = variables_on(empty_database)
    told = "run: python -m chassis.migrations"
    assert register.main(["operator"], variables) == 1
    assert development_token.main(["operator"], variables) == 1
    assert disable.main(["nobody"], variables) == 1
    assert invite_operator.main(["kepala@program.example"], variables) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert [told in line for line in shown.err.splitlines()] == [True] * 4


# --- development tokens ---


def test_a_development_token_is_signed_with_the_key_in_force(
    house: AccountsService, variables: dict[str, str]
) -> None:
    token = issue_token(role="holder", card=CARD, environment=variables)
    principal = verifier_of(house).verify(token)
    assert (principal.role, principal.card) == ("holder", CARD)


def test_bearers_with_different_bounds_are_different_subjects(
    house: AccountsService, variables: dict[str, str]
) -> None:
    verifier = verifier_of(house)
    cards = [CARD, CARD.replace("0b", "0c")]
    subjects = {
        verifier.verify(issue_token(role="holder", card=card, environment=variables)).subject
        for card in cards
    }
    assert subjects == {f"development:holder:{card}" for card in cards}
    named = issue_token(role="operator", subject="maria", environment=variables)
    assert verifier.verify(named).subject == "maria"


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("environment", ["production", ""])
def test_outside_development_no_token_is_given_without_a_client(
    variables: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    environment: str,
) -> None:
    elsewhere = {**variables, "ENVIRONMENT": environment}
    with pytest.raises(SettingsError, match="development only"):
        issue_token(role="operator", environment=elsewhere)
    assert development_token.main(["operator"], elsewhere) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "development only" in shown.err


@pytest.mark.usefixtures("house")
def test_a_role_without_its_bound_gets_no_development_token(variables: dict[str, str]) -> None:
    with pytest.raises(UnusableMandate, match="needs a card"):
        issue_token(role="holder", environment=variables)


def test_the_command_prints_a_token_and_nothing_else(
    house: AccountsService, variables: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert development_token.main(["provider", "--provider", PROVIDER], variables) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    assert verifier_of(house).verify(lines[0]).provider == PROVIDER


def test_commands_close_what_they_opened(variables: dict[str, str]) -> None:
    with opened_service(read_settings(variables)) as house, house.database.reading():
        pass
    assert "Connections in pool: 0" in house.database.engine.pool.status()
