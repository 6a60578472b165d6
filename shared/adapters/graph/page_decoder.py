"""A page of a tenant, from bytes: only apps with a credential in question become values, the others are counted.

The usual way is one typed pass over the bytes and one look at each end. Only a page that this cannot read is taken
apart, object by object, to name the one that is to blame and keep the others.
"""

import base64
import gc
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from shared.adapters.graph.decode import credentials_of, decoded, unusable
from shared.adapters.graph.response import UNREADABLE, unreadable
from shared.adapters.graph.shapes import ID, Key, ListedPrincipal, ListedRecord
from shared.core.model.inventory import Holder, InventoryApp
from shared.ports.errors import DirectoryError
from shared.ports.inventory import ScanQuery
from shared.render.text.escape import plain

APPLICATION = [
    "id",
    "appId",
    "displayName",
    "isDisabled",
    "disabledByMicrosoftStatus",
    "passwordCredentials",
    "keyCredentials",
]
PRINCIPAL = [
    *(*APPLICATION, "accountEnabled", "servicePrincipalType", "appOwnerOrganizationId"),
    "preferredTokenSigningKeyThumbprint",
]
MICROSOFT = frozenset(
    {"f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"}
)
"""The tenants that own Microsoft's own apps (Microsoft: "Verify first-party Microsoft applications in sign-in reports")."""


class Applications(msgspec.Struct, gc=False):
    """A page of applications."""

    value: list[ListedRecord]
    next: str | None = msgspec.field(default=None, name="@odata.nextLink")


class Principals(msgspec.Struct, gc=False):
    """A page of service principals."""

    value: list[ListedPrincipal]
    next: str | None = msgspec.field(default=None, name="@odata.nextLink")


class Decoded(NamedTuple):
    """What a page holds."""

    apps: list[InventoryApp]
    applications: int
    credentials: int
    failures: dict[str, DirectoryError]
    next: str | None


class PageDecoder:
    """Decodes the pages of one list; made once a scan."""

    def __init__(self, holder: Holder, query: ScanQuery) -> None:
        """Look for what `query` asks, in pages of applications or of service principals."""
        self._holder = holder
        self._query = query
        self._shape: Any = ListedRecord if holder == Holder.APPLICATION else ListedPrincipal
        self._decoder: Any = msgspec.json.Decoder(
            Applications if holder == Holder.APPLICATION else Principals
        )

    def decoded(self, body: bytes) -> Decoded:
        """Decode a page. Raises `DirectoryError` if the page itself cannot be read."""
        try:
            with _uncollected():
                page = self._decoder.decode(body)
                apps, applications, credentials = self._matter(page.value)
                return Decoded(apps, applications, credentials, {}, page.next)
        except (*UNREADABLE, OverflowError, DirectoryError):
            return self._taken_apart(body)

    def _matter(self, records: Sequence[ListedRecord]) -> tuple[list[InventoryApp], int, int]:
        """Give the apps with an end in question, and count all. This is done 100,000 times: it is as plain as it can be."""
        since, until = self._query.since, self._query.until
        credentials = 0
        found: list[ListedRecord] = []
        for record in records:
            passwords, keys = record.password_credentials, record.key_credentials
            credentials += len(passwords) + len(keys)
            for password in passwords:
                ends = password.end_date_time
                if ends is not None and since <= ends <= until:
                    found.append(record)
                    break
            else:
                if keys and _any_ends(keys, since, until):
                    found.append(record)
        return (
            [self._app(record) for record in found if not _left_out(record)],
            len(records),
            credentials,
        )

    def _app(self, record: ListedRecord) -> InventoryApp:
        """Make the app's value. Raises `DirectoryError` for an id under which no ledger can keep anything."""
        credentials = credentials_of(record.key_credentials, record.password_credentials)
        if odd := next(
            (
                each
                for each in (record.app_id, record.id, *(c.key_id for c in credentials))
                if not ID.fullmatch(each)
            ),
            None,
        ):
            raise unusable(
                [
                    f"the app {plain(record.app_id, 50)} has the id {plain(odd, 50)}, which is not one"
                ]
            )
        return InventoryApp(
            self._holder,
            record.app_id,
            record.id,
            record.display_name or "",
            credentials,
            tuple(record.tags),
            _signing(record) if isinstance(record, ListedPrincipal) else frozenset(),
        )

    def _taken_apart(self, body: bytes) -> Decoded:
        try:
            page = json.loads(
                body
            )  # which reads half of a surrogate pair, too, so that one name cannot blind us to a page
            values, link = list(page["value"]), page.get("@odata.nextLink")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise unreadable(body, error) from error
        if not (link is None or isinstance(link, str)):
            raise unreadable(body, TypeError("expected an address in @odata.nextLink"))
        apps: list[InventoryApp] = []
        failures: dict[str, DirectoryError] = {}
        credentials = 0
        for index, value in enumerate(values, start=1):
            try:
                found, _, count = self._matter(
                    [
                        decoded(
                            json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"),
                            self._shape,
                        )
                    ]
                )
            except OverflowError:
                failures[_client_id(value, index)] = unusable(
                    [f"a date of the app {_client_id(value, index)} is before the year 1"]
                )
            except DirectoryError as error:
                failures[_client_id(value, index)] = error
            else:
                apps += found
                credentials += count
        return Decoded(apps, len(values), credentials, failures, link)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Pause the garbage collector for the milliseconds that a page takes: it would look through values just made, a tenth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _any_ends(keys: Sequence[Key], since: datetime, until: datetime) -> bool:
    return any(
        key.end_date_time is not None and since <= key.end_date_time <= until for key in keys
    )


def _left_out(record: ListedRecord) -> bool:
    """Say whether nobody can sign in as it, or nobody but Microsoft renews it, so that its ends are nobody's business."""
    if record.is_disabled or record.disabled_by_microsoft_status not in (None, "", "NotDisabled"):
        return True
    if not isinstance(record, ListedPrincipal):
        return False
    own = (record.app_owner_organization_id or "").casefold() not in MICROSOFT
    return (
        record.account_enabled is False
        or record.service_principal_type == "ManagedIdentity"
        or not own
    )


def _signing(record: ListedPrincipal) -> frozenset[str]:
    """Give the key ids of the certificate that the principal signs tokens with, which it names by its thumbprint."""
    wanted = (record.preferred_token_signing_key_thumbprint or "").upper()
    if not wanted:
        return frozenset()
    return frozenset(
        key.key_id.lower() for key in record.key_credentials if _thumbprint(key) == wanted
    )


def _thumbprint(key: Key) -> str:
    """Give the SHA-1 in hex; SAML principals keep it in Base64 of its bytes, apps in hex."""
    identifier = key.custom_key_identifier or ""
    try:
        raw = base64.b64decode(identifier, validate=True)
    except ValueError:
        return identifier.upper()
    return raw.hex().upper() if len(raw) == 20 else identifier.upper()  # noqa: PLR2004  (the length of a SHA-1)


def _client_id(value: object, index: int) -> str:
    client_id = value.get("appId") if isinstance(value, dict) else None
    return (plain(client_id, 50) if isinstance(client_id, str) else "") or f"#{index} of its page"
