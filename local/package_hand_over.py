"""Hand a secret over on the page of a package that runs: paste its value, open it, confirm it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import requests

from local.stand_in.stories import LIBAPPS_CLIENT_ID
from local.stand_in.tenant import Tenant

VALUE = "canary-packaged~1.aB"
TIMEOUT_SECONDS = 60.0


class HandOverError(Exception):
    """A step failed. The text says which."""


def hand_over(root: str, tenant: Tenant) -> str:
    """Hand a new secret over and return the result. Raise `HandOverError`."""
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=730)
    key_id = tenant.add_secret(
        LIBAPPS_CLIENT_ID, name=f"LibCal {ends.year}", ends=ends, hint=VALUE[:3]
    )
    shown = {"service": "libcal", "key_id": key_id}
    _press(root, "hand-over", {"service": "libcal", "value": VALUE})
    if [*tenant.hand_over.secrets.values.values()] != [VALUE]:
        raise HandOverError("The vault does not have the value that was pasted.")
    if VALUE not in _press(root, "show-value", {**shown, "seen": "0"}):
        raise HandOverError("The page does not show the value.")
    _press(root, "confirm", {**shown, "hint": VALUE[:3], "ends": f"{ends:%Y-%m-%dT%H:%M:%SZ}"})
    if tenant.hand_over.secrets.values:
        raise HandOverError("The value was not deleted after the confirmation.")
    return "a value was pasted, opened and confirmed on the page, and is deleted"


def _press(root: str, action: str, form: Mapping[str, str]) -> str:
    """Send a form of the page and return the answer."""
    answer = requests.post(
        f"{root}/api/page/{action}",
        data=form,
        headers={"Origin": root},
        timeout=TIMEOUT_SECONDS,
        allow_redirects=False,
    )
    if not answer.ok:
        raise HandOverError(f"{action} answered {answer.status_code}.")
    return answer.text
