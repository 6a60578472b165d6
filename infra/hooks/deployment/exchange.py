"""Commands for an Exchange administrator: only Exchange can limit sending to one mailbox.

Source: Exchange documentation, "Role Based Access Control for Applications in Exchange Online".
"""

from __future__ import annotations

from deployment.report import Remedy

PRINCIPAL, NAME = "LAPSEWATCH_EXCHANGE_PRINCIPAL", "LAPSEWATCH_EXCHANGE_NAME"
"""The identity that Exchange knows, stored in azd's environment.

`azd down` removes the outputs of the deployment before its hook runs.
"""
ADMINISTRATOR = (
    "an Exchange administrator (role group Organization Management) runs, in PowerShell (it takes "
    "effect within two hours)"
)


def limited_to(mailbox: str, client_id: str, principal_id: str, name: str) -> Remedy:
    """Return the commands that allow the identity `name` to send from `mailbox` only."""
    condition = f"PrimarySmtpAddress -eq '{mailbox}'"
    return Remedy(
        ADMINISTRATOR,
        (
            "Connect-ExchangeOnline",
            (
                f"New-ServicePrincipal -AppId {client_id} -ObjectId {principal_id} "
                f'-DisplayName "{name}"'
            ),
            f'New-ManagementScope -Name "{name}" -RecipientRestrictionFilter "{condition}"',
            (
                f'New-ManagementRoleAssignment -App {principal_id} -Role "Application Mail.Send" '
                f'-CustomResourceScope "{name}"'
            ),
            f"Test-ServicePrincipalAuthorization -Identity {principal_id} -Resource {mailbox}",
        ),
    )


def removal(principal_id: str, name: str) -> tuple[str, ...]:
    """Return the commands that remove what `limited_to` creates."""
    assignments = f"Get-ManagementRoleAssignment -RoleAssignee {principal_id}"
    return (
        f"{assignments} | Remove-ManagementRoleAssignment",
        f'Remove-ManagementScope "{name}"',
        f"Remove-ServicePrincipal -Identity {principal_id}",
    )
