"""Items that are not services: credentials without a service, apps, and Lapsewatch itself."""

from dataclasses import replace

from shared.render.page.page import page
from shared.render.text.headlines import summary
from tests.render.page.page_cases import GOOD, SAFE, library, lived, safe, single
from tests.render.page.parsed_page import parsed
from tests.support.notices import NOW, ZONE, app_view, channel, leftover, removed, unclaimed


def test_unassigned_credential_has_a_form_for_services_or_none() -> None:
    shown = parsed(single(SAFE, unclaimed()))
    services, nobody = (fields for to, fields in shown.forms if to.endswith("claim"))
    assert [value for name, value in services if name == "choice"] == ["libcal", "libstaffer"]
    assert [value for name, value in nobody if name == "choice"] == ["none"]
    assert dict(services)["hint"] == dict(nobody)["hint"] == "a_b"
    assert dict(services)["ends"] == "2027-12-27T09:15:00Z"
    assert "Not ours: stop watching" in shown.text


def test_decisions_are_listed_and_each_has_a_form_that_takes_it_back() -> None:
    world = safe()
    shown = parsed(lived(world))
    back = [form for form in shown.sent("claim") if "take_back" in form]
    assert [form["key_id"] for form in back] == ["spare", "stray"]
    assert "Anna Example, 22 Sep 2026: assigned the secret “spare”" in shown.text
    assert "Anna Example, 22 Sep 2026: confirmed." in shown.text
    assert "Not ours People said that nobody here uses these." in shown.text
    world.claim("stray", "libcal")
    assert "not-ours" not in page(lived(world))


def test_snooze_has_a_form_that_takes_it_back() -> None:
    shown = parsed(lived(library()))
    back = {"service": "libstaffer", "take_back": "yes"}
    assert back in shown.sent("acknowledge")
    text = "Anna Example, 22 Nov 2026: ticket 4711 is with ITS, quiet until 20 Dec 2026."
    assert text in shown.text


def test_every_kind_of_item_is_on_the_page() -> None:
    views = (leftover(1), channel("it answered 404"), removed(), app_view("it is disabled"))
    evidence = replace(GOOD, evidence="no licence")
    text = parsed(single(SAFE, *views, last_checks=evidence)).text
    for view in views:
        assert summary(view, now=NOW, zone=ZONE) in text
    assert "cannot confirm which credential is in use no licence" in text


def test_deletable_leftover_is_listed_once() -> None:
    shown = parsed(single(SAFE, leftover(40), leftover(40, deletable=True)))
    ids = [given["id"] for given in shown.of("article")]
    assert len([id_ for id_ in ids if id_.startswith("leftover")]) == 1
    assert summary(leftover(40, deletable=True), now=NOW, zone=ZONE) in shown.text
