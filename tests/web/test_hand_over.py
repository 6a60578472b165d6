"""New secrets on the page: who may do what, and where the value is: in one field, once."""

import json
import logging
import re
import string
from datetime import timedelta
from html import unescape

import pytest

from shared.core.model.decision import DecisionKind
from shared.core.model.hand_over import HandOverState
from shared.core.model.secret import Secret
from shared.ports.errors import VaultError
from shared.ports.vault import vault_name
from shared.render.page.value_page import Shown, value_page
from shared.web.done import Done
from shared.web.response import GUARDS, PAGE_POLICY
from tests.render.page.parsed_page import ParsedPage
from tests.web.handing_over import DANA, INSTALLER, NEW, PAT, VALUE, Site, text

NAME = vault_name("libcal", NEW)


def field(html: str) -> dict[str, str]:
    """Return the attributes of the only field to read a value in, and the value as its text."""
    (found,) = (dict(each) for each in ParsedPage(html).of("textarea"))
    (shown,) = re.findall(r"<textarea[^>]*>([^<]*)</textarea>", html)
    return {**found, "text": unescape(shown)}


def test_value_goes_from_one_person_to_the_other_and_ends() -> None:
    site = Site()
    given = site.hand_over()
    assert (given.status, given.body) == (303, "")
    assert given.headers["Location"] == "/api/page?done=hand-over&service=libcal"
    saved = text(site.page(site.visit(PAT), Done("hand-over", "libcal")))
    assert "LibCal: the value is in the vault." in saved
    assert "Pat Example handed over the value of the secret “LibCal 2026” today at" in saved
    assert "Nobody has opened it yet." in saved

    shown = site.press("show-value")
    assert shown.status == 200
    assert field(shown.body)["text"] == VALUE
    assert "You opened it today at" in text(site.page())
    again = site.press("show-value")
    assert field(again.body)["text"] == VALUE

    assert (
        site.press("withdraw", site.visit(PAT))
        .headers["Location"]
        .endswith("?done=withdraw&service=libcal")
    )
    assert site.vault is not None
    assert site.vault.values == {}
    told = text(site.page(site.visit(PAT), Done("withdraw", "libcal")))
    assert "LibCal: the value was withdrawn" in told
    assert [each.kind for each in site.life.ledger.decisions("libcal")["libcal"]] == [
        DecisionKind.WITHDRAW,
        DecisionKind.OPEN,
        DecisionKind.OPEN,
        DecisionKind.HAND_OVER,
    ]


def test_page_does_not_say_that_the_installer_knows_before_they_do() -> None:
    site = Site()
    site.life.ledger.lease()  # another check is running
    assert "done=hand-over-later" in site.hand_over().headers["Location"]
    told = text(site.page(site.visit(PAT), Done("hand-over-later", "libcal")))
    assert "The next check tells the installer" in told


def test_page_with_a_value_is_guarded_and_has_the_next_steps() -> None:
    site = Site()
    site.hand_over()
    found = site.press("show-value")
    assert found.headers == {"Cache-Control": "no-store", "Content-Security-Policy": PAGE_POLICY}
    assert {"X-Frame-Options", "Referrer-Policy", "X-Content-Type-Options"} <= GUARDS.keys()
    page = ParsedPage(found.body)
    assert found.body.count(VALUE) == 1
    assert "name" not in field(found.body), "no form sends it"
    (sent,) = page.sent("confirm")
    assert (sent["service"], sent["key_id"]) == ("libcal", NEW)
    urls = [each.get("src") or each.get("href", "") for _, each in page.tags]
    assert all(url.startswith(("/api/page", "data:,", "#", "https://")) for url in urls if url)
    assert all(each["src"] == "/api/page/assets/page.js" for each in page.of("script"))


def test_field_has_every_printable_character_as_it_is() -> None:
    site = Site()
    site.hand_over()
    site.press("show-value")
    record, watch = site.life.ledger.hand_overs()["libcal"], site.visit().watch
    characters = string.digits + string.ascii_letters + string.punctuation
    values = [characters, characters[::-1], *(f"a{each}b{each * 3}amp;" for each in characters)]
    for value in values:
        shown = Shown(record, Secret(value), "Dana", "/api/page", "")
        html = watch.shown_status(lambda *now, shown=shown: value_page(shown, *now))
        assert field(html)["text"] == value


def test_reload_shows_it_no_more() -> None:
    site = Site()
    site.hand_over()
    sent = site.shown("show-value")
    assert site.send("show-value", sent).status == 200
    for replayed in (sent, sent, sent | {"seen": "7"}, {"service": "libcal"}):
        answer = site.send("show-value", replayed)
        assert (answer.status, VALUE in answer.body) == (409, False)
        assert text(answer).count("Nothing was shown.") == 1
        assert "Reload" not in text(answer), "that would send the same form once more"
    assert len(site.life.ledger.hand_overs()["libcal"].opened) == 1


def test_after_an_opening_it_is_shown_to_nobody_else() -> None:
    site = Site()
    site.hand_over()
    pats = site.shown("show-value", site.visit(PAT))
    site.press("show-value")
    told = text(site.page(site.visit(PAT)))
    assert "Opened by Dana Example today at" in told
    assert "if that was not right, ask ITS for a new secret." in told
    assert ParsedPage(site.page(site.visit(PAT))).sent("show-value") == []
    for sent in (pats, pats | {"seen": "1"}):
        answer = site.send("show-value", sent, site.visit(PAT))
        assert (answer.status, VALUE in answer.body) == (409, False)
        assert "Dana Example" in text(answer)
    site.life.now += timedelta(minutes=16)
    assert "If you still need it, ask ITS" in text(site.page())
    assert ParsedPage(site.page()).sent("show-value") == []


