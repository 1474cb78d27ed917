"""People sign in at applications: through the gateway, with a browser and a client library that is not ours."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet

from services.accounts.disable import disable
from services.accounts.service import opened_service
from services.accounts.settings import read_settings
from tests.journeys.api import PATIENCE, Api
from tests.journeys.browser import Browser
from tests.journeys.signing_in import PASSWORD, Holder, activated, invited, new_holder
from tests.journeys.world import World
from tests.waiting import eventually

BACK = "https://app.example/signed-in"


@dataclass
class App:
    """An application on people's phones, as somebody would write it with Authlib's client."""

    world: World
    client_id: str

    def __post_init__(self) -> None:
        self.issuer = requests.get(
            f"{self.world.system.address}/.well-known/openid-configuration", timeout=PATIENCE
        ).json()
        self.client = OAuth2Session(
            self.client_id,
            scope="openid offline_access",
            redirect_uri=BACK,
            code_challenge_method="S256",
            token_endpoint_auth_method="none",
        )
        self.client.trust_env = False
        self.verifier = secrets.token_urlsafe(48)
        self.nonce = secrets.token_urlsafe(16)

    def where_to_sign_in(self, **more: str) -> str:
        """Return where the application sends the browser, as a path at the gateway."""
        address, self.state = self.client.create_authorization_url(
            self.issuer["authorization_endpoint"],
            code_verifier=self.verifier,
            nonce=self.nonce,
            **more,
        )
        return str(address).removeprefix(self.world.system.address)

    def take(self, led_back: str) -> dict[str, Any]:
        """Exchange what the browser brought."""
        told = parse_qs(urlsplit(led_back).query)
        assert told["iss"] == [self.issuer["issuer"]]
        tokens: dict[str, Any] = self.client.fetch_token(
            self.issuer["token_endpoint"],
            authorization_response=led_back,
            state=self.state,
            code_verifier=self.verifier,
        )
        self.world.people.private |= {tokens["access_token"], tokens["refresh_token"]}
        return tokens

    def refresh(self, token: str) -> dict[str, Any]:
        tokens: dict[str, Any] = self.client.refresh_token(
            self.issuer["token_endpoint"], refresh_token=token
        )
        return tokens

    def who_signed_in(self, id_token: str) -> dict[str, Any]:
        """Verify an ID token with the keys that the issuer publishes."""
        keys = requests.get(self.issuer["jwks_uri"], timeout=PATIENCE).json()
        claims = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=["Ed25519"]).claims
        assert (claims["iss"], claims["aud"]) == (self.issuer["issuer"], self.client_id)
        assert claims["nonce"] == self.nonce
        return claims


def new_app(world: World) -> App:
    return App(world, world.application(BACK))


def led_back(browser: Browser, app: App, **more: str) -> str:
    """Send a browser in which somebody is signed in to sign in at an application; return where it is led."""
    answer = browser.open(app.where_to_sign_in(**more))
    assert answer.status_code == 303, answer.text
    location = answer.headers["Location"]
    assert location.startswith(f"{BACK}?"), location
    return location


def works(api: Api) -> bool:
    return api.call("GET", "/cards/me").ok


def a_holder(world: World) -> tuple[Holder, Browser]:
    holder = new_holder(world)
    return holder, activated(world, holder)


def test_a_holder_signs_in_at_an_application_which_then_enrols_in_the_holders_name(
    world: World,
) -> None:
    holder = new_holder(world)
    activated(world, holder)
    app, browser = new_app(world), Browser(world)

    asked = browser.open(app.where_to_sign_in())
    assert asked.status_code == 303
    signing_in = asked.headers["Location"]
    assert signing_in.startswith("/sign-in?continue=%2Foauth%2Fauthorize")
    onward = parse_qs(urlsplit(signing_in).query)["continue"][0]
    done = browser.send(
        "/sign-in",
        page=signing_in,
        name=holder.number,
        password=PASSWORD,
        **{"continue": onward},
    )
    assert f'content="0; url={escape(onward)}"' in done.text
    back = browser.open(onward).headers["Location"]
    tokens = app.take(back)

    claims = app.who_signed_in(tokens["id_token"])
    assert (claims["role"], claims["card"]) == ("holder", holder.ref)
    api = Api(world.system.address, tokens["access_token"])
    assert api.read("/cards/me")["card_ref"] == holder.ref
    offer = world.offer(seats=1)
    assert api.post("/enrolments", offer.wish())["status"] == "confirmed"
    (entry,) = world.journal("enrolment", kind="enrolment-confirmed", class_id=offer.class_id)
    assert entry["actor"] == claims["sub"], "the journal knows a person by a reference"
    userinfo = requests.get(
        app.issuer["userinfo_endpoint"],
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
        timeout=PATIENCE,
    )
    assert userinfo.json() == {"sub": claims["sub"], "role": "holder", "card": holder.ref}


def test_whoever_is_signed_in_already_types_nothing_at_the_next_application(world: World) -> None:
    _, browser = a_holder(world)
    first, second = new_app(world), new_app(world)
    subjects = {
        app.who_signed_in(app.take(led_back(browser, app))["id_token"])["sub"]
        for app in (first, second)
    }
    assert len(subjects) == 1


def test_an_application_goes_on_by_refreshing_and_a_token_that_comes_again_much_later_ends_it(
    world: World,
) -> None:
    _, browser = a_holder(world)
    app = new_app(world)
    tokens = app.take(led_back(browser, app))
    again = app.refresh(tokens["refresh_token"])
    assert works(Api(world.system.address, again["access_token"]))
    assert app.refresh(again["refresh_token"])["access_token"] != again["access_token"]


def test_what_is_taken_back_is_refused_at_the_gateway_within_seconds(world: World) -> None:
    _, browser = a_holder(world)
    app = new_app(world)
    tokens = app.take(led_back(browser, app))
    api = Api(world.system.address, tokens["access_token"])
    assert works(api)

    app.client.revoke_token(app.issuer["revocation_endpoint"], token=tokens["refresh_token"])

    eventually(lambda: not works(api), what="the access token is refused")
    api.refused("GET", "/cards/me", 401, "unauthenticated")
    refused_by(app, tokens["refresh_token"])


def test_signing_out_ends_the_applications_of_this_browser(world: World) -> None:
    holder, browser = a_holder(world)
    elsewhere = activated(world, holder, PASSWORD + " 2")
    app, other = new_app(world), new_app(world)
    assert not browser.is_signed_in(), "another password was chosen elsewhere"
    browser.sign_in(holder.number, PASSWORD + " 2")
    here, there = app.take(led_back(browser, app)), other.take(led_back(elsewhere, other))

    browser.send("/sign-out", page="/account")

    gone = Api(world.system.address, here["access_token"])
    eventually(lambda: not works(gone), what="the token of this browser is refused")
    refused_by(app, here["refresh_token"])
    assert works(Api(world.system.address, there["access_token"]))
    assert other.refresh(there["refresh_token"])["token_type"] == "Bearer"


def test_a_new_password_ends_what_applications_had(world: World) -> None:
    holder, browser = a_holder(world)
    app = new_app(world)
    tokens = app.take(led_back(browser, app))
    activated(world, holder, "another pass phrase")
    api = Api(world.system.address, tokens["access_token"])
    eventually(lambda: not works(api), what="the access token is refused")
    refused_by(app, tokens["refresh_token"])


def test_whoever_is_removed_from_the_staff_is_out_everywhere_within_seconds(world: World) -> None:
    email = f"petugas-{next(world.names)}@dinas.example"
    browser = invited(world, world.operator, email, role="officer", region="17")
    app = new_app(world)
    tokens = app.take(led_back(browser, app))
    subject = app.who_signed_in(tokens["id_token"])["sub"]
    api = Api(world.system.address, tokens["access_token"])
    assert api.call("GET", "/recoveries").ok

    world.operator.post(f"/staff/{subject}/removal", {"reason": "Pindah tugas"})

    assert not browser.is_signed_in()
    refused_by(app, tokens["refresh_token"])
    gone = "the access token is refused"
    eventually(lambda: not api.call("GET", "/recoveries").ok, what=gone)
    api.refused("GET", "/recoveries", 401, "unauthenticated")
    assert browser.sign_in(email, PASSWORD).status_code == 422


def test_a_disabled_application_is_nobodys_any_more(world: World) -> None:
    _, browser = a_holder(world)
    app = new_app(world)
    tokens = app.take(led_back(browser, app))
    with opened_service(read_settings(world.system.accounts_settings)) as house:
        assert disable(house, app.client_id)
    api = Api(world.system.address, tokens["access_token"])
    eventually(lambda: not works(api), what="the access token is refused")
    answer = browser.open(app.where_to_sign_in())
    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_an_address_that_is_not_the_applications_is_told_to_the_person_and_nobody_is_led_there(
    world: World,
) -> None:
    _, browser = a_holder(world)
    app = new_app(world)
    path = app.where_to_sign_in().replace("app.example", "evil.example")
    answer = browser.open(path)
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "This sign-in cannot go on" in browser.sees(path)


def test_an_application_that_asks_silently_is_told_that_nobody_is_signed_in(world: World) -> None:
    app = new_app(world)
    told = parse_qs(urlsplit(led_back(Browser(world), app, prompt="none")).query)
    assert told["error"] == ["login_required"]
    assert told["state"] == [app.state]


def refused_by(app: App, refresh_token: str) -> None:
    with pytest.raises(OAuthError, match="invalid_grant"):
        app.refresh(refresh_token)
