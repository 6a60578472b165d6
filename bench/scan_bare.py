"""Read a tenant with an HTTP client and a typed decoder: `python -m bench.scan_bare ROOT`."""

from datetime import datetime

import msgspec
import requests

from bench.pages import PATH
from bench.scan_run import SINCE, TOKEN, UNTIL, Count, main


class Credential(msgspec.Struct, rename="camel"):
    """A credential, as a bare loop would declare it."""

    key_id: str
    display_name: str | None
    start_date_time: datetime
    end_date_time: datetime
    custom_key_identifier: str | None
    hint: str | None = None
    usage: str | None = None


class Application(msgspec.Struct, rename="camel"):
    """An app, as a bare loop would declare it."""

    id: str
    app_id: str
    display_name: str | None
    is_disabled: bool | None
    disabled_by_microsoft_status: str | None
    password_credentials: list[Credential]
    key_credentials: list[Credential]


class Page(msgspec.Struct):
    """A page, as a bare loop would declare it."""

    value: list[Application]
    next: str | None = msgspec.field(default=None, name="@odata.nextLink")


def scan(root: str) -> Count:
    """Read every app below a root of Graph."""
    apps = expiring = asked = 0
    link: str | None = f"{root}{PATH}"
    decoder = msgspec.json.Decoder(Page)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with requests.Session() as session:
        while link:
            page = decoder.decode(session.get(link, headers=headers, timeout=60).content)
            asked += 1
            apps += len(page.value)
            for app in page.value:
                for credential in (*app.password_credentials, *app.key_credentials):
                    expiring += SINCE <= credential.end_date_time <= UNTIL
            link = page.next
    return Count(apps, expiring, asked)


if __name__ == "__main__":
    main(scan)
