"""The forms about one credential of the tenant, as the page has them."""

import re

import pytest

from local.simulation.build import app, secret
from local.simulation.world import ANNA, World, inventory_world
from shared.core.decisions import Refused
from shared.core.model.inventory import InventoryView
from shared.render.page.page import page
from shared.web import forms
from shared.web.decisions import ACTS
from shared.web.done import Done
from shared.web.visit import PageVisit
from tests.render.page.page_cases import lived

KEY = "00000000-0000-4000-8000-00000000001{}"


def world() -> World:
    made = inventory_world()
    made.whole.apps = [
        app(name)._replace(
            credentials=(secret(KEY.format(number), ends="2026-09-20T09:00Z", hint=name),)
        )
        for number, name in enumerate(("signage", "kiosk"))
    ]
    made.run("2026-09-02T14:00Z")
    return made


def row_of(life: World, name: str) -> str:
    """Return the row of an app in the tenant's table, as HTML."""
    rows = page(lived(life)).partition('<table class="tenant">')[2].split("<tr>")
    return next(row for row in rows if f">{name}</a>" in row)


def submit(life: World, form: str, **typed: str) -> Done:
    """Submit a form of a row, with what a person types."""
    fields = dict(re.findall(r'name="(\w+)"(?: value="([^"]*)")?', form)) | typed
    act = re.search(r"/(acknowledge|claim)\"", form)
    assert act is not None
    visit = PageVisit(ANNA, life.watch, lambda _: None, lambda *_: None)
    done = ACTS[act[1]](visit, {name: [value] for name, value in fields.items()})
    assert isinstance(done, Done)
    return done


def views(life: World) -> dict[str, InventoryView]:
    inventory = life.watch.status().inventory
    assert inventory is not None
    return {view.listed.app_name: view for view in inventory.views}


def forms_of(row: str) -> list[str]:
    return re.findall(r"<form.*?</form>", row, re.DOTALL)


def test_a_credential_is_snoozed_and_that_is_taken_back() -> None:
    life = world()
    snooze, _ = forms_of(row_of(life, "signage"))
    assert 'max="2026-09-20"' in snooze
    assert submit(life, snooze, until="2026-09-18", why="ticket 4711") == Done("acknowledge")
    assert [name for name, view in views(life).items() if view.silenced] == ["signage"]
    row = row_of(life, "signage")
    assert "Anna Example, 2 Sep 2026: ticket 4711, quiet until 18 Sep 2026." in row
    (back,) = forms_of(row)
    assert submit(life, back) == Done("cancel")
    assert not views(life)["signage"].silenced


def test_not_ours_is_asked_once_more_and_taken_back() -> None:
    life = world()
    row = row_of(life, "kiosk")
    assert row.index("<summary>Not ours</summary>") < row.index("Not ours: notify nobody")
    _, not_ours = forms_of(row)
    assert submit(life, not_ours) == Done("claim")
    assert [name for name, view in views(life).items() if view.silenced] == ["kiosk"]
    with pytest.raises(Refused, match="has already been assigned or has changed"):
        submit(life, not_ours)
    row = row_of(life, "kiosk")
    assert "Not ours: Anna Example, 2 Sep 2026." in row
    (back,) = forms_of(row)
    assert submit(life, back) == Done("reopen")
    assert not views(life)["kiosk"].silenced


def test_a_credential_that_has_changed_is_not_ignored() -> None:
    life = world()
    _, not_ours = forms_of(row_of(life, "kiosk"))
    changed = secret(KEY.format(1), ends="2026-09-21T09:00Z", hint="kiosk")
    life.whole.apps[1] = life.whole.apps[1]._replace(credentials=(changed,))
    life.run("2026-09-03T14:00Z")
    with pytest.raises(Refused, match="or has changed"):
        submit(life, not_ours)


@pytest.mark.parametrize("item", ["tenant:", "tenant:a:b:c", "credential:a", "tenant:a:b\n"])
def test_what_is_no_item_is_refused(item: str) -> None:
    with pytest.raises(forms.BadForm, match="The form field service is missing or invalid"):
        forms.cancelling({"service": [item]})
