"""The app registration behind the status page's sign-in, one for each environment of azd.

It is found by its unique name, never by its display name, which others may change or use too.
What others have added to it stays. It has no secret: the app's managed identity is its federated
credential.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from deployment.azd import Azd
from deployment.cloud import Cloud
from deployment.report import NotYet, Remedy, az_rest
from deployment.rest import NEW, Json, Refused, Rest

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
SCOPES = {
    "openid": "37f7f235-527c-4136-accd-4a02d197296e",
    "profile": "14dad69e-099b-42c9-810b-d002981feec1",
    "email": "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0",
}
"""What Easy Auth requests, with the ids of these delegated permissions in every tenant."""
CLIENT_ID = "LAPSEWATCH_SIGN_IN_CLIENT_ID"
FEDERATED = "lapsewatch-identity"
CREATOR = "somebody who may register apps (role Application Developer) runs"
OWNER = "an owner of the registration, or a Cloud Application Administrator, runs"
WANTED = "id,appId,displayName,signInAudience,web,appRoles,optionalClaims"


def unique_name(environment: str) -> str:
    """Return the unique name of an environment's registration."""
    if not environment:
        raise NotYet("AZURE_ENV_NAME is not set; run this through azd, or set it")
    return f"lapsewatch-{environment}"


def template(environment: str) -> Json:
    """Return a new registration: for this tenant only, with only the permissions of a sign-in."""
    asks = [{"id": scope, "type": "Scope"} for scope in SCOPES.values()]
    return {
        "displayName": f"Lapsewatch sign-in ({environment})",
        "signInAudience": "AzureADMyOrg",
        "tags": ["lapsewatch"],
        "notes": "Sign-in of the status page of Lapsewatch. It has no secret and needs none.",
        "web": {
            "redirectUris": [],
            "implicitGrantSettings": {
                "enableIdTokenIssuance": True,
                "enableAccessTokenIssuance": False,
            },
        },
        "requiredResourceAccess": [{"resourceAppId": GRAPH_APP_ID, "resourceAccess": asks}],
    }


def get_or_create(graph: Rest, azd: Azd) -> str:
    """Find or create the registration, let azd store its client id, and return a note."""
    app, note = _known(graph, azd) or _by_name(graph, azd.get("AZURE_ENV_NAME"))
    audience = app.get("signInAudience")
    if not azd.set(CLIENT_ID, app["appId"]):
        note += f"; azd could not store it, so run: export {CLIENT_ID}={app['appId']}"
    if audience != "AzureADMyOrg":
        raise NotYet(
            f"it is open to other tenants ({audience})",
            Remedy(OWNER, (_single_tenant(azd, app["appId"]),)),
        )
    return note


def _single_tenant(azd: Azd, client_id: str) -> str:
    root = azd.get("LAPSEWATCH_GRAPH", "https://graph.microsoft.com")
    return az_rest(
        "PATCH",
        f"{root}/v1.0/applications(appId='{client_id}')",
        {"signInAudience": "AzureADMyOrg"},
    )


def _known(graph: Rest, azd: Azd) -> tuple[Json, str] | None:
    client_id = azd.get(CLIENT_ID)
    if not client_id:
        return None
    app = graph.find(f"/applications(appId='{quote(client_id, safe='')}')?$select={WANTED}")
    if app is None:
        remedy = Remedy("run", (f"azd env set {CLIENT_ID}=", "azd up"))
        raise NotYet(
            f"no registration in this tenant has the client id {client_id} ({CLIENT_ID})",
            remedy,
        )
    return app, f"exists: {client_id}"


def _by_name(graph: Rest, environment: str) -> tuple[Json, str]:
    """Find or create it in one request, so that two runs at the same time create only one."""
    path = f"/applications(uniqueName='{quote(unique_name(environment), safe='')}')"
    app = graph.find(f"{path}?$select={WANTED}")
    if app is not None:
        return app, f"exists: {app['appId']}"
    made = graph.send("PATCH", path, template(environment), prefer="create-if-missing")
    app = made if made.get("appId") else graph.send("GET", f"{path}?$select={WANTED}", settling=NEW)
    return app, f"created: {app['appId']}"


def creation(cloud: Cloud, environment: str) -> Remedy:
    """Return how somebody else creates the registration; azd up then finds it."""
    url = (
        f"{cloud.graph}/v1.0/applications(uniqueName='{quote(unique_name(environment), safe='')}')"
    )
    return Remedy(
        CREATOR, (az_rest("PATCH", url, template(environment), prefer="create-if-missing"),)
    )


def hosts(azd: Azd) -> tuple[str, ...]:
    """Return the hosts of the page: the app's own, and that of `LAPSEWATCH_PAGE_URL`, if set."""
    named = urlsplit(azd.get("LAPSEWATCH_PAGE_URL")).netloc
    return tuple(dict.fromkeys(filter(None, (azd.get("LAPSEWATCH_HOST"), named))))


def add_redirect_uris(graph: Rest, app: Json, hosts: tuple[str, ...]) -> str:
    """Add the redirect URIs and ID tokens that Easy Auth's hybrid flow needs; return a note."""
    change = callback(app, hosts)
    web = app.get("web") or {}
    issues = (web.get("implicitGrantSettings") or {}).get("enableIdTokenIssuance") is True
    if issues and change["web"]["redirectUris"] == web.get("redirectUris"):
        return "exists"
    graph.send("PATCH", f"/applications/{app['id']}", change, settling=NEW)
    return ", ".join(map(_redirect_uri, hosts))


def callback(app: Json, hosts: tuple[str, ...]) -> Json:
    """Return the change that adds the redirect URIs to the present ones, and ID tokens."""
    web = app.get("web") or {}
    uris = list(web.get("redirectUris") or [])
    settings = (
        {"enableAccessTokenIssuance": False}
        | (web.get("implicitGrantSettings") or {})
        | {"enableIdTokenIssuance": True}
    )
    return {
        "web": {
            "redirectUris": [*uris, *(uri for uri in map(_redirect_uri, hosts) if uri not in uris)],
            "implicitGrantSettings": settings,
        }
    }


def _redirect_uri(host: str) -> str:
    """Return where Easy Auth receives people who have signed in on this host."""
    return f"https://{host}/.auth/login/aad/callback"


def credential(issuer: str, subject: str, audience: str) -> Json:
    """Return the federated credential that replaces a client secret by the managed identity."""
    return {
        "name": FEDERATED,
        "issuer": issuer,
        "subject": subject,
        "audiences": [audience],
        "description": "The managed identity of Lapsewatch, for the sign-in of the status page.",
    }


def trust(graph: Rest, app: Json, wanted: Json) -> str:
    """Make the registration trust the managed identity, not an earlier one; return a note."""
    path = f"/applications/{app['id']}/federatedIdentityCredentials"
    held = graph.list(path, settling=NEW)
    if any(
        all(one.get(key) == wanted[key] for key in ("issuer", "subject", "audiences"))
        for one in held
    ):
        return "exists"
    previous = next((one for one in held if one.get("name") == wanted["name"]), None)
    if previous is not None:
        change = {key: value for key, value in wanted.items() if key != "name"}
        graph.send("PATCH", f"{path}/{previous['id']}", change, settling=NEW)
        return "replaced, because the managed identity is a new one"
    try:
        graph.send("POST", path, wanted, settling=frozenset({404}))
    except Refused as refused:
        if not refused.exists:
            raise
    return "created"
