"""Commands that set up what a deployment lacks, with its own ids and names where known.

docs/permissions.md says who may run them, and why they are needed. None contains a secret.
"""

from dataclasses import dataclass
from shlex import quote

GRAPH_APP = "00000003-0000-0000-c000-000000000000"
"""Client id of Microsoft Graph, the same in every tenant."""
GRAPH_ROLES = {
    "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    "AuditLog.Read.All": "b0afded3-3588-46d8-8b3d-9842eff778da",
    "User.ReadBasic.All": "97235f07-e226-4f63-ace3-39588e11d3a1",
}
"""Application permissions that a deployment may need (Graph permissions reference)."""

_ROLE = "appRoles[?value=='Installer'].id"
FINISH = "python3 infra/hooks/after_provision.py"
"""Repeats the steps after azd provision, in a checkout, and prints what others must do."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the settings reveal of a deployment."""

    client_id: str = ""
    """Of the app's managed identity; empty if it is not known."""
    as_person: bool = False
    """This program signs in as the person who runs it, not as the managed identity."""
    account: str = ""
    """The storage account; empty if it is not known, as on Azurite."""
    mailbox: str = ""
    graph: str = "https://graph.microsoft.com"
    consent: str = ""
    """Where an administrator of another tenant consents; empty if our own tenant is read."""

    @property
    def identity(self) -> str:
        """The managed identity's client id, or a shell expression for it."""
        return self.client_id or "$(azd env get-value LAPSEWATCH_IDENTITY_CLIENT_ID)"


def graph_permission(deployment: Deployment, error: str) -> tuple[str, ...]:
    """Grant the permission that an error names; no command if it names none."""
    name = next((name for name in GRAPH_ROLES if name in error), None)
    if name is None:
        return ()
    if deployment.consent:
        return (f"an administrator of that tenant opens and accepts: {deployment.consent}",)
    body = (
        f'{{\\"principalId\\": \\"$(az ad sp show --id {deployment.identity} '
        f'--query id -o tsv)\\", '
        f'\\"resourceId\\": \\"$(az ad sp show --id {GRAPH_APP} --query id -o tsv)\\", '
        f'\\"appRoleId\\": \\"{GRAPH_ROLES[name]}\\"}}'
    )
    url = f"{deployment.graph}/v1.0/servicePrincipals(appId='{GRAPH_APP}')/appRoleAssignedTo"
    return (FINISH, f'az rest --method POST --url "{url}" --body "{body}"')


def find_app(name: str, client_id: str) -> tuple[str, ...]:
    """Look up the app with this client id, and the client id of the app with this name."""
    columns = "[].{name:displayName, client_id:appId}"
    return (
        f"az ad app show --id {quote(client_id)} --query displayName",
        f'az ad app list --display-name {quote(name)} --query "{columns}" --output table',
    )


def table_role(deployment: Deployment) -> tuple[str, ...]:
    """Allow the identity that uses the ledger to read and write it."""
    person = "$(az ad signed-in-user show --query id -o tsv)"
    assignee = person if deployment.as_person else deployment.identity
    account = deployment.account or "$(azd env get-value LAPSEWATCH_STORAGE_NAME)"
    scope = f"$(az storage account show --name {account} --query id -o tsv)"
    command = _assign_role("Storage Table Data Contributor", assignee, scope)
    return (command,) if deployment.as_person else ("azd provision", command)


def create_principal(client_id: str) -> tuple[str, ...]:
    """Create the service principal of an app registration."""
    return (f"az ad sp create --id {quote(client_id)}",)


def remove_secret(client_id: str, key_id: str) -> str:
    """Remove a secret from an app registration; an owner of that can run it."""
    ids = f"--id {quote(client_id)} --key-id {quote(key_id)}"
    return f"az ad app credential delete {ids}"


def vault_reference(vault: str, secret: str) -> tuple[str, ...]:
    """List the vault's secrets, store this one, and allow the app to read it."""
    scope = f"$(az keyvault show --name {vault} --query id -o tsv)"
    return (
        f"az keyvault secret list --vault-name {vault} --query [].name",
        f"python3 infra/hooks/put_secret.py {secret}",
        _assign_role("Key Vault Secrets User", Deployment().identity, scope),
    )


