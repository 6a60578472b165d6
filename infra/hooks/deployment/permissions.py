"""Grant the Graph permissions that the settings need; report, but never revoke, others.

Mail.Send is never granted: in Entra it would allow every mailbox. Exchange limits it to one; see
`exchange`.
"""

from __future__ import annotations

import re
from pathlib import Path

from deployment.azd import ROOT, Azd
from deployment.people import assignment
from deployment.report import NOT_DONE, TOO_MUCH, Remedy, Report, az_rest
from deployment.rest import NEW, Json, Refused, Rest

ROLES = {
    "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    "AuditLog.Read.All": "b0afded3-3588-46d8-8b3d-9842eff778da",
    "User.ReadBasic.All": "97235f07-e226-4f63-ace3-39588e11d3a1",
}
MAIL_SEND = "b633e1c5-b582-4048-a93e-9f11b44c7e96"
ADMINISTRATOR = "a Privileged Role Administrator runs"
WHY = {
    "AuditLog.Read.All": "sign-ins are off (LAPSEWATCH_SIGN_INS)",
    "User.ReadBasic.All": "owners are off ([tenant] in the watchlist)",
    "Mail.Send": "it allows every mailbox of the tenant; Exchange can allow one",
}


def wanted(azd: Azd, report: Report) -> set[str]:
    """Return the names of the permissions that the settings and the watchlist need."""
    names = {"Application.Read.All"}
    if azd.get("LAPSEWATCH_SIGN_INS", "off") == "on":
        names.add("AuditLog.Read.All")
    try:
        if _tells_owners(ROOT / azd.get("LAPSEWATCH_WATCHLIST", "watchlist.toml")):
            names.add("User.ReadBasic.All")
    except (OSError, ValueError) as error:
        note = f"the watchlist cannot be read, so it is unknown whether owners are on: {error}"
        report.add("Graph: User.ReadBasic.All", NOT_DONE, note)
    return names


def _tells_owners(place: Path) -> bool:
    """Return whether a watchlist of our own tenant has `owners = true` under `[tenant]`.

    `place` is a watchlist or a folder of them. Another tenant grants this permission itself, to
    the registration that reads it. Raises `OSError`, `ValueError`.
    """
    texts = [
        path.read_text(encoding="utf-8-sig")
        for path in (sorted(place.glob("*.toml")) if place.is_dir() else [place])
    ]
    return any(_has_owners(text) for text in texts)


def _has_owners(text: str) -> bool:
    try:
        import tomllib  # noqa: PLC0415  (Python 3.10 has none)
    except ImportError:
        # No other table has this key, so a search of the lines is enough.
        return re.search(r"\bowners\s*=\s*true\b", re.sub(r"#.*", "", text)) is not None
    tenant = tomllib.loads(text).get("tenant")
    return isinstance(tenant, dict) and tenant.get("owners") is True and not tenant.get("id")


def grant_remedy(root: str, principal: str, resource: str, role: str) -> Remedy:
    """Return how an administrator grants a permission.

    `resource` is the object id of Graph's own service principal.
    """
    url = f"{root}/v1.0/servicePrincipals/{resource}/appRoleAssignedTo"
    return Remedy(ADMINISTRATOR, (az_rest("POST", url, assignment(principal, resource, role)),))


def grant(
    graph: Rest, report: Report, root: str, identity: str, resource: Json, names: set[str]
) -> None:
    """Grant each permission of `names` to the identity, and report unnecessary ones."""
    try:
        held = graph.list(f"/servicePrincipals/{identity}/appRoleAssignments", settling=NEW)
    except Refused as refused:
        held = []
        report.add("Graph: permissions", NOT_DONE, f"cannot be read: {refused}")
    ours = {one["appRoleId"]: one for one in held if one["resourceId"] == resource["id"]}
    for name, role in ROLES.items():
        if name in names:
            remedy = grant_remedy(root, identity, resource["id"], role)
            report.run_step(
                f"Graph: {name}",
                lambda role=role: _grant(graph, identity, resource, role, ours),  # type: ignore[misc]  # mypy has no type for a lambda with defaults
                remedy,
            )
    for name, role in {**ROLES, "Mail.Send": MAIL_SEND}.items():
        if name not in names and role in ours:
            url = f"{root}/v1.0/servicePrincipals/{identity}/appRoleAssignments/{ours[role]['id']}"
            report.add(
                f"Graph: {name}",
                TOO_MUCH,
                f"granted, but {WHY[name]}",
                Remedy(ADMINISTRATOR, (az_rest("DELETE", url),)),
            )


def _grant(graph: Rest, identity: str, resource: Json, role: str, held: dict[str, Json]) -> str:
    if role in held:
        return "already granted"
    try:
        path = f"/servicePrincipals/{resource['id']}/appRoleAssignedTo"
        graph.send("POST", path, assignment(identity, resource["id"], role), settling=NEW)
    except Refused as refused:
        if not refused.exists:
            raise
    return "granted"