@pytest.mark.parametrize(
    ("roles", "signed_in", "status", "said"),
    [
        (frozenset(), timedelta(0), 403, "role Installer"),
        (frozenset({"installer", "Reader"}), timedelta(0), 403, "role Installer"),
        (frozenset(), None, 403, "role Installer"),
        (INSTALLER, None, 403, "the optional claim auth_time is missing"),
        (INSTALLER, timedelta(minutes=10), 303, ""),
        (INSTALLER, timedelta(days=1), 303, ""),
    ],
)
def test_without_role_or_new_sign_in_nothing_is_opened(
    roles: frozenset[str], signed_in: timedelta | None, status: int, said: str
) -> None:
    site = Site()
    site.hand_over()
    visit = site.visit(DANA, roles, signed_in)
    answer = site.press("show-value", visit)
    assert (answer.status, VALUE in answer.body) == (status, False)
    assert said in answer.body
    assert site.life.ledger.hand_overs()["libcal"].state == HandOverState.READY
    if status == 303:
        back = "%2Fapi%2Fpage%23service-libcal"
        to = f"/.auth/login/aad?prompt=login&post_login_redirect_uri={back}"
        assert answer.headers["Location"] == to
        assert "Sign in again" in text(site.page(visit))
    else:
        assert "Nothing was shown." in text(answer)
        assert text(answer).count(said) == 2, "the page says it beside the button too"


def test_ten_minutes_are_enough() -> None:
    site = Site()
    site.hand_over()
    visit = site.visit(signed_in=timedelta(minutes=9, seconds=59))
    assert site.press("show-value", visit).status == 200


def test_a_vault_that_fails_shows_the_page_with_the_reason() -> None:
    site = Site()
    site.hand_over()
    assert site.vault is not None
    site.vault.broken = {"value": VaultError("The vault answered 503.")}
    answer = site.press("show-value")
    assert (answer.status, VALUE in answer.body) == (409, False)
    assert "The vault answered 503." in text(answer)


@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("hand-over", {"service": "libcal"}),
        ("hand-over", {"service": "libcal", "value": ["zzMARKzz", "zzMARKzz"]}),
        ("hand-over", {"service": "zz MARK", "value": VALUE}),
        ("hand-over", {"value": VALUE}),
        ("show-value", {"service": "libcal", "seen": "zzMARKzz"}),
        ("show-value", {"service": "libcal", "seen": "-1"}),
        ("show-value", {"service": "libcal", "seen": ["0", "0"]}),
        ("show-value", {"service": "libcal", "key_id": "zzMARKzz"}),
        ("withdraw", {"service": ["libcal", "libstaffer"]}),
    ],
)
def test_form_that_is_not_the_pages_is_refused(action: str, values: dict[str, object]) -> None:
    site = Site()
    answer = site.send(action, values)
    assert answer.status == 400
    assert "MARK" not in answer.body
    assert VALUE not in answer.body
    assert site.life.ledger.hand_overs() == {}


@pytest.mark.parametrize(
    "value",
    ["", "short", f" {VALUE}", f"{VALUE}\n", f"\r\n{VALUE}", f"{VALUE} x", "x" * 70, f"zzz{VALUE}"],
)
def test_value_that_does_not_fit_is_refused_and_not_echoed(value: str) -> None:
    site = Site()
    answer = site.hand_over(value)
    assert answer.status == 409
    assert VALUE not in answer.body
    assert 'value=""' not in answer.body
    assert site.vault is not None
    assert site.vault.values == {}


def test_only_the_secret_on_the_page_is_shown_or_withdrawn() -> None:
    site = Site()
    site.hand_over()
    other = NEW.replace("2", "9")
    for action in ("show-value", "withdraw"):
        answer = site.send(action, site.shown(action) | {"key_id": other})
        assert answer.status == 409
        assert "another value since you opened this page" in text(answer)
    assert site.life.ledger.hand_overs()["libcal"].state == HandOverState.READY


def test_value_is_nowhere_else(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    site = Site()
    answers = [site.hand_over(), site.hand_over(f"{VALUE} "), site.press("show-value")]
    answers += [site.send("show-value", {"service": "libcal"}), site.press("withdraw")]
    opened = answers.pop(2)
    everything = [caplog.text, repr(site.life.ledger.memory), repr(site.life.inboxes)]
    everything += [json.dumps([each.body, each.headers]) for each in answers]
    everything += [repr(opened.headers), opened.body.replace(f">{VALUE}</textarea>", "", 1)]
    everything += [site.page(), repr(site.life.ledger.decisions("libcal"))]
    assert all(VALUE not in each and VALUE[4:] not in each for each in everything)


def test_off_there_is_no_form() -> None:
    site = Site(vault=None)
    html = site.page()
    for name in ("hand-over", "show-value", "withdraw"):
        assert ParsedPage(html).sent(name) == []
        assert name not in html
    assert "and confirm" not in html


def test_a_link_says_nothing_that_was_not_done() -> None:
    site = Site()
    for done in ("hand-over", "withdraw", "show-value", "withdraw-later"):
        page = site.page(done=Done(done, "libcal"))
        assert 'role="status" tabindex="-1"' not in page
    site.hand_over()
    assert 'role="status" tabindex="-1"' not in site.page(done=Done("hand-over", "libcal"))
    mine = site.visit(PAT)
    assert 'role="status" tabindex="-1"' in site.page(mine, Done("hand-over", "libcal"))
