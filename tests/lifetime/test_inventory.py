"""The life of an inventory: who gets which message about unwatched apps, and on which day."""

from dataclasses import replace
from typing import Any

import pytest

from local.simulation.build import RULES, app, at, owner, secret, watchlist
from local.simulation.recording_channel import RecordingChannel
from local.simulation.world import World, inventory_world
from shared.core.inventory.due import OWNERS_A_CHECK
from shared.core.model.check_record import Outcome
from shared.core.model.directory import Kind
from shared.core.model.inventory import Holder, InventoryApp, InventoryView
from shared.core.model.vocabulary import Severity, Standing
from shared.ports.errors import LedgerError
from shared.render.text.inventory import owned_by

SOON, LATER, FAR = "2026-09-20T09:00Z", "2026-10-05T09:00Z", "2027-09-01T09:00Z"


def world(*apps: InventoryApp, **rules: Any) -> World:  # noqa: ANN401  (fields of the rules)
    made = inventory_world(watchlist(inventory=replace(RULES, **rules)))
    made.whole.apps = list(apps)
    return made


def test_a_secret_is_notified_at_each_rung_and_once_expired() -> None:
    life = world(app("signage", SOON))
    life.run("2026-10-10T14:00Z")
    assert life.news == [
        "2026-09-01 its first",
        "2026-09-01 its signage-1 first 19",
        "2026-09-06 its signage-1 rung 14",
        "2026-09-13 its signage-1 rung 7",
        "2026-09-19 its signage-1 rung 1",
        "2026-09-20 its signage-1 expired 0",
    ]


def test_missed_days_delay_messages_but_lose_none() -> None:
    life = world(app("signage", LATER), app("kiosk", FAR))
    life.run("2026-10-20T14:00Z", asleep=[("2026-09-10", "2026-09-24")])
    assert life.news == [
        "2026-09-01 its first",
        "2026-09-05 its signage-1 first 30",
        "2026-09-25 its signage-1 rung 10",
        "2026-09-28 its signage-1 rung 7",
        "2026-10-04 its signage-1 rung 1",
        "2026-10-05 its signage-1 expired 0",
    ]


def test_only_a_newer_secret_of_the_same_name_replaces_one() -> None:
    old = secret("old", "key 1", ends=SOON, starts="2025-01-01T00:00Z")
    new = secret("new", "key 1", ends=FAR, starts="2026-08-01T00:00Z")
    other = secret("other", "key 2", ends=FAR, starts="2026-08-01T00:00Z")
    named = app("a")._replace(credentials=(old, new))
    only_other = app("b")._replace(credentials=(old._replace(key_id="kept"), other))
    unnamed = app("c")._replace(
        credentials=(
            old._replace(key_id="u1", name=""),
            new._replace(key_id="u2", name="", ends=at(SOON)),
        )
    )
    kinds = app("d")._replace(
        credentials=(
            old._replace(key_id="secret"),
            new._replace(key_id="cert", kind=Kind.CERTIFICATE),
        )
    )
    life = world(named, only_other, unnamed, kinds)
    life.run("2026-09-02T14:00Z")
    assert life.news == [
        "2026-09-01 its first",
        "2026-09-01 its kept first 19",
        "2026-09-01 its secret first 19",
        "2026-09-01 its u1 first 19",
        "2026-09-01 its u2 first 19",
    ]


def test_a_signing_certificate_is_not_replaced_by_a_newer_one() -> None:
    old = secret("active", "CN=SSO", ends=SOON, starts="2025-01-01T00:00Z")
    new = secret("prepared", "CN=SSO", ends=FAR, starts="2026-08-01T00:00Z")
    saml = app("catalogue", holder=Holder.SERVICE_PRINCIPAL)._replace(
        credentials=(old, new), signing=frozenset({"active"})
    )
    life = world(saml, service_principals=True)
    life.run("2026-09-02T14:00Z")
    assert "2026-09-01 its active first 19" in life.news


def test_a_newer_secret_that_has_not_started_replaces_nothing() -> None:
    old = secret("old", "key 1", ends="2026-09-10T09:00Z", starts="2025-01-01T00:00Z")
    new = secret("new", "key 1", ends=FAR, starts="2026-09-15T00:00Z")
    life = world(app("a")._replace(credentials=(old, new)))
    life.run("2026-09-02T14:00Z")
    assert "2026-09-01 its old first 9" in life.news


