"""The stories of the stand-in tenant: what each promises, on any day."""

import base64
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from local.stand_in.entra import stamp
from local.stand_in.graph_objects import application, service_principal
from local.stand_in.stories import LIBAPPS_CLIENT_ID, REDIRECT_URI, STORIES, many, tell
from shared.core.model.days import days_between

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
LEAP_DAY = datetime(2028, 2, 29, 23, 30, tzinfo=UTC)
CHICAGO = ZoneInfo("America/Chicago")


def test_the_libapps_story_has_two_secrets_near_their_end() -> None:
    (app,) = tell("libapps", NOW)
    libstaffer, libcal = app.secrets
    assert app.client_id == LIBAPPS_CLIENT_ID
    assert app.client_id.endswith("13d6")
    assert app.redirect_uris == (REDIRECT_URI,)
    assert app.service_principal is not None
    assert app.service_principal.enabled
    assert (libcal.name, libcal.hint) == ("LibCal 2024", "q7X")
    assert (libcal.starts, libcal.ends) == (
        "2024-11-28T09:15:00.0000000Z",
        "2026-11-28T09:15:00.0000000Z",
    )
    assert (libstaffer.name, libstaffer.ends) == ("LibStaffer 2024", "2026-12-13T02:00:00.000Z")
    assert (
        datetime.fromisoformat(libstaffer.ends or "").astimezone(CHICAGO).date().isoformat()
        == "2026-12-12"
    )


@pytest.mark.parametrize(
    "first",
    [
        datetime(2026, 11, 27, tzinfo=UTC),
        datetime(2026, 10, 31, tzinfo=UTC),
        datetime(2027, 3, 13, tzinfo=UTC),
    ],
)
def test_its_days_are_those_of_the_watchlists_zone_at_any_hour(first: datetime) -> None:
    hours = [first + timedelta(hours=hour, minutes=30) for hour in range(48)]
    left = {
        tuple(
            days_between(now, datetime.fromisoformat(secret.ends or ""), CHICAGO)
            for secret in tell("libapps", now)[0].secrets
        )
        for now in hours
    }
    assert left == {(20, 6)}


def test_renewed_story_has_old_and_new_secrets_newest_first() -> None:
    (app,) = tell("renewed", NOW)
    assert [secret.name for secret in app.secrets] == [
        "LibStaffer 2026",
        "LibCal 2026",
        "LibStaffer 2024",
        "LibCal 2024",
    ]
    assert [secret.starts for secret in app.secrets] == sorted(
        (secret.starts or "" for secret in app.secrets), reverse=True
    )
    assert (app.secrets[1].starts, app.secrets[1].ends) == (
        "2026-11-21T15:42:07.000Z",
        "2028-11-21T15:42:07.000Z",
    )


def test_strange_story_has_unusual_values() -> None:
    odd, gallery, *_ = tell("strange", NOW)
    names = "".join(secret.name or "" for secret in odd.secrets)
    assert all(
        text in names
        for text in ("<img", "[renew here](", "\u202e", "\x1b", "\r\n", "=HYPERLINK", "<at>")
    )
    ends = {secret.ends for secret in odd.secrets}
    assert {None, "2299-12-31T00:00:00Z", "9999-12-31T23:59:59.9999999Z"} <= ends
    assert {len(end.partition(".")[2]) for end in ends if end} == {0, 2, 4, 8}
    identifiers = [
        secret.custom_key_identifier for secret in odd.secrets if secret.custom_key_identifier
    ]
    assert [base64.b64decode(text).decode("utf-16-le") for text in identifiers] == [
        "old_portal_key"
    ]
    assert len(odd.certificates) == 1
    assert gallery.service_principal is not None
    assert {certificate.usage for certificate in gallery.service_principal.certificates} == {
        "Sign",
        "Verify",
    }


@pytest.mark.parametrize("name", [*STORIES, "many:50"])
@pytest.mark.parametrize("now", [NOW, LEAP_DAY])
def test_every_story_works_on_any_day_and_is_repeatable(name: str, now: datetime) -> None:
    apps = tell(name, now)
    assert apps == tell(name, now)
    documents = [application(app) for app in apps]
    documents += [
        service_principal(app, app.service_principal) for app in apps if app.service_principal
    ]
    assert json.loads(json.dumps(documents)) == documents


def test_an_unknown_story_is_named_with_those_there_are() -> None:
    with pytest.raises(
        ValueError,
        match=r'There is no story "nonsense"\. Expected one of libapps, renewed, strange, empty',
    ):
        tell("nonsense", NOW)


def test_many_apps_differ_in_every_id_and_mix_all_shapes() -> None:
    apps = many(2000, 7, NOW)
    key_ids = [secret.key_id for app in apps for secret in app.secrets]
    assert len({app.client_id for app in apps}) == len({app.object_id for app in apps}) == 2000
    assert len(set(key_ids)) == len(key_ids)
    assert {min(len(app.secrets), 2) for app in apps} == {0, 1, 2}
    assert {app.disabled for app in apps} == {None, False, True}
    ends = [secret.ends or "" for app in apps for secret in app.secrets]
    assert {len(end.partition(".")[2]) for end in ends} == {0, 2, 4, 8}
    assert any(end < stamp(NOW) for end in ends)
    assert any(end.startswith("2299") for end in ends)
    assert apps != many(2000, 8, NOW)


@pytest.mark.parametrize(
    ("digits", "text"),
    [
        (0, "2026-11-22T14:00:01Z"),
        (1, "2026-11-22T14:00:01.2Z"),
        (3, "2026-11-22T14:00:01.234Z"),
        (7, "2026-11-22T14:00:01.2345670Z"),
    ],
)
def test_dates_are_written_with_as_many_digits_as_asked(digits: int, text: str) -> None:
    assert stamp(datetime(2026, 11, 22, 14, 0, 1, 234_567, tzinfo=UTC), digits) == text
