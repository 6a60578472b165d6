"""`addPassword` is sent once, whatever comes back: a second one would create a second secret."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from azure.core.credentials import AccessToken

from local.stand_in.stories import LIBAPPS_CLIENT_ID
from local.stand_in.tenant import Tenant
from shared.adapters.graph.create_secret import GraphSecretCreator, Timeouts
from shared.core.model.directory import Kind
from shared.ports.errors import CreationRefused, CreationUnknown, DirectoryError, PortError
from shared.ports.secret_creator import CreatedSecret
from tests.support.fault_proxy import Asked, Front, Pass, Reply, Twist
from tests.support.scripted import reply

NOW = datetime(2026, 11, 28, 15, 30, tzinfo=UTC)
ENDS = datetime(2028, 11, 28, 15, 30, 17, tzinfo=UTC)
NAME = "LibCal 2028"


class Person:
    """A person's sign-in, with a token of the stand-in for whatever is asked for."""

    def __init__(self, tenant: Tenant, resource: str = "") -> None:
        self._tenant, self._resource = tenant, resource
        self.scopes: list[str] = []

    def __call__(self) -> "Person":
        return self

    def get_token(self, *scopes: str, **_: object) -> AccessToken:
        self.scopes += scopes
        return AccessToken(self._tenant.az.token(self._tenant.url), int(time.time()) + 3600)


class World:
    """The creator, in front of the stand-in tenant a proxy that can lose answers."""

    def __init__(self, tenant: Tenant, front: Front) -> None:
        self.tenant, self.front = tenant, front
        self.person = Person(tenant)
        self.object_id = tenant.directory.app(LIBAPPS_CLIENT_ID).object_id
        self.creator = self.at(front.url)

    def at(self, root: str, seconds: float = 5) -> GraphSecretCreator:
        return GraphSecretCreator(root, self.person, timeouts=Timeouts(0.2, seconds), clock=now)

    def create(self, creator: GraphSecretCreator | None = None) -> CreatedSecret:
        return (creator or self.creator).create(self.object_id, NAME, ENDS)

    def failed(self, creator: GraphSecretCreator | None = None) -> PortError:
        """Return the error, which holds nothing that could print the value or the token."""
        with pytest.raises((CreationRefused, CreationUnknown)) as caught:
            self.create(creator)
        assert (caught.value.__cause__, caught.value.__context__) == (None, None)
        for value in self.tenant.passwords.created.values():
            assert value not in str(caught.value)
        error = caught.value
        assert isinstance(error, PortError)
        return error

    @property
    def requests(self) -> int:
        """The number of requests that were sent."""
        return len(self.front.asked)


def now() -> datetime:
    return NOW


@pytest.fixture
def world() -> Iterator[World]:
    with Tenant("libapps", now=NOW) as tenant, Front(tenant.url) as front:
        yield World(tenant, front)


def test_the_created_secret_is_returned(world: World) -> None:
    made = world.create()
    [(key_id, value)] = world.tenant.passwords.created.items()
    assert made.value.reveal() == value
    assert value not in repr(made)
    assert made.credential == (key_id, Kind.SECRET, NAME, value[:3], NOW, ENDS, None)
    assert world.person.scopes == [f"{world.front.url}/.default"]
    [asked] = world.front.asked
    assert (asked.method, asked.path) == (
        "POST",
        f"/v1.0/applications/{world.object_id}/addPassword",
    )
    expected = {"displayName": NAME, "endDateTime": "2028-11-28T15:30:17Z"}
    assert json.loads(asked.body) == {"passwordCredential": expected}


def answer(status: int, **headers: str) -> Twist:
    """Return a fault: the secret is created, and this comes instead of the answer."""

    def twist(_: Asked, passed: Pass) -> Reply:
        passed()
        return reply({"error": {"code": "x", "message": "y"}}, status, **headers)

    return twist


def after(change: Callable[[Reply], Reply]) -> Twist:
    return lambda _, passed: change(passed())


LOST = {
    "500": answer(500),
    "502": answer(502),
    "503": answer(503, retry_after="0"),
    "504": answer(504, retry_after="0"),
    "408": answer(408),
    "redirect": answer(307, location="/v1.0/applications"),
    "reset after the effect": after(lambda _: Reply(reset=True)),
    "reset before the effect": lambda _, __: Reply(reset=True),
    "half a response": after(lambda was: Reply(200, was.body[:40], was.headers, missing=100)),
    "half a document": after(lambda was: Reply(200, was.body[:-40], was.headers)),
    "no value": after(lambda was: Reply(200, was.body.replace(b"secretText", b"secret"))),
    "a page": after(lambda _: Reply(200, b"<html>", {"Content-Type": "text/html"})),
    "nothing": after(lambda _: Reply(204)),
    "no answer": after(lambda _: Reply(hang=True)),
    "a byte now and then": after(lambda _: Reply(drip=0.05)),
}


