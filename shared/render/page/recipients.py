"""Who is notified of what, and when: the watchlist, read-only, without addresses and URLs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from shared.core.model.watchlist import (
    AnyChannel,
    EmailChannel,
    InventoryRules,
    Service,
    TeamsChannel,
    WatchedApp,
    Watchlist,
    WebhookChannel,
)
from shared.render.text.escape import clean
from shared.render.text.naming import counted

type Fact = tuple[str, str]


class Group(NamedTuple):
    """A part of the watchlist under a heading."""

    title: str
    facts: Sequence[Fact]


def recipients(watchlist: Watchlist) -> list[Group]:
    """Return the parts of a watchlist: channels, services, and the whole tenant."""
    checks = ("Checks", f"Daily at {watchlist.check_at:%H:%M}, {watchlist.zone.key}")
    channels = [
        (clean(watchlist.label(name)), _kind(each)) for name, each in watchlist.channels.items()
    ]
    groups = [Group("Channels", [checks, *channels])]
    for app in watchlist.apps:
        groups += (
            Group(clean(each.name), list(_of_service(each, app, watchlist)))
            for each in app.services
        )
    if watchlist.inventory is not None:
        facts = [
            (label, text) for label, text in _of_tenant(watchlist.inventory, watchlist) if text
        ]
        groups.append(Group("All apps of the tenant", facts))
    return groups


def _kind(channel: AnyChannel) -> str:
    match channel:
        case TeamsChannel():
            kind = "A Teams channel"
        case EmailChannel():
            kind = "Email"
        case WebhookChannel():
            kind = "A program (webhook)"
    return f"{kind}, with a weekly status" if channel.weekly else kind


def _of_service(service: Service, app: WatchedApp, watchlist: Watchlist) -> Iterator[Fact]:
    yield "App", clean(app.name)
    yield "Renewer", _labels(service.renewer, watchlist)
    if service.by_pipeline:
        days = f", every {counted(service.rotates_every, 'day')}" if service.rotates_every else ""
        yield "Rotation", f"By a pipeline{days}"
        copies = _labels(service.installer, watchlist)
        yield from [("Also notified", copies)] if copies else []
    else:
        yield "Installer", _labels(service.installer, watchlist)
    yield "Reminders", ladder_words(service.ladder)
    if (escalate := service.escalate) is not None:
        below = counted(escalate.below, "day")
        yield "Escalation", f"{_labels(escalate.to, watchlist)}, from {below} before expiry on"


def _of_tenant(rules: InventoryRules, watchlist: Watchlist) -> Iterator[Fact]:
    told = _labels(rules.tell, watchlist)
    owners = f"The owners of each app; {told} about apps without a reachable owner"
    yield "Notified", owners if rules.owners else told
    yield "Reminders", ladder_words(rules.ladder)
    yield "Enterprise apps", "Included" if rules.service_principals else "Not included"
    yield "Excluded names", _list(rules.exclude_names)
    yield "Excluded tags", _list(sorted(rules.exclude_tags))
    number = len(rules.exclude_client_ids)
    yield "Excluded apps", f"{counted(number, 'app')} by client id" if number else ""
    yield "Noise rules", _list(rules.noise)


def ladder_words(ladder: Sequence[int]) -> str:
    """Return the reminders as a phrase: "30, 14, 7 and 1 days before, and on the day"."""
    *first, last = [str(rung) for rung in ladder if rung] or [""]
    days = f"{', '.join(first)} and {last} days" if first else counted(int(last or 0), "day")
    parts = [f"{days} before"] if last else []
    return ", and ".join([*parts, "on the day"] if 0 in ladder else parts).capitalize()


def _labels(channels: Iterable[str], watchlist: Watchlist) -> str:
    """Return what people call the channels."""
    return _list(map(watchlist.label, channels))


def _list(names: Iterable[str]) -> str:
    return ", ".join(map(clean, names))