@pytest.mark.parametrize("state", ["absent", "newer"])
def test_an_app_is_back_long_after_its_secret_expired(state: str) -> None:
    """It is restored or enabled, or the newer secret is deleted: the expiry was never reported."""
    old = secret("old", "key", ends="2026-09-12T09:00Z", starts="2025-01-01T00:00Z")
    new = secret("new", "key", ends=FAR, starts="2026-08-01T00:00Z")
    before = app("a")._replace(credentials=(old,))
    life = world() if state == "absent" else world(before._replace(credentials=(old, new)))
    life.run("2026-09-22T20:00Z")
    life.whole.apps = [before]
    life.run("2026-09-25T20:00Z")
    assert [line for line in life.news if " old " in line] == ["2026-09-23 its old expired -11"]


def test_long_expired_credentials_are_listed_without_a_message() -> None:
    life = world(
        app("just", "2026-08-28T09:00Z"),
        app("long", "2026-08-20T09:00Z"),
        app("ages", "2025-08-20T09:00Z"),
    )
    life.run("2026-09-03T14:00Z")
    assert life.news == ["2026-09-01 its first", "2026-09-01 its just-1 expired -4"]
    tenant = life.watch.status().inventory
    assert tenant is not None
    assert [view.listed.app_name for view in tenant.views] == ["just", "long"]


def test_noise_excluded_and_watched_apps_are_left_out() -> None:
    noise = app("proxy")._replace(credentials=(secret("cwap", "CWAP_AuthSecret", ends=SOON),))
    watched = app("LibApps", SOON, client_id="6F1C2F5E-8a04-4d0b-9d5e-0c7a5a2b13d6")
    apps = [
        *(
            app("ConnectSyncProvisioning_SRV1", SOON),
            noise,
            watched,
            app("Test thing", SOON),
            app("lab", SOON, tags=("lab",)),
        ),
        *(app("by id", SOON, client_id="c0ffee"), app("kept", SOON)),
    ]
    life = world(
        *apps,
        exclude_names=("test*",),
        exclude_tags=frozenset({"lab"}),
        exclude_client_ids=frozenset({"c0ffee"}),
    )
    life.run("2026-09-02T14:00Z")
    assert life.news == ["2026-09-01 its first", "2026-09-01 its kept-1 first 19"]


def test_a_noise_rule_can_be_switched_off() -> None:
    noise = app("proxy")._replace(credentials=(secret("cwap", "CWAP_AuthSecret", ends=SOON),))
    life = world(noise, noise=())
    life.run("2026-09-02T14:00Z")
    assert set(life.news) == {"2026-09-01 its first", "2026-09-01 its cwap first 19"}


def test_a_credential_that_returns_is_notified_again() -> None:
    life = world(app("signage", SOON))
    life.run("2026-09-02T14:00Z")
    life.whole.apps = []
    life.run("2026-09-03T14:00Z")
    assert not life.remembered.memory.items
    assert set(life.remembered.memory.notifications) == {
        ("introduction:tenant", "its"),
        ("fewer:tenant", "its"),
    }
    life.whole.apps = [app("signage", SOON)]
    life.run("2026-09-04T14:00Z")
    assert life.news[-1] == "2026-09-04 its signage-1 first 16"


def test_an_incomplete_read_changes_nothing_and_is_retried() -> None:
    life = world(app("a", SOON), app("b", SOON), app("c", SOON))
    life.run("2026-09-01T20:00Z")
    life.whole.broken = "Graph answered 503."
    life.now = at("2026-09-02T12:30Z")
    failed = life.run("2026-09-02T13:30Z")[0]
    assert failed.outcome == Outcome.PARTIAL
    assert failed.judgement is not None
    assert "The tenant could not be read: Graph answered 503." in failed.error
    assert len(life.remembered.memory.items) == 3
    life.whole.broken = ""
    again = life.run("2026-09-02T14:30Z")
    assert [result.outcome for result in again] == [Outcome.OK]
    assert len(life.news) == 4, "nothing is sent twice"


def test_a_failing_read_is_reported_daily_and_so_is_recovery() -> None:
    life = world(app("a", FAR), app("b", FAR), app("c", FAR))
    life.run("2026-09-01T20:00Z")
    life.whole.broken = "Graph answered 503."
    life.run("2026-09-04T20:00Z")
    life.whole.broken = ""
    life.run("2026-09-05T20:00Z")
    assert life.news == [
        "2026-09-01 its first",
        "2026-09-02 its reading:tenant check_failing None",
        "2026-09-03 its reading:tenant check_failing None",
        "2026-09-04 its reading:tenant check_failing None",
        "2026-09-05 its reading:tenant recovered None",
    ]