def webhook() -> tuple[str, ...]:
    """Store another webhook URL in the vault; the command prompts for it and does not show it."""
    return ("python3 infra/hooks/put_secret.py teams-webhook-url",)


def flow_identity(deployment: Deployment) -> tuple[str, ...]:
    """Show the object id that a flow's "Allowed users" must contain."""
    return (f"az ad sp show --id {deployment.identity} --query id -o tsv",)


def signed_webhook() -> tuple[str, ...]:
    """Store another URL and secret of a webhook; docs/webhook.md has the names."""
    put = "python3 infra/hooks/put_secret.py"
    return (f"{put} webhook-url", f"{put} webhook-secret")


def mailbox(deployment: Deployment) -> tuple[str, ...]:
    """Allow the identity to send from this mailbox only.

    An Exchange administrator runs these commands in Exchange Online PowerShell.
    """
    identity, address = deployment.identity, deployment.mailbox
    principal = f"OBJECT-ID (az ad sp show --id {identity} --query id -o tsv)"
    role = '-Role "Application Mail.Send" -CustomResourceScope "lapsewatch"'
    condition = f"PrimarySmtpAddress -eq '{address}'"
    return (
        "Connect-ExchangeOnline",
        f'New-ServicePrincipal -AppId {identity} -ObjectId {principal} -DisplayName "lapsewatch"',
        f'New-ManagementScope -Name "lapsewatch" -RecipientRestrictionFilter "{condition}"',
        f"New-ManagementRoleAssignment -App {principal} {role}",
        f"Test-ServicePrincipalAuthorization -Identity {principal} -Resource {address}",
    )


def sign_in() -> tuple[str, ...]:
    """Set up the page's sign-in: registration, Easy Auth, redirect URI and credential."""
    return ("python3 infra/hooks/before_provision.py", "azd provision", FINISH)


def hand_over_role(deployment: Deployment) -> tuple[str, ...]:
    """Allow the app to keep and delete values in the vault for new secrets, and nothing else."""
    vault = "$(azd env get-value LAPSEWATCH_HAND_OVER_VAULT_NAME)"
    scope = f"$(az keyvault show --name {vault} --query id -o tsv)"
    role = _assign_role("Key Vault Secrets Officer", deployment.identity, scope)
    return ("azd provision --no-state", role)


def installer(deployment: Deployment, client_id: str) -> tuple[str, ...]:
    """Assign one person to the role Installer of the page's registration."""
    application = f"{deployment.graph}/v1.0/applications(appId='{client_id}')"
    role = f'$(az rest --method GET --url "{application}" --query "{_ROLE}" -o tsv)'
    body = (
        '{\\"principalId\\": \\"$(az ad user show --id dana@example.org --query id -o tsv)\\", '
        f'\\"resourceId\\": \\"$(az ad sp show --id {quote(client_id)} --query id -o tsv)\\", '
        f'\\"appRoleId\\": \\"{role}\\"}}'
    )
    url = f"{deployment.graph}/v1.0/servicePrincipals(appId='{client_id}')/appRoleAssignedTo"
    return (f'az rest --method POST --url "{url}" --body "{body}"',)


def register_timer() -> tuple[str, ...]:
    """Make Azure list the functions of the app, in the checkout."""
    return ("python3 infra/hooks/after_deploy.py",)


def inspect_app() -> tuple[str, ...]:
    """Show which vault references Azure could not resolve, and the app's latest log."""
    name = "--name $(azd env get-value LAPSEWATCH_APP_NAME)"
    group = "--resource-group $(azd env get-value AZURE_RESOURCE_GROUP)"
    app = f"$(az functionapp show {name} {group} --query id -o tsv)"
    url = f"{app}/config/configreferences/appsettings?api-version=2024-04-01"
    columns = "value[].{setting:name, status:properties.status, why:properties.details}"
    return (
        f'az rest --method GET --url "{url}" --query "{columns}"',
        "run the saved query “Last checks” of the workspace, or: azd monitor --logs",
    )


def _assign_role(role: str, assignee: str, scope: str) -> str:
    return f'az role assignment create --role "{role}" --assignee "{assignee}" --scope "{scope}"'
