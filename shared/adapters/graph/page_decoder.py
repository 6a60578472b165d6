"""Decode a page of a list of all apps.

Only apps with a credential that the query selects become values; the others are counted.
The usual way is one typed pass over the bytes, and one look at each end. Only a page that cannot
be read so is decoded object by object, to name the one to blame and keep the others.
"""

import gc
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from shared.adapters.graph.credentials import credentials_of, without_copies
from shared.adapters.graph.decode import decode
from shared.adapters.graph.diagnosis import app_error
from shared.adapters.graph.renewable import is_renewable
from shared.adapters.graph.response import UNREADABLE, unreadable_error
from shared.adapters.graph.shapes import ID, Key, ListedPrincipal, ListedRecord
from shared.adapters.graph.signing_certificate import signing_key_ids
from shared.core.inventory.exclusion import Exclusion
from shared.core.model.inventory import Holder, InventoryApp
from shared.ports.errors import DirectoryError
from shared.ports.inventory import ScanQuery
from shared.render.text.escape import clean


class _Applications(msgspec.Struct, gc=False):
    value: list[ListedRecord]
    next: str | None = msgspec.field(default=None, name="@odata.nextLink")


class _Principals(msgspec.Struct, gc=False):
    value: list[ListedPrincipal]
    next: str | None = msgspec.field(default=None, name="@odata.nextLink")


class DecodedPage(NamedTuple):
    """What a page holds; `apps` are those with a selected credential."""

    apps: list[InventoryApp]
    applications: int
    credentials: int
    failures: dict[str, DirectoryError]
    left_out: Counter[Exclusion]
    """Apps with credentials, by the rule that leaves them out."""
    next: str | None


class _Selected(NamedTuple):
    """The apps with a selected credential, and the number of all credentials."""

    apps: list[InventoryApp]
    credentials: int
    left_out: Counter[Exclusion]


class PageDecoder:
    """Decodes the pages of one list; made once for a scan."""

    def __init__(self, holder: Holder, query: ScanQuery) -> None:
        """Look for what `query` asks, in pages of applications or of service principals."""
        self._holder = holder
        self._query = query
        is_application = holder == Holder.APPLICATION
        self._shape: Any = ListedRecord if is_application else ListedPrincipal
        self._decoder: Any = msgspec.json.Decoder(_Applications if is_application else _Principals)

    def decode(self, body: bytes) -> DecodedPage:
        """Decode a page. Raises `DirectoryError` if the page itself cannot be read."""
        try:
            with _paused_collector():
                page = self._decoder.decode(body)
                apps, credentials, left_out = self._select(page.value)
                return DecodedPage(apps, len(page.value), credentials, {}, left_out, page.next)
        except (*UNREADABLE, DirectoryError):
            return self._decode_each(body)

    def _select(self, records: Sequence[ListedRecord]) -> _Selected:
        """Return the apps with a selected credential, and count the others.

        Written for speed: a tenant may have 100,000 apps.
        """
        since, until = self._query.since, self._query.until
        credentials = 0
        found: list[ListedRecord] = []
        left_out: Counter[Exclusion] = Counter()
        for record in records:
            passwords, keys = record.password_credentials, record.key_credentials
            if not passwords and not keys:
                continue
            credentials += len(passwords) + len(keys)
            rule = self._exclusion(record)
            if rule is not None:
                left_out[rule] += 1
                continue
            for password in passwords:
                end = password.end_date_time
                if end is not None and since <= end <= until:
                    found.append(record)
                    break
            else:
                if keys and _any_ends(keys, since, until):
                    found.append(record)
        apps = [self._app(record) for record in found if is_renewable(record)]
        return _Selected(apps, credentials, left_out)

    def _exclusion(self, record: ListedRecord) -> Exclusion | None:
        rules = self._query.exclusions
        if rules is None:
            return None
        return rules.of_app(self._holder, record.app_id, record.display_name or "", record.tags)

    def _app(self, record: ListedRecord) -> InventoryApp:
        """Return the app. Raises `DirectoryError` for an id that the ledger cannot store."""
        keys = without_copies(record.key_credentials)
        credentials = credentials_of(keys, record.password_credentials)
        for each in (record.app_id, record.id, *(one.key_id for one in credentials)):
            if not ID.fullmatch(each):
                app = clean(record.app_id, 50)
                raise app_error([f"the app {app} has the id {clean(each, 50)}, which is not an id"])
        return InventoryApp(
            self._holder,
            record.app_id,
            record.id,
            record.display_name or "",
            credentials,
            tuple(record.tags),
            signing_key_ids(record),
        )

    def _decode_each(self, body: bytes) -> DecodedPage:
        try:
            # json reads half of a surrogate pair too: one name must not cost a whole page.
            page = json.loads(body)
            values, link = list(page["value"]), page.get("@odata.nextLink")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise unreadable_error(body, error) from error
        if not (link is None or isinstance(link, str)):
            raise unreadable_error(body, TypeError("expected a URL in @odata.nextLink"))
        apps: list[InventoryApp] = []
        failures: dict[str, DirectoryError] = {}
        credentials = 0
        left_out: Counter[Exclusion] = Counter()
        for index, value in enumerate(values, start=1):
            try:
                one = self._decode_one(value)
            except DirectoryError as error:
                failures[_client_id(value, index)] = error
            else:
                apps += one.apps
                credentials += one.credentials
                left_out.update(one.left_out)
        return DecodedPage(apps, len(values), credentials, failures, left_out, link)

    def _decode_one(self, value: object) -> _Selected:
        body = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        return self._select([decode(body, self._shape)])


@contextmanager
def _paused_collector() -> Iterator[None]:
    """Pause the garbage collector for a page: it would take a tenth of the time."""
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


def _client_id(value: object, index: int) -> str:
    client_id = value.get("appId") if isinstance(value, dict) else None
    return (clean(client_id, 50) if isinstance(client_id, str) else "") or f"#{index} of its page"
