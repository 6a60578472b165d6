"""What opening a new secret on the page needs: the role *Installer*, and the time of the sign-in.

Only where new secrets are handed over (`LAPSEWATCH_HAND_OVER`). Other roles and claims of the
registration stay, and these stay if it is switched off again: alone they allow nothing.
"""

from __future__ import annotations

from uuid import uuid4

from deployment import people
from deployment.registration import OWNER
from deployment.report import NotYet, Remedy, Report, az_rest
from deployment.rest import NEW, Json, Rest

INSTALLER = "Installer"
"""A copy of the app's name for the role, which it looks for in `roles` of an ID token."""
ROLE_ID = "6e0f8b1d-3c54-4f0a-8a57-2f9d1be47c60"
CLAIM = "auth_time"
ROLE_STEP, CLAIM_STEP = "role Installer", "claim auth_time"
NO_ROLE: Json = {
    "allowedMemberTypes": ["User"],
    "description": "May open new secrets that were handed over, on the status page of Lapsewatch.",
    "displayName": INSTALLER,
    "id": ROLE_ID,
    "isEnabled": True,
    "value": INSTALLER,
}


def with_role(app: Json) -> Json | None:
    """Return the change that adds the role or enables it for people; `None` if it is there."""
    roles = list(app.get("appRoles") or [])
    place = next((i for i, role in enumerate(roles) if role.get("value") == INSTALLER), None)
    if place is None:
        taken = any(role.get("id") == ROLE_ID for role in roles)
        return {"appRoles": [*roles, {**NO_ROLE, "id": str(uuid4()) if taken else ROLE_ID}]}
    there = roles[place]
    members = there.get("allowedMemberTypes") or []
    if there.get("isEnabled") is True and "User" in members:
        return None
    users = members if "User" in members else [*members, "User"]
    roles[place] = {**there, "isEnabled": True, "allowedMemberTypes": users}
    return {"appRoles": roles}


def with_claim(app: Json) -> Json | None:
    """Return the change that adds the claim to ID tokens; `None` if it is there."""
    claims = app.get("optionalClaims") or {}
    of_id_token = list(claims.get("idToken") or [])
    if any(claim.get("name") == CLAIM for claim in of_id_token):
        return None
    added: Json = {"name": CLAIM, "source": None, "essential": False, "additionalProperties": []}
    kept = {name: claims.get(name) or [] for name in ("accessToken", "saml2Token")}
    return {"optionalClaims": {**kept, "idToken": [*of_id_token, added]}}


def role_id(app: Json) -> str:
    """Return the id of the registration's role; the one that a hook gives if it has none."""
    roles = app.get("appRoles") or []
    return next((str(one["id"]) for one in roles if one.get("value") == INSTALLER), ROLE_ID)


def add_steps(
    graph: Rest, report: Report, root: str, client_id: str, found: tuple[Json | None, Json | None]
) -> None:
    """Add the role and the claim, a row for each, and one about who has the role.

    `found` has the registration and its enterprise application, as far as they could be read.
    """
    app, principal = found
    for what, change_of, note in (
        (ROLE_STEP, with_role, "added to the registration"),
        (CLAIM_STEP, with_claim, "added to its ID tokens"),
    ):
        change = change_of(app) if app is not None else None
        report.run_step(
            what,
            lambda change=change, note=note: _change(graph, app, change, note),  # type: ignore[misc]  # mypy has no type for a lambda with defaults
            _remedy(root, client_id, change),
        )
    role = role_id(app or {})
    report.run_step(
        "who may open secrets",
        lambda: _who(graph, principal, role),
        assignment_remedy(root, client_id, role),
    )


def _change(graph: Rest, app: Json | None, change: Json | None, note: str) -> str:
    if app is None:
        raise NotYet("needs the registration first")
    if change is None:
        return "exists"
    graph.send("PATCH", f"/applications/{app['id']}", change, settling=NEW)
    app.update(change)
    return note


def _remedy(root: str, client_id: str, change: Json | None) -> Remedy:
    """Return the command. It names all roles or claims, so there is none before they are known."""
    if change is None:
        return Remedy("once the registration can be read, run", ("azd up",))
    url = f"{root}/applications(appId='{client_id}')"
    return Remedy(OWNER, (az_rest("PATCH", url, change),))


def _who(graph: Rest, principal: Json | None, role: str) -> str:
    """Return how many have the role; a person decides who, not the hook."""
    if principal is None:
        raise NotYet("needs the enterprise application first")
    path = f"/servicePrincipals/{principal['id']}/appRoleAssignedTo"
    having = sum(one.get("appRoleId") == role for one in graph.list(path, settling=NEW))
    if having:
        return f"{having} assigned to the role {INSTALLER}"
    raise NotYet(
        "nobody; in Entra, Enterprise applications, this sign-in, Users and groups, "
        f"give the role {INSTALLER} to who installs new secrets"
    )


def assignment_remedy(root: str, client_id: str, role: str) -> Remedy:
    """Return how an administrator gives the role to one person."""
    url = f"{root}/servicePrincipals(appId='{client_id}')/appRoleAssignedTo"
    command = az_rest("POST", url, people.assignment("@PERSON@", "@APP@", role))
    lookups = {
        "@PERSON@": "az ad user show --id dana@example.org --query id --output tsv",
        "@APP@": f"az ad sp show --id {client_id} --query id --output tsv",
    }
    for mark, lookup in lookups.items():
        command = command.replace(mark, f"'\"$({lookup})\"'")
    return Remedy(people.ADMINISTRATOR, (command,))
