"""The claims of an ID token that decide who may open a value.

`roles` are app roles of the page's registration; `auth_time` is an optional claim:
https://learn.microsoft.com/entra/identity-platform/optional-claims-reference. What is malformed
counts as missing, so it opens nothing.
"""

from datetime import UTC, datetime, timedelta

SKEW = timedelta(minutes=5)
"""How far the issuer's clock may be ahead of ours."""


def roles(claim: object) -> frozenset[str]:
    """Return the roles; none unless the claim is a list of strings."""
    if not isinstance(claim, list) or not all(isinstance(role, str) for role in claim):
        return frozenset()
    return frozenset(claim)


def authenticated_at(claim: object, now: datetime) -> datetime | None:
    """Return when the person last signed in; `None` unless these are seconds of the past."""
    if type(claim) is not int or not 0 <= claim <= (now + SKEW).timestamp():
        return None
    return datetime.fromtimestamp(claim, UTC)
