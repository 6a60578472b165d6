"""What of a tenant is due to whom, and why: the rules of `due`, with the tenant's own ladder.

Each owner hears about their apps only; what has no reachable owner falls to the channels that the watchlist names. The
first word about a tenant goes to these alone, whatever has an owner: nobody is surprised by a hundred mails at once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.core.judge.judge import LONG_ENDED_DAYS
from shared.core.judge.schedule import CLOCKS_DIFFER, STALE_AFTER
from shared.core.judge.self_watch import said_on_day
from shared.core.judge.standing import severity_of_days
from shared.core.model.days import days_between
from shared.core.model.inventory import InventoryItem, InventoryMemory, InventoryScan
from shared.core.model.memory import Notification
from shared.core.model.message import InventoryNews, Message, Notice, Role
from shared.core.model.owners import OWNER, AppOwners, Owner
from shared.core.model.views import InventoryView, WatcherView
from shared.core.model.vocabulary import Reason, Severity, Standing
from shared.core.model.watchlist import InventoryRules, Watchlist
from shared.core.notify.audience import INTRODUCTION
from shared.core.notify.due import rung_crossed

INTRODUCED = f"{INTRODUCTION}tenant"
UNREACHED = "unreached:"
"""With the channel of an owner: a row that says since when mail to them fails."""
OWNERS_A_CHECK = 100
"""Owners who are written to in one check; the others are at the next one. Exchange sends 30 messages a minute from a mailbox."""
COPY = frozenset({Role.COPY})
RENEWER = frozenset({Role.RENEWER})


@dataclass(frozen=True, slots=True)
class InventoryContext:
    """What deciding starts from; `memory` already holds what the read found."""

    watchlist: Watchlist
    rules: InventoryRules
    memory: InventoryMemory
    now: datetime
    unknown: frozenset[str] = frozenset()
    """Items of which this read says nothing: nobody hears of them now."""

    @property
    def scan(self) -> InventoryScan:
        """The row of reads."""
        return self.memory.scan or InventoryScan(tried_since=self.now)

    @property
    def introduced(self) -> bool:
        """Any channel has had the first word, on an earlier day: on its day nothing else goes out, however often it is tried."""
        zone = self.watchlist.zone
        said = (self.memory.notifications.get((INTRODUCED, name)) for name in self.rules.tell)
        times = [
            told.at for told in said if told is not None
        ]  # one from the future was said too, by a clock that was ahead
        return any(
            days_between(at, self.now, zone) > 0 or at - self.now > CLOCKS_DIFFER for at in times
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """Who hears what now, and whom the items were found to concern."""

    messages: tuple[Message, ...]
    owners: Mapping[str, Owner]
    """By channel: the owners among the addressees."""
    listed: tuple[InventoryItem, ...] = ()
    """Items whose audience has changed, to be remembered before anybody is told."""
    withheld: int = 0
    """Owners who have to wait for the next check."""


def inventory_view(listed: InventoryItem, at: InventoryContext) -> InventoryView:
    """Judge one item as of now."""
    ends = listed.credential.ends
    assert ends is not None  # what does not expire is not listed
    days_left = days_between(at.now, ends, at.watchlist.zone)
    if not listed.ended and ends > at.now:
        return InventoryView(listed, Standing.EXPIRING, severity_of_days(days_left), days_left)
    return InventoryView(
        listed,
        Standing.EXPIRED,
        Severity.WARNING if days_left >= -LONG_ENDED_DAYS else Severity.OK,
        days_left,
    )


def inventory_views(at: InventoryContext) -> list[InventoryView]:
    """Judge every item, most urgent first."""
    return sorted((inventory_view(listed, at) for listed in at.memory.items.values()), key=urgency)


def urgency(view: InventoryView) -> tuple[int, int, str]:
    """Order items from the most to the least urgent, the same way every time."""
    return (-view.severity.rank, view.days_left, view.item)


def to_look_up(at: InventoryContext) -> tuple[InventoryItem, ...]:
    """Give the items whose owners must be known now: those about to be told. None on the day of the first word about the tenant."""
    if not at.rules.owners or not at.introduced:
        return ()
    return tuple(
        each
        for each in at.memory.items.values()
        if each.item not in at.unknown and _about_to_be_told(each, at)
    )


def plan(at: InventoryContext, owned: Mapping[str, AppOwners]) -> Plan:
    """Decide who hears what. `owned` (by object id) is what was found about the apps of `to_look_up`; one that is absent is not known."""
    looked_up = {each.item for each in to_look_up(at)}
    due: dict[str, list[Notice]] = {}
    owners: dict[str, Owner] = {}
    changed: list[InventoryItem] = []
    for view in inventory_views(at):
        if view.item in at.unknown:
            continue
        ownership = owned.get(view.listed.object_id) if view.item in looked_up else None
        owners |= (
            {owner.channel: owner for owner in ownership.reachable} if ownership is not None else {}
        )
        whole = replace(view, owned=ownership)
        audience = _audience(view, ownership, at, asked=view.item in looked_up)
        for channel in audience:
            if (
                reason := _why(view, at.memory.notifications.get((view.item, channel)), at)
            ) is not None:
                said = (
                    whole
                    if channel in owners
                    else replace(whole, owned=_as_seen_from_outside(ownership, at))
                )
                due.setdefault(channel, []).append(
                    Notice(said, reason, RENEWER if channel in owners else COPY)
                )
        if ownership is not None and audience != view.listed.audience:
            changed.append(replace(view.listed, audience=audience))
    late = _too_many(due, owners, at)
    _tell_what_cannot_wait(due, late, at)
    messages = (
        *_to_channels(due, at),
        *(
            _to_owner(owners[name], due[name], at)
            for name in due
            if name in owners and name not in late
        ),
    )
    return Plan(messages, owners, tuple(changed), len(late))


def inventory_notifications(message: Message, at: InventoryContext) -> tuple[Notification, ...]:
    """Say what the ledger has to keep once `message` is delivered."""
    rows = [
        Notification(n.view.item, message.channel, at.now, n.view.standing, n.reason)
        for n in message.notices
    ]
    if message.inventory is not None and message.inventory.first:
        rows.append(
            Notification(INTRODUCED, message.channel, at.now, Standing.HEALTHY, Reason.INTRODUCED)
        )
    if _unreached_since(message.channel, at) is not None:
        rows.append(
            Notification(UNREACHED, message.channel, at.now, Standing.HEALTHY, Reason.RECOVERED)
        )
    return tuple(rows)


def unreached(message: Message, at: InventoryContext) -> tuple[Notification, ...]:
    """Say what the ledger has to keep once `message` to an owner failed: since when mail to them does."""
    if not message.channel.startswith(OWNER) or _unreached_since(message.channel, at) is not None:
        return ()
    return (
        Notification(UNREACHED, message.channel, at.now, Standing.FAILING, Reason.CHANNEL_FAILED),
    )


def _about_to_be_told(listed: InventoryItem, at: InventoryContext) -> bool:
    """Say whether anybody is due to hear of an item; whoever it concerned last time stands for whoever it concerns now."""
    view = inventory_view(listed, at)
    told = at.memory.notifications
    if not listed.audience:
        return _why(view, None, at) is not None
    return any(
        _why(view, told.get((view.item, channel)), at) is not None for channel in listed.audience
    )


def _audience(
    view: InventoryView, ownership: AppOwners | None, at: InventoryContext, *, asked: bool
) -> tuple[str, ...]:
    """Say whom an item concerns: its owners if they can be written to, else the channels of the watchlist; nobody, if it was not asked.

    Where owners could not be looked up it is the channels, too: they hear now, and the owners once it is known who they are.
    Where mail to all of its owners fails it is both: the owners are owed it, and somebody has to hear.
    """
    if not at.rules.owners or not at.introduced:
        return at.rules.tell
    if not asked:
        return ()
    owners = tuple(owner.channel for owner in ownership.reachable) if ownership is not None else ()
    if not owners:
        return at.rules.tell
    return (
        (*owners, *at.rules.tell)
        if all(_falls_to_the_channels(view, owner, at) for owner in owners)
        else owners
    )


def _falls_to_the_channels(view: InventoryView, owner: str, at: InventoryContext) -> bool:
    """Say whether an item is for others too because mail to its owner fails: what cannot wait at once, the rest from the next day on."""
    since = _unreached_since(owner, at)
    urgent = view.severity == Severity.CRITICAL or view.listed.ended
    return since is not None and (urgent or days_between(since, at.now, at.watchlist.zone) > 0)


def _unreached_since(owner: str, at: InventoryContext) -> datetime | None:
    """When mail to an owner (by channel) began to fail; `None` if the last one arrived, or none was sent."""
    row = at.memory.notifications.get((UNREACHED, owner))
    return row.at if row is not None and row.standing == Standing.FAILING else None


def _as_seen_from_outside(ownership: AppOwners | None, at: InventoryContext) -> AppOwners | None:
    """Give who owns an app with what others have to know: that mail to them fails."""
    if ownership is None or not ownership.reachable:
        return ownership
    return replace(
        ownership,
        unreached=all(
            _unreached_since(owner.channel, at) is not None for owner in ownership.reachable
        ),
    )


def _why(view: InventoryView, told: Notification | None, at: InventoryContext) -> Reason | None:
    """Give the reason why an item is due to a channel that last heard of it as `told` says; `None` if it is not due."""
    listed = view.listed
    ends = listed.credential.ends
    if (
        ends is not None
        and days_between(ends, listed.first_seen, at.watchlist.zone) > LONG_ENDED_DAYS
    ):
        return None  # old news from before our time
    if told is None or told.at < listed.since or told.at > at.now:
        return Reason.EXPIRED if listed.ended else Reason.FIRST
    if listed.ended:
        return None
    return (
        Reason.RUNG
        if rung_crossed(at.rules.ladder, ends, told.at, at.now, at.watchlist.zone) is not None
        else None
    )


def _too_many(
    due: Mapping[str, list[Notice]], owners: Mapping[str, Owner], at: InventoryContext
) -> frozenset[str]:
    """Give the owners who have to wait: those with the least urgent news, but nobody who waited for a first word waits again.

    Behind all others are those whose mail fails: they would take the turns of who can be reached, check after check.
    """

    def turn(name: str) -> tuple[bool, bool, tuple[int, int, str]]:
        heard = all((notice.view.item, name) in at.memory.notifications for notice in due[name])
        return _unreached_since(name, at) is not None, heard, min(map(_rank, due[name]))

    addressed = sorted((name for name in due if name in owners), key=turn)
    return frozenset(addressed[OWNERS_A_CHECK:])


def _rank(notice: Notice) -> tuple[int, int, str]:
    view = notice.view
    assert isinstance(view, InventoryView)
    return urgency(view)


def _tell_what_cannot_wait(
    due: dict[str, list[Notice]], late: frozenset[str], at: InventoryContext
) -> None:
    """What is critical and would wait for an owner's turn is said to the channels today."""
    waiting = {
        notice.view.item: notice
        for name in late
        for notice in due[name]
        if notice.severity == Severity.CRITICAL
    }
    for item, notice in waiting.items():
        for channel in at.rules.tell:
            view = notice.view
            assert isinstance(view, InventoryView)
            said = any(each.view.item == item for each in due.get(channel, ()))
            if (
                not said
                and _why(view, at.memory.notifications.get((item, channel)), at) is not None
            ):
                due.setdefault(channel, []).append(replace(notice, roles=COPY))


