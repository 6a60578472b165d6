"""What libraries may log: never a header, a URL or a response, since these hold credentials.

At DEBUG, hpack logs the bearer token, urllib3 the URL of a webhook, and azure-identity each
response that it cannot read, even one with a token. The root logger may be at DEBUG for our
own log.
"""

import logging

_LEVELS = {
    "aiohttp": logging.WARNING,
    "azure": logging.WARNING,
    "azure.identity": logging.CRITICAL,
    "azure.keyvault": logging.CRITICAL,  # a warning about an odd answer has its traceback
    "h2": logging.WARNING,
    "hpack": logging.WARNING,
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,
    "hyperframe": logging.WARNING,
    "kiota_http": logging.WARNING,
    "markdown_it": logging.WARNING,  # no credential, but 2,820 lines for one page
    "msal": logging.WARNING,
    "msgraph": logging.WARNING,
    "requests": logging.WARNING,
    "urllib3": logging.CRITICAL,  # an odd response is a warning, with its URL
}


def silence_libraries() -> None:
    """Raise the level of each library's log; a level that is higher stays."""
    for name, level in _LEVELS.items():
        logger = logging.getLogger(name)
        if logger.level < level:
            logger.setLevel(level)
