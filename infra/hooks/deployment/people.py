"""Who may sign in to the status page: only assigned people.

If assignment is required, users cannot consent for themselves (Entra documentation, "restrict
your app to a set of users"), so consent is granted once for everybody.
"""

from __future__ import annotations

from urllib.parse import quote

from deployment.hook import AGAIN
from deployment.prompts import GUID
from deployment.registration import GRAPH_APP_ID, SCOPES
from deployment.report import NotYet, Remedy
from deployment.rest import NEW, Json, Refused, Rest

DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000"
ADMINISTRATOR = "a Cloud Application Administrator runs"


def principal_of(client_id: str) -> Json:
    """Return a new enterprise application, which requires assignment from its creation on."""
    return {
        "appId": client_id,
        "appRoleAssignmentRequired": True,
        "tags": ["WindowsAzureActiveDirectoryIntegratedApp", "lapsewatch"],
    }


def require_assignment(graph: Rest, client_id: str) -> tuple[Json, str]:
    """Create the enterprise application if needed, and require assignment.

    Return it with a note.
    """
    path = f"/servicePrincipals(appId='{client_id}')?$select=id,appId,appRoleAssignmentRequired"
    principal, note = graph.find(path), "exists"
    if principal is None:
        note = "created"
        try:
            principal = graph.send(
                "POST", "/servicePrincipals", principal_of(client_id), settling=NEW
            )
        except Refused as refused:
            if not refused.exists:
                raise
            principal = graph.send("GET", path, settling=NEW)
    if principal.get("appRoleAssignmentRequired") is not True:
        graph.send(
            "PATCH",
            f"/servicePrincipals/{principal['id']}",
            {"appRoleAssignmentRequired": True},
            settling=NEW,
        )
        note = "changed: assignment is required now"
    return principal, note


def decider(graph: Rest, named: str) -> Json:
    """Return the group or person that may decide, by object id, or a group by its exact name.

    Raises `NotYet` with a sentence.
    """
    remedy = Remedy(
        "run", ('azd env set LAPSEWATCH_DECIDERS "NAME OR OBJECT ID OF A GROUP"', AGAIN)
    )
    if GUID.fullmatch(named):
        found = graph.find(f"/directoryObjects/{named}")
        if found is None:
            raise NotYet(f"nothing in this tenant has the object id {named}", remedy)
        return found
    condition = quote(f"displayName eq '{named.replace(chr(39), chr(39) * 2)}'")
    groups = graph.list(f"/groups?$filter={condition}&$select=id,displayName")
    if len(groups) != 1:
        count = f"{len(groups)} groups are" if groups else "no group is"
        raise NotYet(f'{count} called "{named}"; use the object id of the right one', remedy)
    return groups[0]


def assign(graph: Rest, principal: Json, named: str) -> str:
    """Assign the group that may decide, beside anybody who is assigned; return a note."""
    path = f"/servicePrincipals/{principal['id']}/appRoleAssignedTo"
    assigned = graph.list(path, settling=NEW)
    if not named:
        if assigned:
            return f"{len(assigned)} assigned; LAPSEWATCH_DECIDERS is not set, so nobody was added"
        raise NotYet("LAPSEWATCH_DECIDERS is not set, and nobody is assigned: nobody can sign in")
    found = decider(graph, named)
    if any(one["principalId"] == found["id"] for one in assigned):
        return "already assigned"
    try:
        graph.send(
            "POST", path, assignment(found["id"], principal["id"], DEFAULT_ACCESS), settling=NEW
        )
    except Refused as refused:
        if not refused.exists:
            raise
    return f"assigned: {found.get('displayName') or found['id']}"


def assignment(principal: str, resource: str, role: str) -> Json:
    """Return an app role assignment."""
    return {"principalId": principal, "resourceId": resource, "appRoleId": role}


def consent(graph: Rest, principal: Json, resource: Json) -> str:
    """Consent to the three permissions of a sign-in for everybody; return a note.

    Other permissions that have consent keep it.
    """
    condition = quote(f"clientId eq '{principal['id']}' and consentType eq 'AllPrincipals'")
    grants = graph.list(f"/oauth2PermissionGrants?$filter={condition}")
    grant = next((one for one in grants if one["resourceId"] == resource["id"]), None)
    if grant is None:
        body = {
            "clientId": principal["id"],
            "consentType": "AllPrincipals",
            "resourceId": resource["id"],
            "scope": " ".join(SCOPES),
        }
        try:
            graph.send("POST", "/oauth2PermissionGrants", body, settling=NEW)
        except Refused as refused:
            if not refused.exists:
                raise
        return "granted for everybody who is assigned"
    given = str(grant.get("scope", "")).split()
    missing = [scope for scope in SCOPES if scope not in given]
    if not missing:
        return "already granted"
    graph.send(
        "PATCH",
        f"/oauth2PermissionGrants/{grant['id']}",
        {"scope": " ".join([*given, *missing])},
        settling=NEW,
    )
    return f"added: {', '.join(missing)}"


def consent_remedy(client_id: str) -> Remedy:
    """Return how an administrator consents."""
    scopes = " ".join(SCOPES)
    command = f'az ad app permission grant --id {client_id} --api {GRAPH_APP_ID} --scope "{scopes}"'
    return Remedy(ADMINISTRATOR, (command,))
