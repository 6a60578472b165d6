"""Which apps of a list somebody in this tenant renews."""

from shared.adapters.graph.shapes import ListedPrincipal, ListedRecord

MICROSOFT = frozenset(
    {"f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"}
)
"""The tenants that own Microsoft's own apps.

Microsoft: "Verify first-party Microsoft applications in sign-in reports".
"""


def is_renewable(record: ListedRecord) -> bool:
    """Return whether an app can be signed in to, and is not renewed by Microsoft alone."""
    if record.is_disabled or record.disabled_by_microsoft_status not in (None, "", "NotDisabled"):
        return False
    if not isinstance(record, ListedPrincipal):
        return True
    return (
        record.account_enabled is not False
        and record.service_principal_type != "ManagedIdentity"
        and (record.app_owner_organization_id or "").casefold() not in MICROSOFT
    )