def _to_channels(due: Mapping[str, list[Notice]], at: InventoryContext) -> Iterator[Message]:
    for channel in at.rules.tell:
        first = (INTRODUCED, channel) not in at.memory.notifications and at.scan.read_at is not None
        notices = [*_of_the_reading(channel, at), *due.get(channel, ())]
        if not notices and not first:
            continue
        owned = at.rules.owners and first and not at.introduced
        apps = (
            {
                each.object_id
                for each in at.memory.items.values()
                if _why(inventory_view(each, at), None, at)
            }
            if owned
            else set()
        )
        news = InventoryNews(
            at.scan.applications, at.scan.credentials, first=first, owners_next=len(apps)
        )
        yield Message(
            channel,
            at.now,
            at.watchlist.zone,
            tuple(notices),
            inventory=news,
            tenant_name=at.watchlist.name,
        )


def _to_owner(owner: Owner, notices: list[Notice], at: InventoryContext) -> Message:
    news = InventoryNews(at.scan.applications, at.scan.credentials, owner=owner.name or owner.mail)
    return Message(
        owner.channel,
        at.now,
        at.watchlist.zone,
        tuple(notices),
        inventory=news,
        tenant_name=at.watchlist.name,
    )


def reading_view(scan: InventoryScan, now: datetime) -> WatcherView:
    """Say whether the tenant can be read: it cannot once the last complete read, or the first try, is as old as a stale check."""
    last = scan.read_at or scan.tried_since
    failing = bool(scan.error) and now - last > STALE_AFTER
    return WatcherView(
        aspect="reading",
        subject="tenant",
        standing=Standing.FAILING if failing else Standing.HEALTHY,
        severity=Severity.CRITICAL if failing else Severity.OK,
        situation="failing" if failing else "",
        since=last if failing else None,
        problems=(scan.error,) if failing else (),
    )


