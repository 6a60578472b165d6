"""The app registrations of the stand-in tenant, safe for threads."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from threading import RLock
from typing import Literal
from uuid import uuid4

from local.stand_in.entra import Certificate, ClientSecret, Registration, stamp, thumbprint

FRACTION_DIGITS = (0, 3, 7)

type DisabledBy = Literal["owner", "microsoft", "service_principal"]


class NotInTenant(LookupError):
    """The app or credential does not exist. The text names it."""


class Directory:
    """App registrations, safe for threads: a reader sees one before or after a change."""

    def __init__(self, registrations: Iterable[Registration] = ()) -> None:
        """Create it with `registrations`; their client ids must differ."""
        self._lock = RLock()
        self._apps: dict[str, Registration] = {}
        self._sorted: tuple[Registration, ...] | None = None
        self.replace(registrations)

    def replace(self, registrations: Iterable[Registration]) -> None:
        """Replace everything by `registrations`."""
        with self._lock:
            self._apps.clear()
            self._sorted = None
            for registration in registrations:
                self.add(registration)

    def add(self, registration: Registration) -> None:
        """Add an app. Raise `ValueError` if its client id exists."""
        with self._lock:
            if registration.client_id.lower() in self._apps:
                raise ValueError(
                    f"The client id {registration.client_id} is already in the tenant; "
                    "remove that app first."
                )
            self._put(registration)

    def remove(self, client_id: str) -> None:
        """Delete an app. Raise `NotInTenant`."""
        with self._lock:
            del self._apps[self.app(client_id).client_id.lower()]
            self._sorted = None

    def app(self, client_id: str) -> Registration:
        """Return the app with this client id. Raise `NotInTenant`."""
        try:
            return self._apps[client_id.lower()]
        except KeyError:
            raise NotInTenant(f"No app with client id {client_id} is in the tenant.") from None

    def by_object_id(self, object_id: str) -> Registration:
        """Return the app with this object id. Raise `NotInTenant`."""
        listing = self.listing()
        place = self.place_after(object_id, listing) - 1
        if place < 0 or listing[place].object_id != object_id:
            raise NotInTenant(f"No app with object id {object_id} is in the tenant.")
        return listing[place]

    def listing(self) -> tuple[Registration, ...]:
        """Return every app, sorted by object id: then pages stay stable when apps are added."""
        with self._lock:
            if self._sorted is None:
                self._sorted = tuple(sorted(self._apps.values(), key=lambda app: app.object_id))
            return self._sorted

    @staticmethod
    def place_after(object_id: str, listing: tuple[Registration, ...]) -> int:
        """Return the index in `listing` of the first app after `object_id`."""
        return bisect_left(listing, object_id + "\0", key=lambda app: app.object_id)

    def add_secret(
        self,
        client_id: str,
        *,
        name: str | None,
        hint: str | None,
        starts: datetime,
        ends: datetime | None,
    ) -> str:
        """Create a client secret, as its app's newest. Return its key id. Raise `NotInTenant`."""
        with self._lock:
            app, key_id = self.app(client_id), str(uuid4())
            digits = FRACTION_DIGITS[len(app.secrets) % len(FRACTION_DIGITS)]
            secret = ClientSecret(
                key_id, name, hint, _exactly(starts, digits), _exactly(ends, digits)
            )
            self._put(replace(app, secrets=(secret, *app.secrets)))
            return key_id

    def add_certificate(
        self, client_id: str, *, name: str | None, starts: datetime, ends: datetime | None
    ) -> str:
        """Add a certificate to an app. Return its key id. Raise `NotInTenant`."""
        with self._lock:
            app, key_id = self.app(client_id), str(uuid4())
            certificate = Certificate(
                key_id, name, _exactly(starts, 0), _exactly(ends, 0), thumbprint(key_id)
            )
            self._put(replace(app, certificates=(certificate, *app.certificates)))
            return key_id

    def remove_credential(self, key_id: str) -> None:
        """Delete a secret or certificate. Raise `NotInTenant`."""
        with self._lock:
            for app in self._apps.values():
                secrets = tuple(secret for secret in app.secrets if secret.key_id != key_id)
                certificates = tuple(
                    certificate for certificate in app.certificates if certificate.key_id != key_id
                )
                if (secrets, certificates) != (app.secrets, app.certificates):
                    self._put(replace(app, secrets=secrets, certificates=certificates))
                    return
            raise NotInTenant(f"No app in the tenant has a credential with key id {key_id}.")

    def disable(self, client_id: str, by: DisabledBy = "owner") -> None:
        """Disable an app in one of Entra's three ways.

        Raises:
            NotInTenant: the app does not exist, or has no service principal to disable.
        """
        with self._lock:
            app = self.app(client_id)
            if by == "owner":
                self._put(replace(app, disabled=True))
            elif by == "microsoft":
                self._put(
                    replace(app, disabled_by_microsoft="DisabledDueToViolationOfServicesAgreement")
                )
            elif app.service_principal is None:
                raise NotInTenant(
                    f"The app with client id {client_id} has no service principal to disable."
                )
            else:
                self._put(
                    replace(app, service_principal=replace(app.service_principal, enabled=False))
                )

    def remove_principal(self, client_id: str) -> None:
        """Delete the service principal of an app, and keep the app. Raise `NotInTenant`."""
        with self._lock:
            self._put(replace(self.app(client_id), service_principal=None))

    def enable(self, client_id: str) -> None:
        """Enable an app in every way. Raise `NotInTenant`."""
        with self._lock:
            app = self.app(client_id)
            principal = app.service_principal and replace(app.service_principal, enabled=True)
            self._put(
                replace(app, disabled=None, disabled_by_microsoft=None, service_principal=principal)
            )

    def _put(self, registration: Registration) -> None:
        self._apps[registration.client_id.lower()] = registration
        self._sorted = None


def _exactly(instant: datetime | None, digits: int) -> str | None:
    """Format `instant` with `digits`, or with all seven if fewer would change it."""
    if instant is None:
        return None
    return stamp(instant, 7 if instant.microsecond % 10 ** (6 - min(digits, 6)) else digits)
