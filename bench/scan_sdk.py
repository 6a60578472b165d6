"""Read a tenant with the SDK's own client and models: `python -m bench.scan_sdk ROOT`."""

import asyncio

from kiota_abstractions.authentication import AnonymousAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient

from bench.scan_run import SINCE, UNTIL, Count, main


async def _scan(root: str) -> Count:
    apps = expiring = asked = 0
    adapter = GraphRequestAdapter(AnonymousAuthenticationProvider())
    adapter.base_url = f"{root}/v1.0"
    builder = GraphServiceClient(request_adapter=adapter).applications
    page = await builder.get()
    while page is not None:
        asked += 1
        for app in page.value or []:
            apps += 1
            for credential in (*(app.password_credentials or []), *(app.key_credentials or [])):
                end = credential.end_date_time
                expiring += end is not None and SINCE <= end <= UNTIL
        link = page.odata_next_link
        page = await builder.with_url(link).get() if link else None
    return Count(apps, expiring, asked)


def scan(root: str) -> Count:
    """Read every app below a root of Graph."""
    return asyncio.run(_scan(root))


if __name__ == "__main__":
    main(scan)
