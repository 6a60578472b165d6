"""Why a person may not open a value, and who can change that."""

from datetime import datetime
from urllib.parse import urlencode

from shared.core.model.visitor import INSTALLER, SIGNED_IN_AT, SIGNED_IN_WITHIN, Visitor
from shared.render.page.templates import tenant_url

_MINUTES = int(SIGNED_IN_WITHIN.total_seconds()) // 60
NO_ROLE = (
    f"Only people with the role {INSTALLER} can open a value, and you do not have it. An "
    "administrator of the sign-in to this page assigns it in Entra (Enterprise applications, "
    "Users and groups); then sign out and in again."
)
NO_TIME = (
    "Your sign-in does not say when you signed in, so it opens no value: the optional claim "
    f"{SIGNED_IN_AT} is missing in the ID token. The person who deploys Lapsewatch adds it to the "
    "page's app registration (Token configuration, Add optional claim, ID); then sign out and in "
    "again."
)
TOO_OLD = f"You signed in more than {_MINUTES} minutes ago; a value needs a new sign-in."


def obstacle(visitor: Visitor, now: datetime) -> str:
    """Return what keeps a person from opening any value, as a sentence; empty if nothing does."""
    if not visitor.is_installer:
        return NO_ROLE
    if visitor.authenticated_at is None:
        return NO_TIME
    return "" if visitor.signed_in_lately(now) else TOO_OLD


def sign_in_again(base: str, tenant: str, service: str) -> str:
    """Return the address that asks for a new sign-in, and then leads back to the service."""
    back = f"{tenant_url(base, tenant)}#service-{service}"
    query = urlencode({"prompt": "login", "post_login_redirect_uri": back})
    return f"/.auth/login/aad?{query}"
