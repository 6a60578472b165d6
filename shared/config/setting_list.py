"""The list of settings; documentation and deployment are tested against it."""

from dataclasses import dataclass

from shared.config.setting_rules import GRAPH_ROOTS

SIGN_IN_CLIENT_ID, SIGN_IN_ISSUER = "LAPSEWATCH_SIGN_IN_CLIENT_ID", "LAPSEWATCH_SIGN_IN_ISSUER"
TENANTS_CLIENT_ID, AUTHORITY = "LAPSEWATCH_TENANTS_CLIENT_ID", "AZURE_AUTHORITY_HOST"

HAND_OVER_VAULT = "LAPSEWATCH_HAND_OVER_VAULT"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. Those that a watchlist names by `env:` are not in the list."""

    name: str
    meaning: str
    default: str = ""
    required: bool = False
    by_azure: bool = False
    """Azure sets it. On a laptop, setting it has the same effect."""


SETTINGS = (
    Setting("LAPSEWATCH_SCHEDULE", "NCRONTAB of the timer trigger, in UTC", "0 5 * * * *"),
    Setting(
        "LAPSEWATCH_WATCHLIST",
        "path of the watchlist, from the app's root, or of a folder with one for each tenant",
        "watchlist.toml",
    ),
    Setting(
        "LAPSEWATCH_TABLES",
        "table endpoint (https://ACCOUNT.table.core.windows.net, managed identity) or a "
        "connection string (UseDevelopmentStorage=true for Azurite)",
        required=True,
    ),
    Setting(
        "LAPSEWATCH_GRAPH", "Graph root: one of Microsoft's clouds, or loopback", GRAPH_ROOTS[0]
    ),
    Setting("LAPSEWATCH_PAGE_URL", "where people open the status page; cards and mails link to it"),
    Setting(SIGN_IN_CLIENT_ID, "client id of the app registration behind the page's sign-in"),
    Setting(SIGN_IN_ISSUER, "issuer of sign-ins: https://login.microsoftonline.com/TENANT/v2.0"),
    Setting(
        "LAPSEWATCH_MAIL_SENDER",
        "mailbox that sends mail through Graph; required if a channel is of kind email",
    ),
    Setting("LAPSEWATCH_SIGN_INS", "`on`: read credential sign-in activity as evidence", "off"),
    Setting("LAPSEWATCH_HEARTBEAT_URL", "pinged after each good check, `/fail` after a bad one"),
    Setting(
        HAND_OVER_VAULT,
        "https URL of the vault that keeps new secrets until they are opened; "
        "not set: secrets are not handed over here",
    ),
    Setting("LAPSEWATCH_DEADLINE", "minutes that a check may take", "20"),
    Setting(
        TENANTS_CLIENT_ID,
        "client id of the app registration that reads other tenants; "
        "required if a watchlist has a [tenant] id",
    ),
    Setting("AZURE_CLIENT_ID", "client id of the user-assigned identity"),
    Setting(
        "WEBSITE_HOSTNAME",
        "host name of the app; the page is there, unless LAPSEWATCH_PAGE_URL is set",
        by_azure=True,
    ),
    Setting("IDENTITY_ENDPOINT", "where the managed identity gets its tokens", by_azure=True),
    Setting("IDENTITY_HEADER", "proves to that endpoint that the app asks", by_azure=True),
    Setting(
        AUTHORITY,
        "sign-in host for other tenants, if not the one of the cloud",
        by_azure=True,
    ),
)

BY_NAME = {each.name: each for each in SETTINGS}
