"""ID tokens: what is accepted, and when the issuer's keys are fetched, over real HTTP."""

import base64
import json
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from shared.adapters.identity.id_token import EntraTokenVerifier
from shared.core.model.decision import Person
from shared.ports.errors import NotSignedIn, TokenVerifierError
from shared.ports.token_verifier import TokenVerifier
from tests.support.scripted import Asked, Reply, Scripted, reply

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
TENANT = "7a1c3e52-0d64-4b8f-8a75-3f9b1e20c4d7"
OTHER = "11111111-0d64-4b8f-8a75-3f9b1e20c4d7"
CLIENT = "b81f5d0e-44c2-4f0b-9d63-2f7a90c1e5d4"
ANNA = "0f0c6a52-3f5e-4e26-b1a9-6f0d7f4b8c33"
REFRESH = "refresh of an issuer's keys"
OURS, THEIRS = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


def at(hours: float) -> int:
    return int((NOW + timedelta(hours=hours)).timestamp())


def jwk(key: rsa.RSAPrivateKey, kid: str, **more: str) -> dict[str, Any]:
    return {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", **more}


@dataclass
class Issuer:
    """An issuer whose documents and keys can be changed."""

    server: Scripted
    now: datetime = NOW
    keys: list[dict[str, Any]] = field(default_factory=lambda: [jwk(OURS, "one")])
    document: dict[str, Any] = field(default_factory=dict)
    broken: Reply | None = None

    @property
    def url(self) -> str:
        return f"{self.server.url}/{TENANT}/v2.0"

    def answer(self, asked: Asked) -> Reply:
        if self.broken:
            return self.broken
        if asked.path.endswith("/openid-configuration"):
            return reply(
                {"issuer": self.url, "jwks_uri": f"{self.server.url}/{TENANT}/keys"} | self.document
            )
        return reply({"keys": self.keys})

    def token(
        self,
        key: Any = OURS,  # noqa: ANN401  (any kind of key)
        algorithm: str = "RS256",
        kid: str | None = "one",
        header: Mapping[str, Any] | None = None,
        **claims: object,
    ) -> str:
        own = {
            "aud": CLIENT,
            "iss": self.url,
            "tid": TENANT,
            "oid": ANNA,
            "name": "Anna Example",
            "iat": at(-0.1),
            "nbf": at(-0.1),
            "exp": at(0.9),
        }
        kept = {name: value for name, value in (own | claims).items() if value is not None}
        return jwt.encode(
            kept,
            key,
            algorithm=algorithm,
            headers={**({"kid": kid} if kid else {}), **(header or {})},
        )

    def refused_or_failed(self, verifier: TokenVerifier, kid: str) -> bool:
        """Return whether a token with this key id is not accepted."""
        try:
            verifier.visitor(self.token(THEIRS, kid=kid))
        except (NotSignedIn, TokenVerifierError):
            return True
        return False

    def token_verifier(self) -> TokenVerifier:
        return EntraTokenVerifier(CLIENT, self.url, lambda: self.now, timeout=(5, 0.3))

    def was_asked(self, times: int) -> None:
        """Wait until the issuer was asked so often, also behind a visitor's back, and no more."""
        end = time.monotonic() + 20
        while len(self.server.asked) < times or any(
            each.name == REFRESH for each in threading.enumerate()
        ):
            assert time.monotonic() < end
            time.sleep(0.005)
        assert len(self.server.asked) == times

    def refusal(self, token: str) -> str:
        with pytest.raises(NotSignedIn) as caught:
            self.token_verifier().visitor(token)
        assert not caught.value.transient
        return str(caught.value)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Scripted([]) as server:
        issuer = Issuer(server)
        server.script = issuer.answer
        yield issuer


def test_returns_the_person_in_the_token(issuer: Issuer) -> None:
    assert issuer.token_verifier().visitor(issuer.token()).person == Person(ANNA, "Anna Example")


@pytest.mark.parametrize(
    ("claims", "shown"),
    [
        ({"name": None, "preferred_username": "anna@example.org"}, "anna@example.org"),
        ({"name": " "}, ANNA),
        ({"name": 7}, ANNA),
        ({"name": "An\u202ena\nExample"}, "Anna Example"),
        ({"oid": ANNA.upper()}, "Anna Example"),
        ({"ver": "2.0", "sub": "pairwise", "roles": ["Reader"], "nonce": "n"}, "Anna Example"),
    ],
)
def test_person_has_a_name_on_one_line(issuer: Issuer, claims: dict[str, Any], shown: str) -> None:
    assert issuer.token_verifier().visitor(issuer.token(**claims)).person == Person(ANNA, shown)


@pytest.mark.parametrize("exp", [at(0.9), at(-1), at(-7.99)])
def test_accepts_a_token_expired_within_eight_hours(issuer: Issuer, exp: int) -> None:
    assert (
        issuer.token_verifier()
        .visitor(issuer.token(exp=exp, iat=at(-9), nbf=at(-9)))
        .person.object_id
        == ANNA
    )


@pytest.mark.parametrize(
    ("claims", "flaw"),
    [
        ({"exp": at(-8), "iat": at(-9), "nbf": at(-9)}, "expired more than eight hours ago"),
        ({"iat": at(0.2), "exp": at(1)}, "dates make no sense"),
        ({"nbf": at(0.2)}, "dates make no sense"),
        ({"exp": at(-0.2)}, "dates make no sense"),
        ({"exp": at(24)}, "dates make no sense"),
        ({"exp": 10**300}, "dates make no sense"),
        ({"iat": -(10**300)}, "dates make no sense"),
        ({"nbf": 10**300}, "dates make no sense"),
        ({"exp": float(at(1))}, "dates cannot be read"),
        ({"exp": 1e300}, "dates cannot be read"),
        ({"exp": [at(1)]}, "dates cannot be read"),
        ({"scp": "Files.Read"}, "not an ID token"),
        ({"scp": ""}, "not an ID token"),
        ({"azp": OTHER}, "not an ID token"),
        ({"azp": CLIENT}, "not an ID token"),
        ({"azpacr": "1"}, "not an ID token"),
        ({"appid": OTHER, "ver": "1.0"}, "not an ID token"),
        ({"appidacr": "2"}, "not an ID token"),
        ({"idtyp": "app", "roles": ["Decide.All"]}, "not an ID token"),
        ({"idtyp": "user"}, "not an ID token"),
        ({"sub": ANNA, "roles": ["Decide.All"]}, "not an ID token"),
        ({"ver": "1.0"}, "not of version 2.0"),
        ({"ver": 2.0}, "not of version 2.0"),
        ({"exp": True}, "dates cannot be read"),
        ({"exp": "soon"}, "dates cannot be read"),
        ({"aud": OTHER}, "for another app"),
        ({"aud": [CLIENT]}, "for another app"),
        ({"iss": "https://login.microsoftonline.com/x/v2.0"}, "by somebody else"),
        ({"tid": OTHER}, "from another tenant"),
        ({"oid": "anna"}, "its object id is not an id"),
        ({"kid": None}, "it cannot be read"),
        *(
            ({name: None}, "a claim is missing")
            for name in ("aud", "exp", "iat", "iss", "nbf", "oid", "tid")
        ),
    ],
)
def test_refuses_a_token_with_other_claims(
    issuer: Issuer, claims: dict[str, Any], flaw: str
) -> None:
    assert flaw in issuer.refusal(issuer.token(**claims))


def test_refuses_the_signature_of_another_key(issuer: Issuer) -> None:
    assert "its signature is not the issuer's" in issuer.refusal(issuer.token(THEIRS))
    assert "the issuer does not have its key" in issuer.refusal(issuer.token(THEIRS, kid="two"))
    head, body, sign = issuer.token().split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = (
        base64.urlsafe_b64encode(json.dumps(claims | {"oid": OTHER}).encode()).rstrip(b"=").decode()
    )
    assert "its signature is not the issuer's" in issuer.refusal(f"{head}.{changed}.{sign}")


def test_refuses_other_signature_algorithms(issuer: Issuer) -> None:
    public = OURS.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').rstrip(b"=")
    body = issuer.token().split(".")[1].encode()
    mac = base64.urlsafe_b64encode(
        jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
            head + b"." + body, public
        )
    )
    for token in (
        issuer.token(None, "none"),
        (head + b"." + body + b"." + mac.rstrip(b"=")).decode(),
        issuer.token(OURS, "RS512"),
        issuer.token(OURS, "PS256"),
    ):
        assert "does not have the issuer's kind of signature" in issuer.refusal(token)
    assert issuer.server.asked == []


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "ä.ö.ü",
        "e30.e30.",
        "bnVsbA.e30.",
        "x" * 20_000,
        f"{'W1tb' * 3_000}.e30.e30",
        "\ud800",
    ],
)
def test_refuses_malformed_tokens_without_a_request(issuer: Issuer, token: str) -> None:
    assert token == "" or token not in issuer.refusal(token)
    assert issuer.server.asked == []


