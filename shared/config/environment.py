"""Read one setting from the environment, and explain an unresolved Key Vault reference."""

import re
from collections.abc import Mapping

from shared.config.problems import InvalidValue
from shared.config.values import ValueRule
from shared.render.text.commands import vault_reference

_NAMED = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")
_UNRESOLVED = "@microsoft.keyvault("
"""App Service documents that it leaves an unresolved reference as its literal text."""
_REFERENCE = re.compile(
    r"SecretUri=https://([a-z0-9-]{3,24})\.vault\.[a-z.]+/secrets/([0-9a-z-]{1,127})(?:[/;)].*)?",
    re.IGNORECASE,
)
_SET_IT = "Set it in the app settings; on a laptop, in local.settings.json."
_RESOLVE_IT = (
    "Assign the role Key Vault Secrets User on the vault to the app's identity, check that "
    "keyVaultReferenceIdentity of the app names that identity, and check that the vault has a "
    "secret of that name."
)


def setting_name(value: object) -> str:
    """Return the name in `env:NAME`; empty if the value is not of that form."""
    named = _NAMED.fullmatch(value.strip()) if isinstance(value, str) else None
    return named[1] if named is not None else ""


def setting[T](
    environment: Mapping[str, str], name: str, rule: ValueRule[T], default: str = ""
) -> T:
    """Apply a rule to a setting, without the space around it; an empty setting is not set.

    Raises `InvalidValue` with the name of the setting.
    """
    given = environment.get(name, "").strip() or default
    if given.casefold().startswith(_UNRESOLVED):
        raise InvalidValue(
            "a Key Vault reference that Azure could not resolve",
            "the value that the reference points to",
            f"{_RESOLVE_IT}{_commands(given)}",
            setting=name,
        )
    try:
        return rule(given or None)
    except InvalidValue as error:
        raise InvalidValue(
            error.found, error.expected, error.todo or _SET_IT, setting=name
        ) from None


def _commands(reference: str) -> str:
    """Return the commands that repair a reference, if it names its vault and secret.

    Neither name is secret.
    """
    found = _REFERENCE.search(reference)
    return f" Commands: {'; '.join(vault_reference(*found.groups()))}" if found is not None else ""
