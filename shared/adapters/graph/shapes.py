"""Graph's objects, with the properties that we select.

A field without a default must be there: a missing end is not the same as an end of null.
"""

import re
from datetime import datetime
from typing import Annotated

import msgspec

type Instant = Annotated[datetime, msgspec.Meta(tz=True)]
type Text = Annotated[str, msgspec.Meta(min_length=1)]

ID = re.compile(r"[0-9A-Za-z-]{1,64}")
"""An id that can be a key of the ledger; every id seen so far is a GUID."""


class Password(msgspec.Struct, rename="camel", gc=False):
    """A `passwordCredential`: a client secret, never its value."""

    key_id: Text
    end_date_time: Instant | None
    start_date_time: Instant | None = None
    display_name: str | None = None
    hint: str | None = None
    custom_key_identifier: str | None = None


class Key(msgspec.Struct, rename="camel", gc=False):
    """A `keyCredential`, without the key."""

    key_id: Text
    end_date_time: Instant | None
    start_date_time: Instant | None = None
    display_name: str | None = None
    custom_key_identifier: str | None = None
    usage: str | None = None


class Uris(msgspec.Struct, rename="camel", gc=False):
    """Any of `web`, `spa` and `publicClient`."""

    redirect_uris: list[str] = []


class Record(msgspec.Struct, rename="camel", gc=False):
    """A watched `application`."""

    id: Text
    app_id: Text
    password_credentials: list[Password]
    key_credentials: list[Key]
    display_name: str | None = None
    is_disabled: bool | None = None
    disabled_by_microsoft_status: str | None = None
    web: Uris | None = None
    spa: Uris | None = None
    public_client: Uris | None = None


class Principal(msgspec.Struct, rename="camel", gc=False):
    """A `servicePrincipal`, when only its state is asked for."""

    account_enabled: bool | None = None
    is_disabled: bool | None = None
    disabled_by_microsoft_status: str | None = None


class KeyedPrincipal(Principal, rename="camel", gc=False, kw_only=True):
    """A `servicePrincipal`, when its credentials are asked for too."""

    id: Text
    password_credentials: list[Password]
    key_credentials: list[Key]


class ListedRecord(msgspec.Struct, rename="camel", gc=False):
    """An `application` in a list of all."""

    id: Text
    app_id: Text
    password_credentials: list[Password]
    key_credentials: list[Key]
    display_name: str | None = None
    is_disabled: bool | None = None
    disabled_by_microsoft_status: str | None = None
    tags: list[str] = []


class ListedPrincipal(ListedRecord, rename="camel", gc=False):
    """A `servicePrincipal` in a list of all."""

    account_enabled: bool | None = None
    service_principal_type: str | None = None
    app_owner_organization_id: str | None = None
    preferred_token_signing_key_thumbprint: str | None = None