def test_keys_are_cached_for_an_hour(issuer: Issuer) -> None:
    token_verifier = issuer.token_verifier()
    for minutes, requests in ((0, 2), (59, 2), (60, 4), (61, 4)):
        issuer.now = NOW + timedelta(minutes=minutes)
        token_verifier.visitor(issuer.token())
        issuer.was_asked(requests)


def test_made_up_key_ids_do_not_cause_requests(
    issuer: Issuer,
) -> None:
    token_verifier = issuer.token_verifier()
    token_verifier.visitor(issuer.token())
    issuer.keys.append(jwk(THEIRS, "two"))
    issuer.now += timedelta(seconds=30)
    assert token_verifier.visitor(issuer.token(THEIRS, kid="two")).person.object_id == ANNA
    for _ in range(3):
        with pytest.raises(NotSignedIn):
            token_verifier.visitor(issuer.token(THEIRS, kid="three"))
    assert len(issuer.server.asked) == 4


ODD: Sequence[Any] = (1, True, {}, ["sign"])
UNUSABLE: Mapping[str, Any] = {
    "no key": [],
    "not a list": {"one": 1},
    "for encryption": [jwk(OURS, "one", use="enc")],
    "to sign only": [jwk(OURS, "one") | {"key_ops": ["sign"]}],
    "operations of another type": [jwk(OURS, "one") | {"key_ops": odd} for odd in ODD],
    "a use of another type": [jwk(OURS, "one") | {"use": odd} for odd in ODD],
    "another algorithm": [jwk(OURS, "one", alg="PS256"), jwk(OURS, "one", alg="RS512")],
    "symmetric": [{"kty": "oct", "k": "AAAA", "kid": "one"}],
    "a curve": [{"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA", "kid": "one"}],
    "a private key": [RSAAlgorithm.to_jwk(OURS, as_dict=True) | {"kid": "one"}],
    "short": [jwk(rsa.generate_private_key(public_exponent=65537, key_size=1024), "one")],
    "without an id": [jwk(OURS, "")],
    "a number as its id": [jwk(OURS, "one") | {"kid": 1}],
    "garbled": ["one", None, {"kid": "one"}, {"kty": "RSA", "n": 1, "e": 2, "kid": "one"}],
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_set_without_a_usable_key_is_a_failure_and_replaces_nothing(
    issuer: Issuer, name: str
) -> None:
    issuer.keys = UNUSABLE[name]
    with pytest.raises(TokenVerifierError, match="none of them can be used"):
        issuer.token_verifier().visitor(issuer.token())
    issuer.keys = [jwk(OURS, "one")]
    token_verifier = issuer.token_verifier()
    token_verifier.visitor(issuer.token())
    before = len(issuer.server.asked)
    issuer.keys = UNUSABLE[name]
    for minutes in (61, 121):
        issuer.now = NOW + timedelta(minutes=minutes)
        assert token_verifier.visitor(issuer.token()).person.object_id == ANNA
        issuer.was_asked(before := before + 2)


@pytest.mark.parametrize("name", UNUSABLE)
def test_unusable_keys_do_not_hide_a_good_one(issuer: Issuer, name: str) -> None:
    others = UNUSABLE[name] if isinstance(UNUSABLE[name], list) else []
    issuer.keys = [*others, jwk(OURS, "one"), *others]
    assert issuer.token_verifier().visitor(issuer.token()).person.object_id == ANNA


def test_a_key_without_operations_may_have_null_for_them(issuer: Issuer) -> None:
    issuer.keys = [jwk(OURS, "one") | {"key_ops": None}]
    assert issuer.token_verifier().visitor(issuer.token()).person.object_id == ANNA


def test_two_keys_of_one_id_are_both_tried(issuer: Issuer) -> None:
    for keys in ((OURS, THEIRS), (THEIRS, OURS)):
        issuer.keys = [jwk(key, "one") for key in keys]
        assert issuer.token_verifier().visitor(issuer.token()).person.object_id == ANNA
    issuer.keys = [jwk(THEIRS, "one"), jwk(THEIRS, "one")]
    assert "its signature is not the issuer's" in issuer.refusal(issuer.token())


@pytest.mark.parametrize(
    "header", [{"typ": "at+jwt"}, {"typ": "application/at+jwt"}, {"crit": ["x"], "x": 1}]
)
def test_refuses_a_token_of_another_kind_by_its_header(
    issuer: Issuer, header: dict[str, Any]
) -> None:
    token = issuer.token(header=header)
    assert re.search("not an ID token|cannot be read", issuer.refusal(token))


@pytest.mark.parametrize(
    ("broken", "said", "transient"),
    [
        (Reply(500), "it answered HTTP 500", True),
        (Reply(302, headers={"Location": "https://example.org/"}), "it answered HTTP 302", True),
        (Reply(200, b"<html>"), "its response is not JSON", True),
        (Reply(200, b"[" * 100_000), "its response is not JSON", True),
        (Reply(200, b"[]"), "its response is not a JSON object", True),
        (Reply(hang=True), "it cannot be reached", True),
        (Reply(reset=True), "it cannot be reached", True),
        (reply({"issuer": "https://example.org/"}), "names another issuer", False),
    ],
)
def test_unavailable_keys_are_an_error(
    issuer: Issuer, broken: Reply, said: str, *, transient: bool
) -> None:
    issuer.broken = broken
    token_verifier = issuer.token_verifier()
    with pytest.raises(TokenVerifierError, match=said) as caught:
        token_verifier.visitor(issuer.token())
    assert caught.value.transient is transient
    issuer.broken = None
    issuer.now += timedelta(seconds=30)
    assert token_verifier.visitor(issuer.token()).person.object_id == ANNA


def test_visitors_do_not_queue_behind_a_silent_issuer(
    issuer: Issuer,
) -> None:
    issuer.broken = Reply(hang=True)
    token_verifier, token = issuer.token_verifier(), issuer.token()

    def visit(_: int) -> str:
        with pytest.raises(TokenVerifierError) as caught:
            token_verifier.visitor(token)
        return str(caught.value)

    with ThreadPoolExecutor(8) as visitors:
        said = set(visitors.map(visit, range(8)))
    assert len(said) == 1
    assert len(issuer.server.asked) == 1
    issuer.now += timedelta(seconds=29)
    visit(0)
    assert len(issuer.server.asked) == 1
    issuer.now += timedelta(seconds=1)
    visit(0)
    assert len(issuer.server.asked) == 2


def test_old_keys_are_used_for_a_day_while_the_issuer_fails(
    issuer: Issuer,
) -> None:
    token_verifier = issuer.token_verifier()
    token_verifier.visitor(issuer.token())
    issuer.broken = Reply(500)
    for hours, requests in ((1, 3), (1.001, 3), (7.9, 4), (7.95, 5)):
        issuer.now = NOW + timedelta(hours=hours)
        assert token_verifier.visitor(issuer.token(iat=at(0), exp=at(1))).person.object_id == ANNA
        issuer.was_asked(requests)
    with pytest.raises(
        TokenVerifierError, match="it answered HTTP 500"
    ):  # of a key that may be new nothing is known
        token_verifier.visitor(issuer.token(THEIRS, kid="two"))
    issuer.now = NOW + timedelta(hours=24)
    with pytest.raises(TokenVerifierError, match="it answered HTTP 500"):
        token_verifier.visitor(issuer.token(iat=at(23), nbf=at(23), exp=at(25)))


def test_known_keys_need_no_wait_during_a_fetch(issuer: Issuer) -> None:
    token_verifier = EntraTokenVerifier(CLIENT, issuer.url, lambda: issuer.now, timeout=(5, 30))
    token_verifier.visitor(issuer.token())
    asked, over = Event(), Event()

    def silent(_: Asked) -> Reply:
        asked.set()
        over.wait(30)
        return Reply(500)

    issuer.server.script = silent
    issuer.now += timedelta(hours=1)
    assert token_verifier.visitor(issuer.token()).person.object_id == ANNA
    assert asked.wait(10)
    with ThreadPoolExecutor(8) as others:
        made_up = [
            others.submit(issuer.refused_or_failed, token_verifier, f"made up {number}")
            for number in range(8)
        ]
        for _ in range(3):
            assert token_verifier.visitor(issuer.token()).person.object_id == ANNA
        assert not any(each.done() for each in made_up)
        over.set()
        assert all(each.result() for each in made_up)
    assert len(issuer.server.asked) == 3


def test_keys_come_only_from_the_issuers_host(issuer: Issuer) -> None:
    with Scripted([]) as elsewhere:
        issuer.document = {"jwks_uri": f"{elsewhere.url}/keys"}
        with pytest.raises(TokenVerifierError, match="has its keys on another host"):
            issuer.token_verifier().visitor(issuer.token())
        assert elsewhere.asked == []


@pytest.mark.parametrize("keys", [[], [{"kid": "one"}], ["one"]])
def test_unreadable_keys_are_an_error(issuer: Issuer, keys: list[Any]) -> None:
    issuer.keys = keys
    with pytest.raises(TokenVerifierError, match="its keys cannot be read, or none"):
        issuer.token_verifier().visitor(issuer.token())


@pytest.mark.parametrize(
    ("claim", "roles"),
    [
        (None, set()),
        ([], set()),
        (["Installer"], {"Installer"}),
        (["Reader", "Installer", "Installer"], {"Reader", "Installer"}),
        ("Installer", set()),
        ({"Installer": True}, set()),
        (["Installer", 7], set()),
        ([["Installer"]], set()),
        (True, set()),
    ],
)
def test_roles_are_a_list_of_strings(issuer: Issuer, claim: object, roles: set[str]) -> None:
    assert issuer.token_verifier().visitor(issuer.token(roles=claim)).roles == roles


@pytest.mark.parametrize("hours", [0, -0.1, -7.9, -100, 0.08])
def test_time_of_the_sign_in_is_read(issuer: Issuer, hours: float) -> None:
    signed_in = issuer.token_verifier().visitor(issuer.token(auth_time=at(hours))).authenticated_at
    assert signed_in is not None
    assert signed_in.timestamp() == at(hours)


@pytest.mark.parametrize(
    "claim",
    [None, True, False, -1, at(0.1), 10**30, str(at(0)), float(at(0)), [at(0)], {}, "", "now"],
)
def test_other_times_of_a_sign_in_count_as_missing(issuer: Issuer, claim: object) -> None:
    visitor = issuer.token_verifier().visitor(issuer.token(auth_time=claim))
    assert visitor.authenticated_at is None
    assert visitor.person.object_id == ANNA
