"""The secret that signs the messages of a webhook, as Standard Webhooks writes it."""

from base64 import b64decode

from shared.config.problems import InvalidValue
from shared.config.values import text
from shared.core.model.secret import Secret

PREFIX = "whsec_"
SIZES = range(24, 65)
"""In bytes: https://github.com/standard-webhooks/standard-webhooks."""
_EXPECTED = f"{PREFIX} and 24 to 64 random bytes in Base64"
_MAKE_ONE = f'Make one with: echo "{PREFIX}$(openssl rand -base64 32)"'


def whsec(value: object) -> Secret:
    """Accept a signing secret. A rejected one is not shown."""
    given = text(value, _EXPECTED)
    if not given.startswith(PREFIX):
        raise InvalidValue(f"text that does not begin with {PREFIX}", _EXPECTED, _MAKE_ONE)
    try:
        size = len(b64decode(given.removeprefix(PREFIX), validate=True))
    except ValueError:
        raise InvalidValue("text that is not Base64", _EXPECTED, _MAKE_ONE) from None
    if size not in SIZES:
        raise InvalidValue(f"a secret of {size} bytes", _EXPECTED, _MAKE_ONE)
    return Secret(given)
