"""Watched apps, read over real HTTP."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.adapters.graph.directory import GraphDirectory
from shared.core.model.days import FAR_AWAY, LONG_AGO
from shared.core.model.directory import NO_PRINCIPAL, App, Credential, Kind
from shared.ports.directory import AppQuery, Directory, DirectoryReading
from tests.support.graph_objects import (
    CLIENT_ID,
    NOT_FOUND,
    OBJECT_ID,
    FixedToken,
    application,
    certificate,
    principal,
    secret,
    tenant,
)
from tests.support.scripted import Asked, Reply, Script, Scripted, reply

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LEAP_SECOND = datetime(2016, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC)
CKI = "lY85bR8r6yWTW6jnciNEONwlVhDyiQjdVLgPDnkI5mA="


def read(script: Script, queries: Sequence[AppQuery] = (AppQuery(CLIENT_ID),)) -> DirectoryReading:
    with Scripted(script) as graph:
        directory: Directory = GraphDirectory(graph.url, FixedToken, backoff=0.001)
        return directory.read(queries, seconds=20)


def only(script: Script, *, service_principal: bool = False) -> App:
    reading = read(script, [AppQuery(CLIENT_ID, service_principal)])
    assert not reading.failures
    app = reading.apps[CLIENT_ID]
    assert app
    return app


def why(script: Script) -> str:
    reading = read(script)
    assert not reading.apps
    return str(reading.failures[CLIENT_ID])


def test_reads_an_app_with_a_secret_and_a_certificate() -> None:
    uris = {
        "web": {"redirectUris": ["https://example.libcal.com/callback"]},
        "spa": {"redirectUris": ["https://spa.example.org"]},
        "publicClient": {"redirectUris": ["http://localhost"]},
    }
    app = only(
        tenant(
            application(passwordCredentials=[secret()], keyCredentials=[certificate()], **uris),
            principal(),
        )
    )
    assert app == App(
        CLIENT_ID,
        OBJECT_ID,
        "LibApps Outlook sync",
        (
            Credential(
                "88888888-0000-0000-0000-000000000001",
                Kind.CERTIFICATE,
                "CN=sync.example.org",
                "",
                datetime(2026, 5, 7, 6, 56, 26, tzinfo=UTC),
                datetime(2027, 5, 7, 6, 56, 26, tzinfo=UTC),
            ),
            Credential(
                "58ed553a-d3af-4520-8d81-4775274faac5",
                Kind.SECRET,
                "LibCal 2025",
                "q7X",
                datetime(2025, 5, 7, 6, 52, 46, 52000, tzinfo=UTC),
                datetime(2027, 5, 7, 6, 52, 46, tzinfo=UTC),
            ),
        ),
        ("https://example.libcal.com/callback", "https://spa.example.org", "http://localhost"),
        "",
    )


def test_selects_only_needed_properties_and_sends_user_agent() -> None:
    with Scripted(tenant(application(), principal())) as graph:
        reading = GraphDirectory(graph.url, FixedToken).read([AppQuery(CLIENT_ID)], seconds=20)
    asked = {
        urlsplit(each.path).path: set(parse_qs(urlsplit(each.path).query)["$select"][0].split(","))
        for each in graph.asked
    }
    assert asked == {
        f"/v1.0/applications(appId='{CLIENT_ID}')": {
            *("id", "appId", "displayName", "isDisabled", "disabledByMicrosoftStatus"),
            *("passwordCredentials", "keyCredentials", "web", "spa", "publicClient"),
        },
        f"/v1.0/servicePrincipals(appId='{CLIENT_ID}')": {
            *("id", "accountEnabled", "isDisabled", "disabledByMicrosoftStatus"),
        },
    }
    assert reading.requests == 2
    assert {each.headers["authorization"] for each in graph.asked} == {"Bearer the-token"}
    assert all(each.headers["user-agent"].startswith("lapsewatch") for each in graph.asked)
    assert not any("sdkversion" in each.headers or "hostos" in each.headers for each in graph.asked)


def test_no_queries_need_no_request() -> None:
    with Scripted([]) as graph:
        reading = GraphDirectory(graph.url, FixedToken).read([], seconds=20)
    assert reading == DirectoryReading({})
    assert graph.asked == []


def test_missing_app_is_not_a_failure() -> None:
    assert read(tenant()) == DirectoryReading({CLIENT_ID: None}, {}, 2)


def test_a_gateways_404_does_not_mean_a_missing_app() -> None:
    assert "Graph answered 404" in why(tenant(Reply(404, b"<html>Not found</html>"), principal()))


@pytest.mark.parametrize(
    ("app", "service_principal", "disabled"),
    [
        (application(isDisabled=True), principal(), "the app registration is disabled"),
        (application(isDisabled=False), principal(accountEnabled=None), ""),
        (application(disabledByMicrosoftStatus="NotDisabled"), principal(), ""),
        (
            application(disabledByMicrosoftStatus="DisabledDueToViolationOfServicesAgreement"),
            principal(),
            "Microsoft has disabled it (DisabledDueToViolationOfServicesAgreement)",
        ),
        (application(), principal(accountEnabled=False), "its service principal is disabled"),
        (
            application(isDisabled=True),
            principal(accountEnabled=False),
            "the app registration is disabled, and its service principal is disabled",
        ),
        (
            application(isDisabled=True),
            principal(isDisabled=True),  # as Entra copies it from the registration
            "the app registration is disabled",
        ),
        (application(), principal(isDisabled=True), "its service principal is disabled"),
        (
            application(),
            principal(disabledByMicrosoftStatus="DisabledDueToViolationOfServicesAgreement"),
            "Microsoft has disabled it (DisabledDueToViolationOfServicesAgreement)",
        ),
        (application(), None, "it has no service principal, so nobody can sign in"),
        (
            application(isDisabled=True),
            None,
            f"the app registration is disabled, and {NO_PRINCIPAL}",
        ),
    ],
)
def test_disabled_app_has_its_reasons(
    app: object, service_principal: object, disabled: str
) -> None:
    assert only(tenant(app, service_principal)).disabled == disabled


@pytest.mark.parametrize(
    "end", [None, "2299-12-31T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.9999999Z"]
)
def test_end_that_means_never_is_no_end(end: str | None) -> None:
    app = only(
        tenant(application(passwordCredentials=[secret(endDateTime=end), secret(keyId="other")]))
    )
    assert [credential.ends for credential in app.credentials] == [
        None,
        datetime(2027, 5, 7, 6, 52, 46, tzinfo=UTC),
    ]


def test_dates_of_any_offset_become_utc() -> None:
    (credential,) = only(
        tenant(
            application(
                passwordCredentials=[
                    secret(
                        startDateTime="2025-05-07T08:00:00.9580541+02:00",
                        endDateTime="2027-01-01T00:00:00.8-08:00",
                    )
                ]
            )
        ),
    ).credentials
    assert credential.starts == datetime(2025, 5, 7, 6, 0, 0, 958054, tzinfo=UTC)
    assert credential.ends == datetime(2027, 1, 1, 8, 0, 0, 800000, tzinfo=UTC)
    assert credential.starts.tzinfo is UTC
    assert credential.ends.tzinfo is UTC


SIGN = certificate(
    keyId="4c266507-3e74-4b91-aeba-18a25b450f6e",
    customKeyIdentifier=CKI,
    usage="Sign",
    type="X509CertAndPassword",
)
VERIFY = certificate(keyId="e35a7d11-fef0-49ad-9f3e-aacbe0a42c42", customKeyIdentifier=CKI)
ITS_PASSWORD = secret(
    keyId="4c266507-3e74-4b91-aeba-18a25b450f6e",
    customKeyIdentifier=CKI,
    endDateTime="2028-01-27T19:40:33Z",
)


def test_adds_credentials_of_the_service_principal_if_wanted() -> None:
    script = tenant(
        application(passwordCredentials=[secret()]),
        principal(keyCredentials=[], passwordCredentials=[secret(keyId="saml")]),
    )
    carried = [
        (each.key_id, each.principal) for each in only(script, service_principal=True).credentials
    ]
    assert carried == [(secret()["keyId"], None), ("saml", principal()["id"])]
    assert [credential.key_id for credential in only(script).credentials] == [secret()["keyId"]]


def test_key_ids_are_in_lower_case() -> None:
    script = tenant(
        application(
            passwordCredentials=[secret(keyId="58ED553A")],
            keyCredentials=[certificate(keyId="E35A7D11")],
        ),
        principal(
            keyCredentials=[], passwordCredentials=[secret(keyId="58ed553a"), secret(keyId="SAML")]
        ),
    )
    assert sorted(each.key_id for each in only(script, service_principal=True).credentials) == [
        "58ed553a",
        "e35a7d11",
        "saml",
    ]


def test_key_ids_of_app_and_principal_are_listed_once() -> None:
    script = tenant(
        application(passwordCredentials=[secret()]),
        principal(keyCredentials=[], passwordCredentials=[secret()]),
    )
    assert len(only(script, service_principal=True).credentials) == 1


@pytest.mark.parametrize("order", [[SIGN, VERIFY], [VERIFY, SIGN]])
def test_saml_signing_certificate_is_one_credential(
    order: list[object],
) -> None:
    script = tenant(
        application(), principal(keyCredentials=order, passwordCredentials=[ITS_PASSWORD, secret()])
    )
    credentials = only(script, service_principal=True).credentials
    assert [(each.key_id, each.kind) for each in credentials] == [
        ("e35a7d11-fef0-49ad-9f3e-aacbe0a42c42", Kind.CERTIFICATE),
        (secret()["keyId"], Kind.SECRET),
    ]


def test_certificates_with_the_same_identifier_are_several() -> None:
    other_end = certificate(
        keyId="b", customKeyIdentifier=CKI, usage="Sign", endDateTime="2026-12-24T00:00:00Z"
    )
    script = tenant(
        application(
            keyCredentials=[VERIFY, other_end, certificate(keyId="c", customKeyIdentifier=CKI)]
        )
    )
    assert [each.key_id for each in only(script).credentials] == [VERIFY["keyId"], "b", "c"]


@pytest.mark.parametrize(
    ("changes", "copies"),
    [
        ({}, (("b", "k"),)),
        ({"displayName": "another name"}, (("b", "k"),)),
        ({"customKeyIdentifier": "other"}, ()),
        ({"endDateTime": "2026-12-24T00:00:00Z"}, ()),
        ({"startDateTime": "2026-05-08T00:00:00Z"}, ()),
        ({"customKeyIdentifier": None}, ()),
    ],
)
def test_copies_of_a_certificate_are_named(
    changes: dict[str, object], copies: tuple[tuple[str, ...], ...]
) -> None:
    keys = [certificate(keyId="K"), certificate(keyId="b", **changes)]
    assert only(tenant(application(keyCredentials=keys), principal())).copies == copies
    script = tenant(application(), principal(keyCredentials=keys, passwordCredentials=[]))
    assert only(script, service_principal=True).copies == copies


def test_certificates_without_an_identifier_are_several() -> None:
    keys = [certificate(keyId=each, customKeyIdentifier=None) for each in "ab"]
    assert only(tenant(application(keyCredentials=keys), principal())).copies == ()


def test_malformed_credential_is_named_by_its_key_id() -> None:
    said = why(
        tenant(
            application(
                passwordCredentials=[
                    secret(keyId="fine"),
                    secret(keyId="bad-one", endDateTime="soon"),
                ]
            ),
            principal(),
        )
    )
    assert (
        "client secret bad-one: endDateTime is 'soon', expected an instant such as"
        " 2027-05-07T06:52:46Z" in said
    )
    assert "fine" not in said


@pytest.mark.parametrize(
    ("credential", "said"),
    [
        (secret(keyId=None), "client secret #1: Expected `str`, got `null` - at `$.keyId`"),
        (secret(keyId=""), "client secret #1: Expected `str` of length >= 1"),
        (7, "client secret #1: Expected `object`, got `int`"),
        (
            secret(hint=5),
            "client secret 58ed553a-d3af-4520-8d81-4775274faac5: Expected `str | null`, got `int`",
        ),
        (
            secret(endDateTime="2027-01-01T00:00:00"),
            "Expected `datetime` with a timezone component",
        ),
        ({"keyId": "no-end"}, "client secret no-end: Object missing required field `endDateTime`"),
    ],
)
def test_every_problem_of_a_credential_is_named(credential: object, said: str) -> None:
    assert said in why(tenant(application(passwordCredentials=[credential]), principal()))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", (EPOCH, LONG_AGO)),
        ("0001-01-01T00:00:00+14:00", "1601-01-01T00:00:00Z", (LONG_AGO, LONG_AGO)),
        ("1899-12-31T23:59:59Z", "1900-01-01T00:00:00+14:00", (LONG_AGO, LONG_AGO)),
        ("9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59.9999999Z", (FAR_AWAY, None)),
        ("2298-12-31T23:59:59-12:00", "2298-12-31T23:59:59-12:00", (FAR_AWAY, None)),
        ("1899-12-31T23:59:60Z", "2016-12-31T23:59:60.5Z", (LONG_AGO, LEAP_SECOND)),
        (None, None, (None, None)),
    ],
)
def test_dates_beyond_all_sense_are_long_ago_or_far_away(
    start: str | None, end: str | None, expected: tuple[datetime | None, datetime | None]
) -> None:
    odd = secret(startDateTime=start, endDateTime=end)
    (found,) = only(tenant(application(passwordCredentials=[odd]), principal())).credentials
    assert (found.starts, found.ends) == expected


def test_lists_only_some_of_many_malformed_credentials() -> None:
    bad = [certificate(keyId=f"k{number}", endDateTime=[]) for number in range(5)]
    said = why(tenant(application(keyCredentials=bad), principal()))
    assert "certificate k2" in said
    assert "k3" not in said
    assert "and 2 more" in said


@pytest.mark.parametrize("field", ["passwordCredentials", "keyCredentials"])
def test_missing_credentials_property_is_an_error(field: str) -> None:
    app = application()
    del app[field]
    assert f"missing required field `{field}`" in why(tenant(app, principal()))


def test_service_principal_without_its_credentials_is_an_error() -> None:
    reading = read(
        tenant(application(), principal()), [AppQuery(CLIENT_ID, service_principal=True)]
    )
    assert "missing required field" in str(reading.failures[CLIENT_ID])


def test_response_about_another_app_is_an_error() -> None:
    assert "answered about other" in why(tenant(application(appId="other"), principal()))


def test_unreadable_service_principal_fails_its_app() -> None:
    assert "Graph answered 400" in why(tenant(application(), Reply(400, b"{}")))


def test_app_queried_twice_is_read_once() -> None:
    queries = [
        AppQuery(CLIENT_ID),
        AppQuery(CLIENT_ID, service_principal=True),
        AppQuery(CLIENT_ID),
    ]
    reading = read(
        tenant(application(), principal(keyCredentials=[], passwordCredentials=[secret()])), queries
    )
    assert reading.requests == 2
    app = reading.apps[CLIENT_ID]
    assert app
    assert len(app.credentials) == 1


# Above three apps: $batch


def parts_of(asked: Asked) -> dict[str, str]:
    assert asked.path == "/v1.0/$batch"
    return {part["id"]: part["url"] for part in json.loads(asked.body)["requests"]}


def batched(*left_out: str) -> Script:
    """Answer each part, last first, as Graph may; leave out those about `left_out`."""

    def script(asked: Asked) -> Reply:
        responses = []
        for number, url in reversed(parts_of(asked).items()):
            client_id = url.split("'")[1]
            body = application(appId=client_id) if url.startswith("/applications") else principal()
            if client_id not in left_out:
                responses.append(
                    {
                        "id": number,
                        "status": 200,
                        "headers": {"Content-Type": "application/json"},
                        "body": body,
                    }
                )
        return reply({"responses": responses})

    return script


def test_many_apps_are_read_in_batches_of_twenty() -> None:
    queries = [AppQuery(f"app-{number}") for number in range(25)]
    with Scripted(batched()) as graph:
        reading = GraphDirectory(graph.url, FixedToken).read(queries, seconds=20)
    assert sorted(len(parts_of(asked)) for asked in graph.asked) == [10, 20, 20]
    assert reading.requests == 3
    assert {client_id: app.client_id for client_id, app in reading.apps.items() if app} == {
        f"app-{n}": f"app-{n}" for n in range(25)
    }


def test_missing_part_of_a_batch_fails_only_its_app() -> None:
    reading = read(batched("b"), [AppQuery(each) for each in "abcd"])
    assert set(reading.apps) == {"a", "c", "d"}
    assert "batch response is incomplete" in str(reading.failures["b"])


@pytest.mark.parametrize(
    ("odd", "read_too"),
    [
        ({"status": "200"}, False),
        ({"id": 7}, False),
        ({"headers": ["x"]}, False),
        ({"headers": None}, True),
        ({"headers": {"Retry-After": 5}}, True),
    ],
)
def test_an_odd_part_of_a_batch_stops_no_other(odd: dict[str, object], *, read_too: bool) -> None:
    usual = batched()

    def script(asked: Asked) -> Reply:
        responses = json.loads(usual(asked).body)["responses"]
        return reply({"responses": [responses[0] | odd, *responses[1:]]})

    reading = read(script, [AppQuery(each) for each in "abcd"])
    assert set(reading.apps) >= {"a", "b", "c"}
    assert ("d" in reading.apps) is read_too


def test_failures_in_a_batch_affect_only_their_apps() -> None:
    rounds: list[int] = []

    def script(asked: Asked) -> Reply:
        rounds.append(len(parts_of(asked)))
        responses: list[dict[str, object]] = []
        for number, url in parts_of(asked).items():
            client_id, is_app = url.split("'")[1], url.startswith("/applications")
            part: dict[str, object] = {
                "id": number,
                "status": 200,
                "body": application(appId=client_id) if is_app else principal(),
            }
            if client_id == "gone":
                part |= {"status": 404, "body": json.loads(NOT_FOUND.body)}
            if client_id == "denied":
                part |= {
                    "status": 403,
                    "body": {"error": {"code": "Authorization_RequestDenied", "message": "No."}},
                }
            if client_id == "malformed" and is_app:
                part |= {
                    "body": application(
                        appId=client_id, passwordCredentials=[secret(keyId="bad", endDateTime=1)]
                    )
                }
            if client_id == "busy" and is_app and len(rounds) < 3:
                part |= {
                    "status": [429, 503][len(rounds) - 1],
                    "headers": {"Retry-After": "0.002"},
                    "body": {},
                }
            responses.append(part)
        return reply({"responses": responses})

    reading = read(
        script, [AppQuery(each) for each in ("fine", "gone", "denied", "malformed", "busy")]
    )
    assert rounds == [10, 1, 1]
    assert reading.requests == 1
    assert {client_id: app and app.client_id for client_id, app in reading.apps.items()} == {
        "fine": "fine",
        "gone": None,
        "busy": "busy",
    }
    assert "Application.Read.All" in str(reading.failures["denied"])
    assert "client secret bad" in str(reading.failures["malformed"])


def test_batch_does_not_wait_beyond_the_time_of_the_check() -> None:
    def script(asked: Asked) -> Reply:
        return reply(
            {
                "responses": [
                    {"id": each, "status": 429, "headers": {"retry-after": "500"}, "body": {}}
                    for each in parts_of(asked)
                ]
            }
        )

    reading = read(script, [AppQuery(each) for each in "abcd"])
    assert "asks us to wait for 500 s, and only" in str(reading.failures["a"])


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"responses":[{"id":1}]}', b""])
def test_unreadable_batch_fails_each_of_its_apps(body: bytes) -> None:
    reading = read(lambda _: Reply(200, body), [AppQuery(each) for each in "abcd"])
    assert set(reading.failures) == set("abcd")


def test_refused_batch_fails_each_of_its_apps() -> None:
    reading = read(lambda _: Reply(400, b"{}"), [AppQuery(each) for each in "abcd"])
    assert {str(error) for error in reading.failures.values()} == {"Graph answered 400."}
    assert set(reading.failures) == set("abcd")


@pytest.mark.parametrize(
    ("app", "service_principal", "what"),
    [
        (
            application(id="../x"),
            principal(keyCredentials=[], passwordCredentials=[]),
            "the app with '../x'",
        ),
        (
            application(passwordCredentials=[secret(keyId="a b")]),
            principal(keyCredentials=[], passwordCredentials=[]),
            "a credential with 'a b'",
        ),
        (
            application(),
            principal(id="a/b", keyCredentials=[], passwordCredentials=[secret()]),
            "an enterprise application with 'a/b'",
        ),
    ],
)
def test_malformed_id_is_an_error(app: object, service_principal: object, what: str) -> None:
    reading = read(tenant(app, service_principal), [AppQuery(CLIENT_ID, service_principal=True)])
    assert reading.apps == {}
    assert f"Graph returned {what}, which is not an id." in str(reading.failures[CLIENT_ID])
