"""The watchlist: a TOML file that people read and review becomes frozen values, or one list of everything that is wrong in it.

Unknown keys are errors, and a credential is named by its setting, never written down.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal
from zoneinfo import ZoneInfo

from shared.config import watchlist_rules as rules
from shared.config.problems import Problems, Wrong
from shared.config.toml_lines import lines_of
from shared.config.toml_table import Table
from shared.config.values import Rule, email_address, flag, shown, text, url, whole_days
from shared.config.watchlist_inventory import Tenant, tenant
from shared.core.model.secret import Secret
from shared.core.model.watchlist import (
    DEFAULT_LADDER,
    Claim,
    EmailChannel,
    Escalation,
    Service,
    TeamsChannel,
    WatchedApp,
    Watchlist,
)

_CHANNEL_NAME = re.compile(r"[A-Za-z0-9]+([-_][A-Za-z0-9]+)*")
_LADDER: tuple[int, ...] = DEFAULT_LADDER
_NO_WEBHOOK = Secret("")
_NO_CLAIM = Claim("name", "")
_NO_ESCALATION = Escalation((), 0)
_ADDRESSES = 'a list with at least one address, such as ["libapps-admins@example.org"]'
_CHANNELS = 'one table a channel, such as [channels.its] with kind = "teams"'


type _Channel = TeamsChannel | EmailChannel


@dataclass(frozen=True, slots=True)
class _Around:
    """What an app or a service needs to know of the rest of the document."""

    environment: Mapping[str, str]
    read: rules.ReadText
    channels: tuple[str, ...]
    ladder: tuple[int, ...]
    _places: dict[str, str] = field(default_factory=dict)

    def only_once(self, table: Table, key: str, value: str, expected: str) -> None:
        """Note a problem if another place of the document has the same id."""
        if value and self._places.setdefault(value, table.place(key)) != table.place(key):
            table.problem(key, f"the same as {self._places[value]}", expected)


def load(path: Path, file: str, environment: Mapping[str, str]) -> Watchlist:
    """Read the watchlist at `path`, and its runbooks from the folder that it is in; `file` is what messages call it.

    `environment` holds what the watchlist names by `env:`. Raises `Wrong` if there is no such text file, and
    `Misconfigured` with every mistake in it.
    """
    return parse(
        read_text(path, file), file, environment, lambda name: read_text(path.parent / name, name)
    )


def parse(
    document: str, file: str, environment: Mapping[str, str], read: rules.ReadText
) -> Watchlist:
    """Turn the text of a watchlist into values; `read` gives the runbooks that it names. Raises `Misconfigured` with every mistake."""
    problems = Problems()
    values = _toml(document, file, problems)
    problems.raise_if_any()
    watchlist = Table(values, file, "", problems, lines_of(document)).read(
        partial(_watchlist, environment=environment, read=read)
    )
    to_owners = watchlist.inventory is not None and watchlist.inventory.owners
    if to_owners or any(
        isinstance(channel, EmailChannel) for channel in watchlist.channels.values()
    ):
        problems.attempt("", partial(rules.sender, environment), "")
    problems.raise_if_any()
    return watchlist


def read_text(path: Path, name: str) -> str:
    """Read a UTF-8 file, with or without the byte order mark that Notepad writes. Raises `Wrong`, which calls it `name`."""
    expected = "a text file that is deployed with the app"
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise Wrong(
            f"{shown(name)}, no such file", expected, "Check the spelling, capitals too."
        ) from None
    except UnicodeDecodeError:
        raise Wrong(
            f"{shown(name)}, not UTF-8 text", expected, 'Save it with the encoding "UTF-8".'
        ) from None
    except (OSError, ValueError) as error:  # a folder, no right to read it, no proper path
        raise Wrong(
            f"{shown(name)}, not a readable file ({type(error).__name__})", expected
        ) from None


def _toml(document: str, file: str, problems: Problems) -> Mapping[str, Any]:
    try:
        return tomllib.loads(document)
    except RecursionError:
        problems.add(file, "too many brackets within brackets", "a TOML file")
    except ValueError as error:  # a TOMLDecodeError; or a number with thousands of digits
        what, _, where = str(error).removesuffix(")").partition(" (at ")
        place = f"{file}: {where}" if where else file
        advice = "Often a text lacks its quotation marks or has curly ones (“ ”), or a bracket is not closed."
        problems.add(
            place, f'a mistake in the TOML ("{what}")', "key = value, [table] or [[table]]", advice
        )
    return {}


def _watchlist(table: Table, environment: Mapping[str, str], read: rules.ReadText) -> Watchlist:
    zone = table.required("timezone", rules.zone, ZoneInfo("UTC"))
    check_at = table.optional("check_at", rules.clock_time, time(8))
    ladder = table.optional("ladder", rules.ladder, _LADDER)
    no_channels: dict[str, _Channel] = {}
    channels = table.nested(
        "channels", partial(_channels, environment=environment), no_channels, _CHANNELS
    )
    around = _Around(environment, read, tuple(channels), ladder)
    apps = table.tables(
        "apps", partial(_app, around=around), "at least one [[apps]], with two brackets"
    )
    whole = Tenant()
    if table.has("tenant"):
        whole = table.nested(
            "tenant", partial(tenant, channels=tuple(channels)), whole, "[tenant] with watch = true"
        )
    return Watchlist(
        zone, check_at, ladder, MappingProxyType(channels), apps, whole.rules, whole.tenant_id
    )


def _channels(table: Table, environment: Mapping[str, str]) -> dict[str, _Channel]:
    if not table.keys:
        table.problem("", "no channel", _CHANNELS)
    for name in table.keys:
        if not _CHANNEL_NAME.fullmatch(name):
            table.problem(
                name,
                "not a plain name",
                "letters and digits, with single hyphens or underscores between them",
            )
    unread: _Channel = TeamsChannel("", _NO_WEBHOOK)
    return {
        name: table.nested(
            name, partial(_channel, name=name, environment=environment), unread, _CHANNELS
        )
        for name in table.keys
    }


def _channel(table: Table, name: str, environment: Mapping[str, str]) -> _Channel:
    match table.required("kind", rules.kind, ""):
        case "email":
            if table.has("url"):
                table.problem(
                    "url",
                    "a webhook for a channel of kind email",
                    'addresses in "to"; a webhook needs kind = "teams"',
                )
            to = tuple(dict.fromkeys(table.each("to", email_address, _ADDRESSES)))
            return EmailChannel(name, to, weekly=table.optional("weekly", flag, default=False))
        case "teams":
            if table.has("to"):
                table.problem(
                    "to",
                    "addresses for a channel of kind teams",
                    'a webhook in "url"; addresses need kind = "email"',
                )
            url = table.required(
                "url", partial(rules.webhook, environment=environment), _NO_WEBHOOK
            )
            return TeamsChannel(name, url, weekly=table.optional("weekly", flag, default=True))
        case _:
            table.give_up()
            return TeamsChannel(name, _NO_WEBHOOK)


def _app(table: Table, around: _Around) -> WatchedApp:
    name = table.required("name", rules.name, "")
    client_id = table.required(
        "client_id", partial(rules.client_id, environment=around.environment), ""
    )
    around.only_once(
        table,
        "client_id",
        client_id,
        "one [[apps]] for each app registration, with all of its services",
    )
    redirect_uris: tuple[str, ...] = ()
    if table.has("redirect_uris"):
        redirect_uris = table.each(
            "redirect_uris", url, 'a list of URLs, such as ["https://library.example/callback"]'
        )
    return WatchedApp(
        name,
        client_id,
        table.tables(
            "services",
            partial(_service, around=around),
            "at least one [[apps.services]], with two brackets",
        ),
        redirect_uris,
        service_principal=table.optional("service_principal", flag, default=False),
    )


def _service(table: Table, around: _Around) -> Service:
    name = table.required("name", rules.name, "")
    slug = rules.slug(name)
    read_id = table.required if name and not slug else table.optional
    service_id = read_id("id", rules.service_id, slug)
    around.only_once(table, "id", service_id, 'an id of its own, such as id = "libcal-2"')
    escalate: Escalation | None = None
    if table.has("escalate"):
        expected = 'a table such as { to = ["its"], below = 7 }'
        escalate = table.nested(
            "escalate", partial(_escalation, around=around), _NO_ESCALATION, expected
        )
    return Service(
        id=service_id,
        name=name,
        breaks=table.required("breaks", rules.breaks, ""),
        renewer=_who(table, "renewer", around),
        installer=_who(table, "installer", around),
        claim=table.nested("claims", _claim, _NO_CLAIM, 'a table such as { name = "LibCal*" }'),
        ladder=table.optional("ladder", rules.ladder, around.ladder),
        request_to=table.optional("request_to", email_address, ""),
        runbook=table.optional("runbook", partial(rules.runbook_file, read=around.read), None),
        link=table.optional("link", url, ""),
        escalate=escalate,
    )


def _claim(table: Table) -> Claim:
    by_key: Mapping[Literal["name", "hint", "key_id"], Rule[str]] = {
        "name": text,
        "hint": rules.hint,
        "key_id": rules.key_id,
    }
    claims = [
        Claim(by, table.required(by, rule, "")) for by, rule in by_key.items() if table.has(by)
    ]
    if len(claims) != 1:
        found = " and ".join(claim.by for claim in claims) or "no rule"
        table.problem("", found, "exactly one of name, hint and key_id")
    return claims[0] if claims else _NO_CLAIM


def _escalation(table: Table, around: _Around) -> Escalation:
    return Escalation(_who(table, "to", around), table.required("below", whole_days, 0))


def _who(table: Table, key: str, around: _Around) -> tuple[str, ...]:
    expected = 'a list with at least one channel, such as ["its"]'
    return tuple(
        dict.fromkeys(
            table.each(key, partial(rules.known_channel, known=around.channels), expected)
        )
    )
