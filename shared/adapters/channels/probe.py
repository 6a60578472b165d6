"""Asks for the status page as somebody who is not signed in, and looks only at who answers: redirects are not followed."""

from urllib.parse import urljoin, urlsplit

import requests

from shared.ports.errors import PortError
from shared.ports.page_probe import Front

SECONDS = 30.0
"""An app that has scaled to zero takes some seconds to start."""


def probe_anonymously(url: str) -> Front:
    """Ask for the page at `url`. Raises `PortError` where nobody answers."""
    try:
        with requests.get(
            url,
            headers={"Accept": "text/html"},
            timeout=SECONDS,
            allow_redirects=False,
            stream=True,
        ) as response:
            target = (
                urlsplit(urljoin(url, response.headers["Location"]))
                if response.is_redirect
                else None
            )
            return Front(
                response.status_code,
                target.netloc.lower() if target else "",
                target.path if target else "",
            )
    except (requests.RequestException, ValueError) as error:
        raise PortError(f"Nobody answers at {url} ({type(error).__name__}).") from None
