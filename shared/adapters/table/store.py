"""One table of a storage account over HTTP: whatever the SDK raises leaves here as a `LedgerError`, with no key and no URL in it.

The table is made when the first write finds that it is missing; until then it reads as empty, so that a read is never
more than the one request that it needs. All rows lie in one partition, so that one transaction can cover any of them.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from azure.core import MatchConditions
from azure.core.credentials import AccessToken, TokenCredential
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    IncompleteReadError,
    ResourceExistsError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.data.tables import TableClient, TableEntity, TableTransactionError, UpdateMode

from shared.adapters.table.rows import Column, TableRow
from shared.adapters.timeout import CLIENT_OPTIONS, call_with_timeout
from shared.adapters.token_errors import why_no_token
from shared.config.urls import is_loopback, is_this_machine
from shared.ports.errors import LedgerConflict, LedgerError

MAX_PAGE_ROWS = 1_000
"""Rows in an answer, the most that a table gives; it may give fewer, and say that there are more."""
MAX_STEPS = 100
"""Rows in a transaction, the most that a table takes."""
MAX_BYTES = 3 * 1024 * 1024
"""JSON in a transaction: a table takes 4 MiB with the headers of every step."""

CALL_SECONDS = 30.0
"""What one request may take, with all its tries."""

# A call ends, where it was sent to, with 20 s for a part of an answer.
_PATIENCE: dict[str, Any] = {
    **CLIENT_OPTIONS,
    "read_timeout": 20,
    "timeout": CALL_SECONDS,  # no try begins later
    "permit_redirects": False,  # a token would go along
}
_CONFLICTS = (
    "EntityAlreadyExists",
    "UpdateConditionNotSatisfied",
    "ConditionNotMet",
    "ResourceNotFound",
    "EntityNotFound",
)
_TRY_LATER = (408, 409, 429)
_ADVICE = {
    "AuthorizationPermissionMismatch": "The identity needs the role Storage Table Data Contributor on the storage account; "
    "a new role can take some minutes to work.",
    "AuthorizationFailure": "Is the app allowed by the storage account's firewall, and may the identity use tables "
    "(role Storage Table Data Contributor)?",
    "AuthenticationFailed": "Is the key in LAPSEWATCH_TABLES the account's own, and is the clock of this computer right?",
    "InvalidAuthenticationInfo": "Does the identity belong to the tenant of the storage account?",
    "NoAuthenticationInformation": "Does LAPSEWATCH_TABLES name the account's table endpoint?",
    "KeyBasedAuthenticationNotPermitted": "The account takes no keys: set LAPSEWATCH_TABLES to its https endpoint, and let an "
    "identity sign in.",
    "ResourceNotFound": "Does LAPSEWATCH_TABLES name the account's table endpoint, and nothing after it?",
    "TableBeingDeleted": "Somebody deletes the table just now; it can be made again in a minute.",
    "AccountIsDisabled": "The storage account is disabled: look at it in the Azure portal.",
}


class Step(NamedTuple):
    """One row of a transaction: `create` it where there is none, `put` it over whatever is there, `replace` or `delete` it.

    With a `version`, the row must be as it was when that was read.
    """

    how: Literal["create", "put", "replace", "delete"]
    key: str
    columns: dict[str, Column]
    version: str = ""


class NoTokenError(ClientAuthenticationError):
    """The identity gave no token, whatever the reason: the SDK does not ask again, and nobody blames the table."""


class _Identity:
    """The credential, as one that fails in one way."""

    def __init__(self, credential: TokenCredential) -> None:
        self._credential = credential

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # noqa: ANN401  (as the SDK's protocol has it)
        try:
            return self._credential.get_token(*scopes, **options)
        except Exception as error:  # noqa: BLE001  (an identity fails with errors of its own, of the SDK and of its endpoint)
            raise NoTokenError(why_no_token(error)) from None


class TableStore:
    """Reads and writes the rows of one table, in one partition."""

    def __init__(
        self,
        where: str,
        *,
        table: str,
        partition: str,
        credential: TokenCredential | None,
        seconds: float = CALL_SECONDS,
    ) -> None:
        """Take an https endpoint, which wants a `credential`, or a connection string. Nothing is contacted yet.

        Each request is given up after `seconds`; a write that was given up may have been made.
        """
        self._partition = partition
        self._seconds = seconds
        self._client = _client(where, table, credential)
        self._host = urlsplit(self._client.url).hostname or ""

    def beside(self, partition: str) -> "TableStore":
        """Give another partition of the same table, over the same connections: closed with this one."""
        other = copy(self)
        other._partition = partition  # noqa: SLF001  (it is one of us)
        return other

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def row(self, key: str) -> TableRow | None:
        """Read one row, in one request; `None` if there is none."""

        def read() -> TableRow | None:
            try:
                return _row(self._client.get_entity(self._partition, key))
            except (
                ResourceNotFoundError
            ):  # of the row or the table, by its code; any other 404 is another error
                return None

        return self._asked(read)

    def rows(self, first: str, below: str, *, limit: int | None = None) -> list[TableRow]:
        """Read the rows from key `first` to just below `below`, in the order of their keys: all, or the first `limit` of them."""
        pages = self._client.query_entities(
            "PartitionKey eq @partition and RowKey ge @first and RowKey lt @below",
            parameters={"partition": self._partition, "first": first, "below": below},
            results_per_page=None if limit is None else min(limit, MAX_PAGE_ROWS),
        ).by_page()

        def read() -> list[TableRow] | None:
            try:
                return [_row(entity) for entity in next(pages)]
            except (StopIteration, ResourceNotFoundError):
                return None

        found: list[TableRow] = []
        while (limit is None or len(found) < limit) and (page := self._asked(read)) is not None:
            found += page
        return found[:limit]

    def write(self, steps: Sequence[Step]) -> list[str]:
        """Write all of it or nothing, in one request, and give each row's new version.

        Raises `LedgerConflict` if a row was not as a step demands.
        """
        if len({step.key for step in steps}) != len(steps) or len(steps) > MAX_STEPS:
            raise ValueError(f"a transaction is up to {MAX_STEPS} rows, each once")
        operations = [self._operation(step) for step in steps]

        def submit() -> list[str]:
            try:
                written = self._client.submit_transaction(operations)
            except HttpResponseError as error:
                if _code(error) != "TableNotFound":
                    raise
                self._make()
                written = self._client.submit_transaction(operations)
            return [str(row.get("etag") or "") for row in written]

        return self._asked(submit)

    def write_all(self, steps: Sequence[Step]) -> None:
        """Write any number of rows in their order, in as few transactions as can hold them; of two steps for one row, the later counts."""
        for batch in _batches(list({step.key: step for step in steps}.values())):
            self.write(batch)

    def drop(self, keys: Sequence[str], read: Mapping[str, str] | None = None) -> None:
        """Drop rows, in as few transactions as can hold them; one that does not exist is as good as dropped.

        Those of `read` have a version, and go only if nobody has written them since.
        """
        steps = [
            *(Step("delete", row, {}) for row in keys),
            *(Step("delete", row, {}, version) for row, version in (read or {}).items()),
        ]
        try:
            self.write_all(steps)
        except (
            LedgerConflict
        ):  # one of them is gone already, or was written anew, and a transaction with it cannot be
            for step in steps:
                with suppress(LedgerConflict):
                    self.write([step])

    def _make(self) -> None:
        with suppress(
            ResourceExistsError
        ):  # somebody else was faster; one that is being deleted is another error
            self._client.create_table()

    def _operation(self, step: Step) -> tuple[str, dict[str, Column], dict[str, Any]]:
        entity: dict[str, Column] = {
            "PartitionKey": self._partition,
            "RowKey": step.key,
            **step.columns,
        }
        how = {"create": "create", "put": "upsert", "replace": "update", "delete": "delete"}[
            step.how
        ]
        options: dict[str, Any] = (
            {"mode": UpdateMode.REPLACE} if how in ("upsert", "update") else {}
        )
        if step.version:
            options |= {"etag": step.version, "match_condition": MatchConditions.IfNotModified}
        return how, entity, options

    def _asked[T](self, call: Callable[[], T]) -> T:
        try:
            return call_with_timeout(self._seconds, call)
        except Exception as error:  # noqa: BLE001  (besides its own, the SDK lets slips of json, http.client and itself through)
            raise explain(
                error, self._host
            ) from None  # a chained error would print what the server said, or the URL with a SAS


def _client(where: str, table: str, credential: TokenCredential | None) -> TableClient:
    try:
        if credential is not None:
            client = TableClient(where, table, credential=_Identity(credential), **_PATIENCE)
        else:
            client = TableClient.from_connection_string(where, table, **_PATIENCE)
    except (ValueError, TypeError, AttributeError):  # their text may quote the key
        raise LedgerError(
            "LAPSEWATCH_TABLES is neither an https endpoint (https://ACCOUNT.table.core.windows.net), for which an identity signs in, "
            "nor a complete connection string (UseDevelopmentStorage=true for Azurite).",
            transient=False,
        ) from None
    address = urlsplit(client.url)
    if address.scheme != "https" and not is_loopback(address):
        client.close()
        raise LedgerError(
            f"LAPSEWATCH_TABLES points to {address.hostname} over {address.scheme}; only https is taken, except on this computer itself.",
            transient=False,
        )
    return client


def _batches(steps: Sequence[Step]) -> Iterator[list[Step]]:
    batch: list[Step] = []
    size = 0
    for step in steps:
        weight = (
            len(json.dumps(step.columns)) + 2_048
        )  # letters beyond ASCII count as escaped: the most that they can be
        if batch and (len(batch) == MAX_STEPS or size + weight > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(step)
        size += weight
    if batch:
        yield batch


def _row(entity: TableEntity) -> TableRow:
    columns = {
        name: value for name, value in entity.items() if name not in ("PartitionKey", "RowKey")
    }
    return TableRow(entity["RowKey"], columns, entity.metadata["etag"] or "")


def _code(error: HttpResponseError) -> str:
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code) or "")


def explain(error: Exception, host: str) -> LedgerError:
    """Turn whatever came out of the SDK into a sentence: which host, what happened, what to do."""
    what = f"The ledger at {host}"
    match error:
        case NoTokenError():
            return LedgerError(
                f"{what} could not be opened, because no token was given for it: {error.message}. "
                "In Azure, is the identity assigned to the app, and is AZURE_CLIENT_ID its client id? On a laptop, run: az login."
            )
        case HttpResponseError() if (error.status_code or 0) >= 400:  # noqa: PLR2004  (HTTP: 4xx and 5xx are failures)
            return _refused(error, what)
        case ServiceRequestTimeoutError() | ServiceResponseTimeoutError() | TimeoutError():
            return LedgerError(f"{what} did not answer in time. The next tick tries again.")
        case ServiceRequestError():
            hint = (
                "Is Azurite running?"
                if is_this_machine(host)
                else "Is LAPSEWATCH_TABLES right, and may the app reach that network?"
            )
            return LedgerError(f"{what} could not be reached ({_cause(error)}). {hint}")
        case ServiceResponseError() | IncompleteReadError():
            return LedgerError(f"{what} broke off its answer. The next tick tries again.")
    return LedgerError(
        f"{what} gave an answer that cannot be understood ({type(error).__name__}). Does LAPSEWATCH_TABLES name a table endpoint?"
    )


def _refused(error: HttpResponseError, what: str) -> LedgerError:
    code = _code(error)
    if isinstance(error, TableTransactionError) and code in _CONFLICTS:
        return LedgerConflict(
            f"{what} has changed since it was read. Nothing was written; look at the new state."
        )
    status = error.status_code or 0
    later = status >= 500 or status in _TRY_LATER  # noqa: PLR2004  (HTTP: 5xx is the server's failure)
    advice = _ADVICE.get(code) or (
        "The next tick tries again." if later else "Does LAPSEWATCH_TABLES name the right account?"
    )
    return LedgerError(
        f"{what} answered {status} {code or 'without a code'}. {advice}",
        transient=later,
        code=code or str(status),
    )


def _cause(error: ServiceRequestError) -> str:
    """Name the cause without quoting the text, which may hold the URL."""
    found = re.search(r"\[Errno -?\d+\] ([A-Za-z ]+)|(certificate verify failed)", str(error))
    return next(part.strip() for part in found.groups() if part) if found else "no connection"