def _of_the_reading(channel: str, at: InventoryContext) -> Iterator[Notice]:
    """Give what is due about the reading itself: that it fails, once a day; that it works again; that it showed far fewer credentials."""
    scan, told = at.scan, at.memory.notifications
    reading = reading_view(scan, at.now)
    last = told.get((reading.item, channel))
    if reading.standing == Standing.FAILING:
        if (
            last is None
            or last.standing == Standing.HEALTHY
            or not said_on_day(last, at.now, at.watchlist.zone)
        ):
            yield Notice(reading, Reason.CHECK_FAILING, COPY)
    elif last is not None and last.standing == Standing.FAILING and not scan.error:
        yield Notice(reading, Reason.RECOVERED, COPY)
    fewer = WatcherView(
        aspect="fewer",
        subject="tenant",
        standing=Standing.FAILING,
        severity=Severity.WARNING,
        situation="",
        since=scan.fewer_at,
        problems=(
            f"{scan.credentials:,} credentials were read, {scan.fewer_than:,} the time before",
        ),
    )
    introduced, said = told.get((INTRODUCED, channel)), told.get((fewer.item, channel))
    if (
        scan.fewer_at is not None
        and introduced is not None
        and introduced.at < scan.fewer_at
        and (said is None or said.at < scan.fewer_at)
    ):
        yield Notice(fewer, Reason.FEWER_RATIO, COPY)
