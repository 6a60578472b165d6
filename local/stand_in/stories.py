"""The initial content of the stand-in tenant: each story is a pure function of `now`.

Days are counted in the time zone of `watchlist.toml`. Client ids, key ids and hints are invented.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from types import MappingProxyType
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from local.stand_in.entra import (
    Certificate,
    ClientSecret,
    Registration,
    ServicePrincipal,
    shift_years,
    stamp,
    thumbprint,
    utf16_identifier,
)

LIBAPPS_CLIENT_ID = "6f1c2f5e-8a04-4d0b-9d5e-0c7a5a2b13d6"
ZONE = ZoneInfo("America/Chicago")
REDIRECT_URI = "https://nashvillepl.libcal.com/admin/oauth/azure/callback"
_NAMES = UUID("2f1c7a54-90be-4c0e-8a3e-6d5b1f0e7c11")


def _id(of: str) -> str:
    """Return a GUID that is the same on every run, so that the ledger survives a restart."""
    return str(uuid5(_NAMES, of))


def _day(now: datetime, days: int, at: time) -> datetime:
    """Return a time of day in UTC, on the date in `ZONE` that is `days` after today."""
    return datetime.combine(now.astimezone(ZONE).date() + timedelta(days=days), at, tzinfo=UTC)


def _secret(
    name: str | None,
    hint: str | None,
    ends: datetime,
    *,
    digits: int,
    years: int = 2,
    key: str = "",
) -> ClientSecret:
    return ClientSecret(
        _id(key or name or ""),
        name,
        hint,
        stamp(shift_years(ends, -years), digits),
        stamp(ends, digits),
    )


def empty(_now: datetime) -> list[Registration]:
    """Return no app."""
    return []


def libapps(now: datetime) -> list[Registration]:
    """Return one app: LibCal's secret expires in 6 days, LibStaffer's in 20 (21 in UTC)."""
    libcal = _secret("LibCal 2024", "q7X", _day(now, 6, time(9, 15)), digits=7)
    libstaffer = _secret("LibStaffer 2024", "Zk2", _day(now, 21, time(2, 0)), digits=3)
    return [
        Registration(
            client_id=LIBAPPS_CLIENT_ID,
            object_id=_id("LibApps application"),
            name="LibApps Outlook sync",
            secrets=(libstaffer, libcal),
            redirect_uris=(REDIRECT_URI,),
            service_principal=ServicePrincipal(_id("LibApps service principal")),
        )
    ]


def renewed(now: datetime) -> list[Registration]:
    """Return the same app with both new secrets, created yesterday and not installed yet."""
    (app,) = libapps(now)
    created = _day(now, -1, time(15, 42, 7))
    successors = tuple(
        ClientSecret(_id(name), name, hint, stamp(at, digits), stamp(shift_years(at, 2), digits))
        for name, hint, at, digits in (
            ("LibStaffer 2026", "mP_", created + timedelta(minutes=2), 0),
            ("LibCal 2026", "8~w", created, 3),
        )
    )
    return [replace(app, secrets=(*successors, *app.secrets))]


def strange(now: datetime) -> list[Registration]:
    """Return rare but valid values: hostile or missing names, no expiry, other kinds of app."""
    (app,) = libapps(now)
    soon, later = _day(now, 5, time(23, 0)), _day(now, 40, time(12, 30, 15))
    hostile = (
        ("<img src=x onerror=alert(1)> & \"LibCal\" 'new'", "<b>", soon, 0),
        ("**LibStaffer** [renew here](https://phish.example/a) `code` _2026_", "](h", soon, 1),
        ("\u202e6202 laCbiL\u202c\u2066\u200b\x07\x1b[31m\r\nSubject: hello", "\u202ea", later, 3),
        ('=HYPERLINK("https://phish.example","LibCal")', "=1+", later, 7),
        ("<at>everyone</at> {{title}} ${env} %s \\ | ; \U0001f511 e\u0301", "%s ", later, 0),
        ("", None, later, 3),
        ("n" * 120, "nnn", later, 0),
    )
    unclaimed = (
        *(
            _secret(name, hint, ends, digits=digits, key=f"hostile {place}")
            for place, (name, hint, ends, digits) in enumerate(hostile)
        ),
        ClientSecret(
            _id("nameless 2299"),
            None,
            None,
            "2018-05-08T14:44:30.8242222Z",
            "2299-12-31T00:00:00Z",
            utf16_identifier("old_portal_key"),
        ),
        ClientSecret(
            _id("never 9999"),
            None,
            "ddd",
            "2018-06-19T09:15:41.1631286Z",
            "9999-12-31T23:59:59.9999999Z",
        ),
        ClientSecret(_id("end of null"), "no end at all", "e0e", "2021-03-05T17:15:46.052Z", None),
        ClientSecret(_id("all null"), None, None, None, None),
    )
    certificate = Certificate(
        _id("certificate"),
        "CN=libapps",
        stamp(shift_years(soon, -1)),
        stamp(soon),
        thumbprint("certificate"),
    )
    secrets = tuple(
        sorted((*app.secrets, *unclaimed), key=lambda secret: secret.starts or "", reverse=True)
    )
    odd = replace(
        app,
        name='LibApps <b>Outlook</b> & "sync" *2026*',
        secrets=secrets,
        certificates=(certificate,),
    )
    return [
        odd,
        _gallery_app(soon),
        _sharepoint_app(),
        Registration(_id("unnamed client"), _id("unnamed"), None, created=None),
    ]


def _gallery_app(ends: datetime) -> Registration:
    """Return an app with single sign-on: one certificate, in three entries of its principal."""
    identifier = b64encode(bytes.fromhex(thumbprint("saml"))).decode("ascii")
    starts, until = stamp(shift_years(ends, -3)), stamp(ends)
    name = "CN=Microsoft Azure Federated SSO Certificate"
    certificates = tuple(
        Certificate(_id(f"saml {usage}"), name, starts, until, identifier, usage, kind)
        for usage, kind in (("Verify", "AsymmetricX509Cert"), ("Sign", "X509CertAndPassword"))
    )
    password = ClientSecret(_id("saml Sign"), name, None, starts, until, identifier)
    principal = ServicePrincipal(
        _id("gallery principal"), secrets=(password,), certificates=certificates
    )
    return Registration(
        _id("gallery client"),
        _id("gallery"),
        "Catalogue sign-on (SAML)",
        service_principal=principal,
    )


def _sharepoint_app() -> Registration:
    secret = ClientSecret(
        _id("sharepoint"),
        None,
        None,
        "2020-10-30T11:51:07.2141677Z",
        "2070-10-30T11:51:07.2141677Z",
        "AAECAwQFBgcICQoLDA0ODw==",
    )
    name = "SharePoint Online Client Extensibility Web Application Principal"
    return Registration(_id("sharepoint client"), _id("sharepoint app"), name, secrets=(secret,))


def many(n: int, seed: int, now: datetime) -> list[Registration]:
    """Return `n` apps of mixed shapes; the same `n`, `seed` and `now` return the same apps."""
    random = Random(seed)  # noqa: S311  (invented apps, nothing to guess)
    return [_any_app(random, number, now) for number in range(n)]


def _chance(random: Random, share: float) -> bool:
    return random.random() < share


def _guid(random: Random) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))


def _any_app(random: Random, number: int, now: datetime) -> Registration:
    made = random.choices(
        (_no_secret, _one_secret, _several_secrets, _old_portal_secret, _app_service_secret),
        weights=(30, 40, 18, 7, 5),
    )[0](random, now)
    certificates = (_any_certificate(random, now),) if _chance(random, 0.15) else ()
    principal = ServicePrincipal(_guid(random), enabled=_chance(random, 0.97))
    return Registration(
        client_id=_guid(random),
        object_id=_guid(random),
        name=f"app {number:06d}",
        created=stamp(now - timedelta(days=random.randrange(3000)), 0),
        secrets=tuple(sorted(made, key=lambda secret: secret.starts or "", reverse=True)),
        certificates=certificates,
        disabled=random.choices((None, False, True), weights=(90, 7, 3))[0],
        odata_type="#microsoft.graph.agentIdentityBlueprint" if _chance(random, 0.02) else None,
        service_principal=principal if _chance(random, 0.9) else None,
    )


def _any_end(random: Random, now: datetime) -> datetime:
    """Return an instant from two years ago to two years ahead, to the microsecond."""
    return now + timedelta(
        days=random.randint(-730, 730),
        seconds=random.randrange(86_400),
        microseconds=random.randrange(10**6),
    )


def _any_secret(random: Random, now: datetime) -> ClientSecret:
    ends, digits = _any_end(random, now), random.choice((0, 1, 3, 3, 7))
    name = random.choice(("secret", "rotation 2025", "key 1", "Prod \u2013 caf\u00e9", None))
    hint = random.choice(("aaa", "b1_", "c~.", "-Q8", None))
    return ClientSecret(
        _guid(random),
        name,
        hint,
        stamp(shift_years(ends, -random.choice((1, 2))), digits),
        stamp(ends, digits),
    )


def _no_secret(_random: Random, _now: datetime) -> list[ClientSecret]:
    return []


def _one_secret(random: Random, now: datetime) -> list[ClientSecret]:
    return [_any_secret(random, now)]


def _several_secrets(random: Random, now: datetime) -> list[ClientSecret]:
    return [_any_secret(random, now) for _ in range(random.randint(2, 4))]


def _old_portal_secret(random: Random, _now: datetime) -> list[ClientSecret]:
    ends = random.choice(
        ("2299-12-31T00:00:00Z", "2099-12-31T12:00:00Z", "9999-12-31T23:59:59.9999999Z")
    )
    return [
        ClientSecret(
            _guid(random),
            None,
            None,
            "2018-05-08T14:44:30.8242222Z",
            ends,
            utf16_identifier("old_portal_key"),
        )
    ]


def _app_service_secret(random: Random, now: datetime) -> list[ClientSecret]:
    ends = _any_end(random, now) + timedelta(days=3000)
    return [
        ClientSecret(
            _guid(random),
            "Generated by App Service",
            "c~.",
            stamp(shift_years(ends, -10), 3),
            stamp(ends, 3),
        )
    ]


def _any_certificate(random: Random, now: datetime) -> Certificate:
    key_id, ends = _guid(random), _any_end(random, now)
    return Certificate(
        key_id, "CN=example.org", stamp(shift_years(ends, -1)), stamp(ends), thumbprint(key_id)
    )


STORIES: Mapping[str, Callable[[datetime], list[Registration]]] = MappingProxyType(
    {"libapps": libapps, "renewed": renewed, "strange": strange, "empty": empty}
)


def tell(name: str, now: datetime) -> list[Registration]:
    """Return the apps of the story `name`, or of `many:N`. Raise `ValueError` for any other."""
    kind, _, number = name.partition(":")
    if kind == "many" and number.isdecimal():
        return many(int(number), 0, now)
    if name not in STORIES:
        raise ValueError(
            f'There is no story "{name}". '
            f"Expected one of {', '.join(STORIES)}, or many:N for N apps of mixed shapes."
        )
    return STORIES[name](now)
