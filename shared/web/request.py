"""What the routes read from a request."""

from datetime import timedelta

import azure.functions as func

READ = ("GET", "HEAD")
"""The methods of a route that only reads. The host leaves out the body of an answer to HEAD."""

ANSWER_WITHIN = timedelta(seconds=120)
"""The time limit of a check that is run by an HTTP request.

Azure ends a request after 230 seconds. The rest is for a last message and for the ledger, each of
whose calls may take 30 seconds.
"""


def tenant_of(req: func.HttpRequest) -> str:
    """Return the tenant that `?tenant=` names, empty if there is none."""
    tenant: str = req.params.get("tenant", "")
    return tenant
