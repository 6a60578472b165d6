"""The commands that put in place what a deployment lacks, with its own ids and names as far as they are known.

Who may run them, and why they are needed, is in docs/permissions.md. Nothing here is a secret.
"""

from dataclasses import dataclass
from shlex import quote

GRAPH_APP = "00000003-0000-0000-c000-000000000000"
"""Microsoft Graph's own application, in every tenant."""
GRAPH_ROLES = {
    "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    "AuditLog.Read.All": "b0afded3-3588-46d8-8b3d-9842eff778da",
    "User.ReadBasic.All": "97235f07-e226-4f63-ace3-39588e11d3a1",
}
"""Application permissions of Graph that a deployment may need (Graph permissions reference)."""

FINISH = "python3 infra/hooks/after_provision.py"
"""Does what follows after azd has provisioned, from the checkout, and prints what is left to others."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the settings say of it."""

    client_id: str = ""
    """Of the managed identity that the app is; empty if it is not known."""
    as_person: bool = False
    """This program signs in as the person who runs it, and not as the managed identity."""
    account: str = ""
    """The storage account; empty if it is not known, as on Azurite."""
    mailbox: str = ""
    graph: str = "https://graph.microsoft.com"
    consent: str = ""
    """Where an administrator of another tenant consents to what reads it; empty where our own tenant is read."""

    @property
    def identity(self) -> str:
        """The client id for a command, or what gives it."""
        return self.client_id or "$(azd env get-value LAPSEWATCH_IDENTITY_CLIENT_ID)"


def graph_permission(deployment: Deployment, said: str) -> tuple[str, ...]:
    """Grant what an error text says is lacking; nothing if it names no permission."""
    name = next((name for name in GRAPH_ROLES if name in said), None)
    if name is None:
        return ()
    if deployment.consent:
        return (f"an administrator of that tenant opens, and accepts: {deployment.consent}",)
    body = (
        f'{{\\"principalId\\": \\"$(az ad sp show --id {deployment.identity} --query id -o tsv)\\", '
        f'\\"resourceId\\": \\"$(az ad sp show --id {GRAPH_APP} --query id -o tsv)\\", '
        f'\\"appRoleId\\": \\"{GRAPH_ROLES[name]}\\"}}'
    )
    url = f"{deployment.graph}/v1.0/servicePrincipals(appId='{GRAPH_APP}')/appRoleAssignedTo"
    return (FINISH, f'az rest --method POST --url "{url}" --body "{body}"')


def find_app(name: str, client_id: str) -> tuple[str, ...]:
    """See whether there is an app with this client id, and which client id the app of this name has."""
    shown = "[].{name:displayName, client_id:appId}"
    return (
        f"az ad app show --id {quote(client_id)} --query displayName",
        f'az ad app list --display-name {quote(name)} --query "{shown}" --output table',
    )


def table_role(deployment: Deployment) -> tuple[str, ...]:
    """Let whoever reads the ledger read it."""
    whose = (
        "$(az ad signed-in-user show --query id -o tsv)"
        if deployment.as_person
        else deployment.identity
    )
    account = deployment.account or "$(azd env get-value LAPSEWATCH_STORAGE_NAME)"
    scope = f"$(az storage account show --name {account} --query id -o tsv)"
    again = () if deployment.as_person else ("azd provision",)
    return (
        *again,
        f'az role assignment create --role "Storage Table Data Contributor" --assignee "{whose}" --scope "{scope}"',
    )


def vault_reference(vault: str, secret: str) -> tuple[str, ...]:
    """See whether the vault has the secret, put it there, and let the app read it."""
    scope = f"$(az keyvault show --name {vault} --query id -o tsv)"
    return (
        f"az keyvault secret list --vault-name {vault} --query [].name",
        f"python3 infra/hooks/put_secret.py {secret}",
        f'az role assignment create --role "Key Vault Secrets User" --assignee "{Deployment().identity}" --scope "{scope}"',
    )


def webhook() -> tuple[str, ...]:
    """Put another URL into the vault; it is asked for, and not shown."""
    return ("python3 infra/hooks/put_secret.py teams-webhook-url",)


def mailbox(deployment: Deployment) -> tuple[str, ...]:
    """Allow the one mailbox and no other: commands of Exchange Online PowerShell, and of an Exchange administrator."""
    principal = f"OBJECT-ID (az ad sp show --id {deployment.identity} --query id -o tsv)"
    return (
        "Connect-ExchangeOnline",
        f'New-ServicePrincipal -AppId {deployment.identity} -ObjectId {principal} -DisplayName "lapsewatch"',
        f'New-ManagementScope -Name "lapsewatch" -RecipientRestrictionFilter "PrimarySmtpAddress -eq \'{deployment.mailbox}\'"',
        f'New-ManagementRoleAssignment -App {principal} -Role "Application Mail.Send" -CustomResourceScope "lapsewatch"',
        f"Test-ServicePrincipalAuthorization -Identity {principal} -Resource {deployment.mailbox}",
    )


def sign_in() -> tuple[str, ...]:
    """Put the sign-in in front of the page: its registration, then Easy Auth, then its redirect URI and credential."""
    return ("python3 infra/hooks/before_provision.py", "azd provision", FINISH)


def look_at_the_app() -> tuple[str, ...]:
    """See which vault reference Azure could not resolve, and what the app has written lately."""
    named = "--name $(azd env get-value LAPSEWATCH_APP_NAME) --resource-group $(azd env get-value AZURE_RESOURCE_GROUP)"
    app = f"$(az functionapp show {named} --query id -o tsv)"
    shown = "value[].{setting:name, status:properties.status, why:properties.details}"
    return (
        f'az rest --method GET --url "{app}/config/configreferences/appsettings?api-version=2024-04-01" --query "{shown}"',
        "the saved query “Last checks” of the workspace, or: azd monitor --logs",
    )