def test_an_app_that_cannot_be_decoded_keeps_its_items() -> None:
    life = world(app("odd", SOON), app("b", SOON))
    life.run("2026-09-01T20:00Z")
    life.whole.unread = ("client-odd",)
    (result,) = life.run("2026-09-02T13:30Z")
    assert result.outcome == Outcome.PARTIAL
    assert "app client-odd could not be read" in result.error
    assert len(life.remembered.memory.items) == 2


def test_nothing_is_gone_while_an_app_has_no_readable_id() -> None:
    life = world(app("a", SOON), app("b", SOON), app("nameless", FAR, client_id="#1 of its page"))
    life.run("2026-09-01T20:00Z")
    life.whole.unread = ("#1 of its page",)
    del life.whole.apps[0]
    life.run("2026-09-02T13:30Z")
    assert len(life.remembered.memory.items) == 2
    life.whole.unread = ()
    life.run("2026-09-03T13:30Z")
    assert len(life.remembered.memory.items) == 1


def test_a_fifth_fewer_credentials_is_reported_once() -> None:
    life = world(*(app(f"a{n}", FAR) for n in range(10)))
    life.run("2026-09-01T20:00Z")
    del life.whole.apps[8:]
    life.run("2026-09-02T20:00Z")
    assert life.news == ["2026-09-01 its first"], "eight of ten is not yet fewer"
    del life.whole.apps[6:]
    life.run("2026-09-05T20:00Z")
    assert life.news == ["2026-09-01 its first", "2026-09-03 its fewer:tenant fewer None"]


def test_owners_get_their_own_apps_from_the_second_day_on() -> None:
    life = world(
        app("hers", SOON),
        app("theirs", SOON),
        app("nobodys", SOON),
        app("robots", SOON),
        app("mute", SOON),
        owners=True,
    )
    life.whole.owned = {
        "hers": (owner("ann"),),
        "theirs": (owner("ann"), owner("bob")),
        "robots": (owner("pipeline", person=False),),
        "mute": (owner("carl", mail=False),),
    }
    life.run("2026-09-01T20:00Z")
    assert life.whole.asked == []
    (first,) = life.inboxes["its"].heard[-1:]
    assert first.inventory is not None
    assert (first.inventory.first, first.inventory.owners_next, len(first.notices)) == (True, 5, 5)
    life.run("2026-09-07T20:00Z")
    assert [line for line in life.news if not line.startswith("2026-09-01")] == [
        "2026-09-02 ann hers-1 first 18",
        "2026-09-02 ann theirs-1 first 18",
        "2026-09-02 bob theirs-1 first 18",
        "2026-09-06 ann hers-1 rung 14",
        "2026-09-06 ann theirs-1 rung 14",
        "2026-09-06 bob theirs-1 rung 14",
        "2026-09-06 its mute-1 rung 14",
        "2026-09-06 its nobodys-1 rung 14",
        "2026-09-06 its robots-1 rung 14",
    ]
    assert len(life.whole.asked) == 10, "owners are read only before a message"
    assert set(life.ledger.memory.channels) <= {"its", "admins"}, (
        "an owner is not a channel of the watchlist"
    )


def test_a_failed_owner_mail_is_retried_without_repeats() -> None:
    life = world(app("theirs", SOON), owners=True)
    life.whole.owned = {"theirs": (owner("ann"), owner("bob"))}
    life.run("2026-09-01T20:00Z")
    life.inboxes["ann"], life.inboxes["bob"] = (
        life._mailbox(owner("ann")),  # noqa: SLF001  (the mailboxes that the check itself would use)
        life._mailbox(owner("bob")),  # noqa: SLF001  (the mailboxes that the check itself would use)
    )
    life.inboxes["bob"].down = True
    life.run("2026-09-02T14:00Z")
    life.inboxes["bob"].down = False
    life.run("2026-09-03T20:00Z")
    assert [line for line in life.news if line.startswith("2026-09-02")] == [
        "2026-09-02 ann theirs-1 first 18",
        "2026-09-02 bob theirs-1 first 18",
    ]
    assert [line for line in life.news if line.startswith("2026-09-03")] == []


