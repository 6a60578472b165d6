"""Mail is limited to one mailbox by Exchange alone, so an Exchange administrator runs these lines; nothing of it is done here.

Source: Exchange documentation, "Role Based Access Control for Applications in Exchange Online".
"""

from __future__ import annotations

from deployment.report import Remedy

PRINCIPAL, NAME = "LAPSEWATCH_EXCHANGE_PRINCIPAL", "LAPSEWATCH_EXCHANGE_NAME"
"""Where azd keeps whom Exchange was told of: azd down forgets the outputs of the deployment before its hook runs."""
ADMINISTRATOR = "an Exchange administrator (role group Organization Management) runs, in PowerShell; it takes up to two hours to work"


def limited_to(mailbox: str, client_id: str, principal_id: str, name: str) -> Remedy:
    """Give the lines that let the managed identity `name` send as `mailbox`, as no other, and that show it."""
    return Remedy(
        ADMINISTRATOR,
        (
            "Connect-ExchangeOnline",
            f'New-ServicePrincipal -AppId {client_id} -ObjectId {principal_id} -DisplayName "{name}"',
            f'New-ManagementScope -Name "{name}" -RecipientRestrictionFilter "PrimarySmtpAddress -eq \'{mailbox}\'"',
            f'New-ManagementRoleAssignment -App {principal_id} -Role "Application Mail.Send" -CustomResourceScope "{name}"',
            f"Test-ServicePrincipalAuthorization -Identity {principal_id} -Resource {mailbox}",
        ),
    )


def taken_back(principal_id: str, name: str) -> tuple[str, ...]:
    """Give the lines that take it back."""
    return (
        f"Get-ManagementRoleAssignment -RoleAssignee {principal_id} | Remove-ManagementRoleAssignment",
        f'Remove-ManagementScope "{name}"',
        f"Remove-ServicePrincipal -Identity {principal_id}",
    )