@pytest.mark.parametrize("fault", LOST)
def test_a_lost_answer_is_not_asked_for_again(world: World, fault: str) -> None:
    world.front.twist = LOST[fault]
    error = world.failed(world.at(world.front.url, 0.5))
    assert isinstance(error, CreationUnknown)
    assert "may exist without a value" in str(error)
    assert world.requests == 1
    created = 0 if "before" in fault else 1
    assert len(world.tenant.passwords.created) == created


REFUSED = {
    400: "Graph does not accept the request.",
    401: "Graph does not accept your sign-in. Run 'az login'",
    403: "Your sign-in has no right to create a secret on this app registration. An owner",
    404: "Graph does not find the app registration.",
    409: "Somebody changes the app registration just now.",
    429: "Graph is throttled",
}


@pytest.mark.parametrize("status", REFUSED)
def test_a_refusal_is_final(world: World, status: int) -> None:
    world.tenant.fault("POST /v1.0/", status=status, times=None, headers={"Retry-After": "0"})
    error = world.failed()
    assert isinstance(error, CreationRefused)
    assert str(error).startswith(REFUSED[status])
    assert f"Nothing was created. Graph said: {status} " in str(error)
    assert world.requests == 1


def test_a_person_without_a_right_on_the_app_is_told_who_may_help(world: World) -> None:
    world.tenant.passwords.denied = {LIBAPPS_CLIENT_ID}
    error = world.failed()
    assert error.code == "Authorization_RequestDenied"
    for role in ("An owner of", "Cloud Application Administrator", "an Application Administrator"):
        assert role in str(error)


def test_the_managed_identity_creates_no_secret(world: World) -> None:
    class Identity(Person):
        def get_token(self, *_scopes: str, **_: object) -> AccessToken:
            return AccessToken(world.tenant.identity.issue(world.tenant.url)["access_token"], 0)

    world.person = Identity(world.tenant)
    assert world.failed(world.at(world.front.url)).code == "Authorization_RequestDenied"
    assert not world.tenant.passwords.created


def test_a_policy_without_secrets_is_a_normal_answer(world: World) -> None:
    world.tenant.passwords.allowed = False
    error = world.failed()
    assert str(error).startswith("The tenant's policy forbids new client secrets on this app")
    assert (world.requests, error.transient) == (1, False)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", "does not say how long it may live. Ask for less with --months N"),
        ("The longest life is P180D.", "allows a secret to live 180 days at most. Use --months 5;"),
        ("Use 180 days or less.", "180 days at most. Use --months 5;"),
        ("maxLifetime: 365.00:00:00", "365 days at most. Use --months 11;"),
        ("The maximum is P6M.", "6 months at most. Use --months 6;"),
        ("The maximum is P1Y.", "12 months at most. Use --months 12;"),
        ("The maximum is 1 year.", "12 months at most. Use --months 12;"),
        ("The maximum is 7 days.", "7 days at most, less than a month"),
    ],
)
def test_a_life_that_is_too_long_names_the_longest(world: World, said: str, expected: str) -> None:
    world.tenant.passwords.max_life = timedelta(days=180)
    world.tenant.passwords.life_said = said
    error = world.failed()
    assert expected in str(error)
    assert error.code == "CredentialInvalidLifetimeAsPerAppPolicy"
    assert world.requests == 1


def test_too_many_credentials_are_named(world: World) -> None:
    world.tenant.passwords.max_secrets = 1
    assert "too many credentials or other entries. Remove expired" in str(world.failed())


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        ("http://127.0.0.1:1", "Graph was not reached: no connection came about."),
        ("https://graph.invalid", "Graph was not reached: the host is not known."),
    ],
)
def test_what_was_not_sent_is_refused(world: World, root: str, expected: str) -> None:
    error = world.failed(world.at(root))
    assert isinstance(error, CreationRefused)
    assert str(error).startswith(f"{expected} Nothing was created.")


def test_without_a_token_nothing_is_sent(world: World) -> None:
    def nobody() -> Person:
        raise DirectoryError("Nobody is signed in here.", transient=False)

    error = world.failed(GraphSecretCreator(world.front.url, nobody))
    assert isinstance(error, CreationRefused)
    assert str(error) == "Nobody is signed in here. Nothing was created."
    assert world.requests == 0


def test_a_date_that_cannot_be_read_does_not_lose_the_value(world: World) -> None:
    world.front.twist = after(
        lambda was: Reply(200, was.body.replace(b"2028-11-28T15", b"2028-11-28 at 15"))
    )
    made = world.create()
    assert made.credential.ends == ENDS
    assert made.value.reveal() in world.tenant.passwords.created.values()