def test_unreadable_owners_are_notified_later_channels_now() -> None:
    life = world(app("hers", LATER), owners=True)
    life.whole.owned = {"hers": (owner("ann"),)}
    life.whole.no_owners = "Graph refuses."
    life.run("2026-09-04T20:00Z")
    (result,) = life.run("2026-09-05T13:30Z")
    assert result.outcome == Outcome.PARTIAL
    life.whole.no_owners = ""
    life.run("2026-09-06T20:00Z")
    assert life.news[1:] == ["2026-09-05 ann hers-1 first 30", "2026-09-05 its hers-1 first 30"]


def test_channels_also_get_apps_whose_owners_mail_fails() -> None:
    life = world(app("hers", "2026-10-10T09:00Z"), owners=True)
    life.whole.owned = {"hers": (owner("ann"),)}
    life.inboxes["ann"] = RecordingChannel(down=True)
    life.run("2026-10-20T14:00Z")
    assert life.news == [
        "2026-09-01 its first",
        "2026-09-11 its hers-1 first 29",  # the mail failed the day before
        "2026-09-26 its hers-1 rung 14",
        "2026-10-03 its hers-1 rung 7",
        "2026-10-09 its hers-1 rung 1",
        "2026-10-10 its hers-1 expired 0",
    ]
    view = life.inboxes["its"].heard[-1].notices[0].view
    assert isinstance(view, InventoryView)
    assert view.owned is not None
    assert owned_by(view.owned) == "owned by ann (mail is not delivered)"
    life.inboxes["ann"].down = False
    life.run("2026-10-20T16:00Z")
    assert life.news[-1] == "2026-10-20 ann hers-1 expired -10"
    life.whole.apps.append(app("new", "2026-11-22T09:00Z"))
    life.whole.owned["new"] = (owner("ann"),)
    life.run("2026-10-25T14:00Z")
    assert [line for line in life.news if "new-1" in line] == ["2026-10-23 ann new-1 first 30"], (
        "the channels get no more messages"
    )


def test_channels_get_critical_items_without_waiting_for_a_mail() -> None:
    life = world(owners=True)
    life.whole.owned = {"hers": (owner("ann"),), "his": (owner("ann"),)}
    life.run("2026-09-01T20:00Z")
    life.whole.apps = [app("hers", "2026-09-07T09:00Z"), app("his", "2026-09-20T09:00Z")]
    life.inboxes["ann"] = RecordingChannel(down=True)
    life.run("2026-09-02T13:30Z")
    assert [line for line in life.news if line.startswith("2026-09-02")] == [
        "2026-09-02 its hers-1 first 5"
    ]


def test_one_reachable_owner_of_two_is_enough() -> None:
    life = world(app("theirs", LATER), owners=True)
    life.whole.owned = {"theirs": (owner("ann"), owner("bob"))}
    life.inboxes["ann"] = RecordingChannel(down=True)
    life.run("2026-09-10T14:00Z")
    assert life.news == ["2026-09-01 its first", "2026-09-05 bob theirs-1 first 30"]


def test_owner_mails_are_limited_and_critical_items_do_not_wait() -> None:
    many = OWNERS_A_CHECK + 3
    life = world(
        *(app(f"app{n:03}", "2026-09-04T09:00Z" if n < many else LATER) for n in range(many)),
        owners=True,
    )
    life.whole.owned = {f"app{n:03}": (owner(f"o{n:03}"),) for n in range(many)}
    life.run("2026-09-01T20:00Z")
    assert all(
        notice.severity == Severity.CRITICAL for notice in life.inboxes["its"].heard[-1].notices
    )
    life.run("2026-09-02T20:00Z")
    wrote = [name for name, inbox in life.inboxes.items() if name.startswith("o") and inbox.heard]
    assert len(wrote) == OWNERS_A_CHECK
    life.run("2026-09-03T20:00Z")
    assert (
        len([name for name, inbox in life.inboxes.items() if name.startswith("o") and inbox.heard])
        == many
    )


def test_an_http_check_leaves_the_inventory_to_the_next_run() -> None:
    life = world(app("signage", SOON))
    life.run("2026-09-01T14:30Z")
    noted = life.watch.check(whole=False)
    assert (noted.outcome, noted.inventory) == (Outcome.OK, None)
    (result,) = life.run("2026-09-01T15:30Z")
    assert result.inventory is not None
    assert result.inventory.complete
    assert life.tick().outcome == Outcome.NOT_DUE


