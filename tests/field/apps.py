"""Short ways to build what a tenant holds: app registrations and their credentials."""

from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

from local.stand_in.entra import Certificate, ClientSecret, Registration, ServicePrincipal
from local.stand_in.stories import LIBAPPS_CLIENT_ID

SOON, FAR = "2027-06-18T09:15:00Z", "2028-02-16T09:15:00Z"
CREATED = "2025-01-10T09:15:30.1234567Z"


def guid(name: str) -> str:
    """Return the same id for the same name."""
    return str(uuid5(NAMESPACE_URL, name))


def secret(name: str | None, ends: str | None = FAR, **more: str | None) -> ClientSecret:
    """Return a client secret; its key id follows from its name and its other values."""
    plain = ClientSecret(guid(f"{name} {more}"), name, "q7X", CREATED, ends)
    return replace(plain, **more)  # type: ignore[arg-type]  # fields of the value


def certificate(name: str, ends: str | None = FAR, **more: str | None) -> Certificate:
    """Return a certificate, as `secret` does."""
    return replace(Certificate(guid(f"{name} {more}"), name, CREATED, ends), **more)  # type: ignore[arg-type]  # fields of the value


def app(name: str, *credentials: ClientSecret | Certificate, **more: object) -> Registration:
    """Return an app registration with its service principal."""
    plain = Registration(
        guid(f"client {name}"),
        guid(f"object {name}"),
        name,
        secrets=tuple(each for each in credentials if isinstance(each, ClientSecret)),
        certificates=tuple(each for each in credentials if isinstance(each, Certificate)),
        service_principal=ServicePrincipal(guid(f"principal {name}")),
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # fields of the value


def libapps(*credentials: ClientSecret | Certificate, **more: object) -> Registration:
    """Return the watched app with these credentials."""
    return app("LibApps", *credentials, client_id=LIBAPPS_CLIENT_ID, **more)


LIBCAL, LIBCAL_FAR = secret("LibCal 2025", SOON), secret("LibCal 2027")
LIBSTAFFER = secret("LibStaffer 2027")
EXPIRING = libapps(LIBCAL, LIBSTAFFER)
"""LibCal expires on 18 June 2027."""
HEALTHY = libapps(LIBCAL_FAR, LIBSTAFFER)
