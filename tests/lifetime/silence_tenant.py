"""Scenarios of the rules about the whole tenant: see `test_silence`."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from local.simulation.build import CLIENT_ID, RULES, app, owner, secret, watchlist
from local.simulation.world import World, inventory_world
from shared.adapters.graph.renewable import is_renewable
from shared.adapters.graph.shapes import Key, ListedPrincipal
from shared.adapters.graph.signing_certificate import signing_key_ids
from shared.core.inventory.due import OWNERS_A_CHECK
from shared.core.model.days import end_of
from shared.core.model.inventory import InventoryApp

SOON, FAR = "2026-09-20T09:00Z", "2027-09-01T09:00Z"


def world(*apps: InventoryApp, **rules: Any) -> World:  # noqa: ANN401  (fields of the rules)
    life = inventory_world(watchlist(inventory=replace(RULES, **rules)))
    life.whole.apps = list(apps)
    return life


def heard(life: World, until: str = "2026-09-02T14:00Z", about: str = "x") -> list[str]:
    """Return the notices about an app, or about any item, with their channel."""
    life.run(until)
    return [line for line in life.news if f" {about}" in line]


def watched(*, proof: bool) -> list[str]:
    return heard(world(app("x", SOON, client_id=CLIENT_ID if proof else "other")))


def excluded(*, proof: bool) -> list[str]:
    rules: dict[str, Any] = {"exclude_names": ("[x]*" if not proof else "x*",)}
    return heard(world(app("x", SOON), **rules))


def noise(*, proof: bool) -> list[str]:
    name = "CWAP_AuthSecret" if proof else "CWAP_AuthSecret of ours"
    return heard(world(app("a")._replace(credentials=(secret("x", name, ends=SOON),))))


def not_renewable(*, proof: bool) -> list[str]:
    record = ListedPrincipal("o", "c", [], [], account_enabled=not proof)
    return ["renewable"] if is_renewable(record) else []


def newer(*, proof: bool) -> list[str]:
    old = secret("x", "key", ends=SOON, starts="2025-01-01T00:00Z")
    new = secret("y", "key" if proof else "other", ends=FAR, starts="2026-08-01T00:00Z")
    return heard(world(app("a")._replace(credentials=(old, new))))


def signing(*, proof: bool) -> list[str]:
    """The older certificate is protected unless the newer one is known to be the active one."""
    ends = datetime(2027, 1, 1, tzinfo=UTC)
    known = "AA" * 20
    keys = [
        Key("old", ends, custom_key_identifier="BB" * 20, usage="Sign"),
        Key("new", ends, custom_key_identifier=known if proof else "random", usage="Sign"),
    ]
    record = ListedPrincipal("o", "c", [], keys, preferred_token_signing_key_thumbprint=known)
    return sorted(signing_key_ids(record) - {"new"})


def no_expiry(*, proof: bool) -> list[str]:
    ends = end_of(datetime(9999 if proof else 2027, 12, 31, tzinfo=UTC))
    return [f"expires on {ends}"] if ends is not None else []


def far(*, proof: bool) -> list[str]:
    life = world(app("x", "2026-10-02T09:00Z" if proof else "2026-10-01T09:00Z"))
    return heard(life, "2026-09-01T20:00Z")


def short_life(*, proof: bool) -> list[str]:
    starts = "2026-08-30T09:00Z" if proof else "2026-08-01T09:00Z"
    made = secret("x", "ci", starts=starts, ends="2026-09-12T09:00Z")
    return heard(world(app("a")._replace(credentials=(made,))))


def long_expired(*, proof: bool) -> list[str]:
    return heard(world(app("x", "2026-08-24T09:00Z" if proof else "2026-08-26T09:00Z")))


def told(*, proof: bool) -> list[str]:
    life = world(app("x", SOON))
    heard(life)
    before = len(life.news)
    return heard(life, "2026-09-05T20:00Z" if proof else "2026-09-06T20:00Z")[before - 1 :]


def item_snoozed(*, proof: bool) -> list[str]:
    life = world(app("x", SOON), app("y", SOON))
    life.run("2026-09-02T14:00Z")
    before = len(heard(life))
    item = "tenant:object-x:x-1" if proof else "tenant:object-y:y-1"
    life.acknowledge(item, "2026-09-08", "the owner is away")
    return heard(life, "2026-09-08T20:00Z")[before:]


def not_ours(*, proof: bool) -> list[str]:
    life = world(app("x", SOON), app("y", SOON))
    before = len(heard(life))
    life.claim("x-1" if proof else "y-1")
    return heard(life, "2026-10-01T20:00Z")[before:]


def owners(*, proof: bool) -> list[str]:
    life = world(owners=True)
    life.run("2026-09-02T14:00Z")
    life.whole.owned = {"x": (owner("ann", disabled=not proof),)}
    life.whole.apps = [app("x", "2026-09-25T09:00Z")]
    return [line for line in heard(life, "2026-09-17T20:00Z") if " its " in line]


def first_day(*, proof: bool) -> list[str]:
    life = world(app("x", SOON), owners=True)
    life.whole.owned = {"x": (owner("ann"),)}
    lines = heard(life, "2026-09-01T20:00Z" if proof else "2026-09-02T20:00Z")
    return [line for line in lines if " ann " in line]


def owners_a_check(*, proof: bool) -> list[str]:
    """The last owner waits for the next check of the day."""
    life = world(owners=True)
    life.run("2026-09-01T20:00Z")
    names = [f"x{number:03}" for number in range(OWNERS_A_CHECK + 1)]
    life.whole.apps = [app(name, "2026-09-25T09:00Z") for name in names]
    life.whole.owned = {name: (owner(f"o{name}"),) for name in names}
    lines = heard(life, "2026-09-02T13:30Z" if proof else "2026-09-03T14:30Z")
    return lines[OWNERS_A_CHECK:]


def unread(*, proof: bool) -> list[str]:
    life = world(app("x", "2026-10-01T09:00Z"), app("b", FAR), app("c", FAR))
    life.run("2026-09-01T13:30Z")
    before = len(life.news)
    life.whole.broken = "Graph answered 503." if proof else ""
    return heard(life, "2026-09-17T20:00Z")[1 if before else 0 :]


def fewer(*, proof: bool) -> list[str]:
    life = world(*(app(f"a{number}", FAR) for number in range(10)))
    life.run("2026-09-01T20:00Z")
    del life.whole.apps[8 if proof else 7 :]
    return heard(life, about="fewer")


TENANT_RULES = {
    "watched": watched,
    "excluded": excluded,
    "noise": noise,
    "not-renewable": not_renewable,
    "newer": newer,
    "signing": signing,
    "no-expiry": no_expiry,
    "far": far,
    "short-life": short_life,
    "long-expired": long_expired,
    "told": told,
    "item-snoozed": item_snoozed,
    "not-ours": not_ours,
    "owners": owners,
    "first-day": first_day,
    "owners-a-check": owners_a_check,
    "unread": unread,
    "fewer": fewer,
}