@pytest.mark.parametrize("method", ["load", "remember", "record_notifications"])
def test_an_inventory_ledger_failure_makes_the_check_partial(
    method: str,
) -> None:
    life = world(app("signage", SOON))
    life.remembered.broken[method] = LedgerError("The ledger is down.")
    (result,) = life.run("2026-09-01T14:30Z")
    assert result.outcome == Outcome.PARTIAL
    assert any(message.introduction for message in life.inboxes["its"].heard)
    of_tenant = [
        delivery.delivered
        for delivery in result.deliveries
        if delivery.message.inventory is not None
    ]
    assert of_tenant == ([True] if method == "record_notifications" else []), (
        "what was sent is reported, recorded or not"
    )
    life.remembered.broken.clear()
    life.run("2026-09-01T16:00Z")
    assert "2026-09-01 its signage-1 first 19" in life.news


def test_a_dry_run_sends_and_saves_nothing() -> None:
    life = world(app("signage", SOON))
    life.now = at("2026-09-01T14:00Z")
    result = life.watch.dry_run()
    assert [
        len(delivery.message.notices)
        for delivery in result.deliveries
        if delivery.message.inventory is not None
    ] == [1]
    assert (life.news, life.remembered.memory.scan) == ([], None)


def test_an_unreadable_tenant_reports_only_the_failure() -> None:
    """The app may have been deleted since, so its items stay as they are."""
    life = world(app("signage", LATER), app("kiosk", FAR), app("desk", FAR), owners=True)
    life.whole.owned = {"signage": (owner("ann"),)}
    life.run("2026-09-06T14:00Z")
    life.whole.broken = "Graph answered 503."
    life.run("2026-10-15T14:00Z")
    assert [line for line in life.news if "signage" in line] == [
        "2026-09-05 ann signage-1 first 30"
    ]
    assert "2026-10-15 its reading:tenant check_failing None" in life.news
    status = life.watch.status().inventory
    assert status is not None
    (view,) = status.views
    assert (view.standing, view.days_left) == (Standing.EXPIRED, -10)


def test_an_app_that_cannot_be_decoded_causes_no_message() -> None:
    life = world(app("signage", LATER), app("kiosk", FAR))
    life.run("2026-09-06T14:00Z")
    life.whole.unread = ("client-signage",)
    life.run("2026-10-01T14:00Z")
    assert [line for line in life.news if "signage" in line] == [
        "2026-09-05 its signage-1 first 30"
    ]


def test_a_first_message_ahead_does_not_silence_the_owners() -> None:
    life = world(app("signage", SOON), owners=True)
    life.whole.owned = {"signage": (owner("ann"),)}
    present, life.now = life.now, at("2026-11-01T14:00Z")
    life.check()
    life.now = present
    life.run("2026-09-07T14:00Z")
    assert [line for line in life.news if "ann" in line] == [
        "2026-09-01 ann signage-1 first 19",
        "2026-09-06 ann signage-1 rung 14",
    ]


def test_owners_with_failing_mail_do_not_take_others_turns() -> None:
    life = world(owners=True)
    life.run("2026-09-02T14:00Z")
    for number in range(OWNERS_A_CHECK):
        life.whole.apps.append(app(f"dead{number}", "2026-09-28T12:00Z"))
        life.whole.owned[f"dead{number}"] = (owner(f"gone{number}"),)
        life.inboxes[f"gone{number}"] = RecordingChannel(down=True)
    life.whole.apps.append(app("bobs", "2026-10-01T02:00Z"))
    life.whole.owned["bobs"] = (owner("bob"),)
    life.run("2026-09-05T14:00Z")
    assert [line for line in life.news if "bobs" in line] == ["2026-09-03 bob bobs-1 first 27"]


def test_a_card_names_an_item_of_a_late_unreached_owner_once() -> None:
    life = world(app("xs", "2026-10-01T12:00Z"), owners=True)
    life.whole.owned["xs"] = (owner("x"),)
    life.inboxes["x"] = RecordingChannel(down=True)
    life.run("2026-09-23T23:00Z")
    for number in range(OWNERS_A_CHECK):
        life.whole.apps.append(app(f"desk{number}", "2026-09-26T12:00Z"))
        life.whole.owned[f"desk{number}"] = (owner(f"o{number}"),)
    life.run("2026-09-24T13:10Z")
    items = [notice.view.item for notice in life.inboxes["its"].heard[-1].notices]
    assert items.count("tenant:object-xs:xs-1") == 1
    assert len(set(items)) == len(items) == OWNERS_A_CHECK + 1
