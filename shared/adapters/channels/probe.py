"""Request the status page without signing in; redirects are not followed."""

from urllib.parse import urljoin, urlsplit

import requests

from shared.config.setting_rules import SIGN_IN_TRIED
from shared.ports.errors import PortError
from shared.ports.page_probe import Front

SECONDS = 30.0
"""An app that has scaled to zero needs some seconds to start."""


def probe_anonymously(url: str) -> Front:
    """Return the response of the page at `url`. Raises `PortError` if there is none.

    The cookie tells the app not to send us to sign in itself: only what is before it may.
    """
    try:
        with requests.get(
            url,
            headers={"Accept": "text/html", "Cookie": f"{SIGN_IN_TRIED}=1"},
            timeout=SECONDS,
            allow_redirects=False,
            stream=True,
        ) as response:
            if not response.is_redirect:
                return Front(response.status_code, "", "")
            target = urlsplit(urljoin(url, response.headers["Location"]))
            return Front(response.status_code, target.netloc.lower(), target.path)
    except (requests.RequestException, ValueError) as error:
        raise PortError(f"There is no response from {url} ({type(error).__name__}).") from None
