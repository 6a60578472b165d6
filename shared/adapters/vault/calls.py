"""The calls of the vault's client library, each with what has to be repeated.

A call waits for a name that is busy until an instant of `time.monotonic`.
"""

import time
from contextlib import suppress
from datetime import UTC

from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.keyvault.secrets import SecretClient

from shared.adapters.vault.errors import code_of
from shared.core.model.secret import Secret
from shared.ports.vault import VaultLabel
from shared.render.text.escape import clean

PAUSE_SECONDS = 0.25
CONTENT_TYPE = "text/plain"
MAX_TAG_CHARS = 256
_DELETED = "ObjectIsDeletedButRecoverable"
_BUSY = frozenset({"ObjectIsBeingDeleted", "ObjectIsBeingRecovered"})
_NO_PURGE = frozenset({400, 403, 405, 409})
"""How a vault refuses to purge: no right, or purge protection. The value is deleted then."""


def keep(label: VaultLabel, value: Secret, client: SecretClient, until: float) -> None:
    """Set a value; a name that was deleted is recovered first."""
    tags = {
        "service": label.service,
        "key_id": label.key_id,
        "by": clean(label.by, MAX_TAG_CHARS),
        "at": label.at.astimezone(UTC).isoformat(timespec="seconds"),
    }
    while True:
        try:
            client.set_secret(
                label.name,
                value.reveal(),
                content_type=CONTENT_TYPE,
                expires_on=label.until,
                tags=tags,
            )
        except ResourceExistsError as error:
            if time.monotonic() > until:
                raise
            if code_of(error) == _DELETED:
                _recover(client, label.name)
            time.sleep(PAUSE_SECONDS)
        else:
            return


def _recover(client: SecretClient, name: str) -> None:
    # the deletion may go on, or the name may just have been purged: setting it shows which
    with suppress(ResourceExistsError, ResourceNotFoundError):
        client.begin_recover_deleted_secret(name)  # its poller would read the value


def has(name: str, client: SecretClient, _until: float) -> bool:
    """Return whether there is an enabled version of a secret."""
    try:
        return any(each.enabled for each in client.list_properties_of_secret_versions(name))
    except ResourceNotFoundError:
        return False


def value(name: str, client: SecretClient, _until: float) -> Secret | None:
    """Return the newest value of a secret."""
    try:
        value = client.get_secret(name).value
    except ResourceNotFoundError:
        return None
    return None if value is None else Secret(value)


def delete(name: str, client: SecretClient, until: float) -> None:
    """Delete a name; a deletion that goes on already counts as ours."""
    began = True
    try:
        client.begin_delete_secret(name)
    except ResourceNotFoundError:
        began = False  # what an earlier call deleted may still have to be purged
    except ResourceExistsError as error:
        if code_of(error) not in _BUSY:
            raise
    while not _purged(client, name, began=began):
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(PAUSE_SECONDS)


def _purged(client: SecretClient, name: str, *, began: bool) -> bool:
    """Return whether nothing is left to purge, or the vault never purges."""
    try:
        client.purge_deleted_secret(name)
    except ResourceNotFoundError:
        return not began  # a deletion that has just begun is not listed yet
    except HttpResponseError as error:
        if code_of(error) in _BUSY:
            return False
        if error.status_code not in _NO_PURGE:
            raise
    return True
