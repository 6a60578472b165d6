from dataclasses import replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from shared.config.runbook import parse
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Standing
from shared.core.model.watchlist import Claim, Runbook
from shared.render.text.links import entra_credentials
from shared.render.text.request import RequestMail, request_mail
from shared.render.text.runbooks import MAX_CARD_BYTES, filled, for_card
from shared.render.text.suggested_name import suggested_name
from tests.support.notices import (
    APP,
    CLIENT_ID,
    LIBCAL,
    NOW,
    ZONE,
    credential,
    service_view,
    unmatched,
)

PORTAL = entra_credentials(APP, None)
RUNBOOKS = Path(__file__).parents[3] / "runbooks"


def with_sections(view: ServiceView | None = None, /, **sections: str) -> ServiceView:
    view = view or service_view()
    return replace(view, service=replace(view.service, runbook=Runbook("a.md", sections)))


def fill(text: str, view: ServiceView | None = None) -> str:
    return filled(with_sections(view, Create=text), "Create", now=NOW, zone=ZONE)


def card(view: ServiceView, *names: str) -> str:
    return for_card(view, names, now=NOW, zone=ZONE)


def named_by(pattern: str, now: datetime = NOW) -> str:
    view = service_view(service=replace(LIBCAL, claim=Claim("name", pattern)))
    return filled(with_sections(view, Create="{{suggested_name}}"), "Create", now=now, zone=ZONE)


def test_every_field_says_how_things_are() -> None:
    assert (
        fill("{{service}}, {{ app }}, {{client_id_tail}}") == "LibCal, LibApps Outlook sync, 13d6"
    )
    assert fill("{{ends}}, {{days_left}} days left") == "13 Dec 2026, 21 days left"
    assert fill("[{{suggested_name}}]({{portal_link}})") == f"[LibCal 2028]({PORTAL})"


def test_the_end_reads_where_there_is_none() -> None:
    text = "ends on {{ends}}, {{days_left}} days left"
    assert (
        fill(text, service_view(in_use=credential(ends=None)))
        == "ends on no set day, unlimited days left"
    )
    assert fill(text, unmatched()) == "ends on an unknown day, no days left"
    assert (
        fill(text, service_view(Standing.EXPIRED, credential(ends=-3), over=Loss.EXPIRED))
        == "ends on 19 Nov 2026, no days left"
    )
    assert (
        fill(text, service_view(Standing.MISSING, over=Loss.DELETED))
        == "ends on 13 Dec 2026, no days left"
    )


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("LibCal*", "LibCal 2028"),
        ("LibCal *", "LibCal 2028"),
        ("LibCal-*", "LibCal-2028"),
        ("LibCal 20*", "LibCal 2028"),
        ("LibCal 20??", "LibCal 2028"),
        ("LibCal ????", "LibCal 2028"),
        ("*LibCal*", "LibCal 2028"),
        ("libcal-*-prod", "libcal-2028-prod"),
        ("LibCal *sync", "LibCal 2028 sync"),
        ("LibCal [(]*[)]", "LibCal (2028)"),
        ("LibCal sync", "LibCal sync"),
    ],
)
def test_the_suggested_name_is_one_that_the_claim_finds(pattern: str, name: str) -> None:
    assert named_by(pattern) == name


@given(
    st.text(alphabet="aB208*?-", min_size=1, max_size=12).filter(
        lambda pattern: len(pattern.strip("*?"))
    )
)
def test_any_claim_finds_the_name_that_is_suggested_for_it(pattern: str) -> None:
    view = service_view(service=replace(LIBCAL, claim=Claim("name", pattern)))
    assert fnmatchcase(suggested_name(view, now=NOW, zone=ZONE), pattern)


def test_the_suggested_year_is_that_in_which_a_secret_made_now_ends() -> None:
    assert named_by("LibCal*", datetime(2027, 1, 1, 5, 59, tzinfo=UTC)) == "LibCal 2028"
    assert named_by("LibCal*", datetime(2027, 1, 5, 6, 0, tzinfo=UTC)) == "LibCal 2029"


@pytest.mark.parametrize("claim", [Claim("hint", "q7X"), Claim("key_id", CLIENT_ID)])
def test_without_a_name_pattern_the_service_names_its_secret(claim: Claim) -> None:
    assert (
        fill("{{suggested_name}}", service_view(service=replace(LIBCAL, claim=claim)))
        == "LibCal 2028"
    )


HOSTILE = "[x](https://evil.example) <b>**B**</b> `c` &lt; {{ends}}"


@pytest.mark.parametrize(
    "text",
    [
        "{{app}}",
        "Its name is {{app}}.",
        "`{{app}}`",
        "``{{app}}``",
        "```\n{{app}}\n```",
        "- {{app}}",
    ],
)
@pytest.mark.parametrize(
    "name",
    [
        HOSTILE,
        "# a",
        "1. a",
        "+ a",
        "- a",
        "> a",
        "=== a",
        "2027) a",
        "a_b_c",
        "a\n\n# b",
        "",
        "\u202e",
    ],
)
def test_a_name_from_graph_is_only_text_wherever_it_is_filled_in(text: str, name: str) -> None:
    shape = MarkdownIt("commonmark").render(text.replace("{{app}}", "name"))
    shown = MarkdownIt("commonmark").render(fill(text, service_view(app=replace(APP, name=name))))
    assert shown.count("<") == shape.count("<")
    assert "13 Dec" not in shown


def test_in_code_and_in_a_mail_a_value_carries_no_backslash() -> None:
    view = service_view(app=replace(APP, name="a_b*"))
    assert fill("{{app}} `{{app}}`", view) == r"a\_b\* `a_b*`"
    assert request_mail(
        with_sections(view, Request="Subject: {{app}}\n\nIn {{app}}"), now=NOW, zone=ZONE
    ) == RequestMail("a_b*", "In a_b*")


def test_a_request_without_a_subject_gets_one() -> None:
    assert request_mail(with_sections(Request="Please!"), now=NOW, zone=ZONE) == RequestMail(
        "New client secret for LibCal", "Please!"
    )


def test_without_a_runbook_there_is_nothing_to_fill() -> None:
    view = service_view(service=replace(LIBCAL, runbook=None))
    assert filled(view, "Create", now=NOW, zone=ZONE) == ""
    assert request_mail(view, now=NOW, zone=ZONE) is None
    assert card(view, "Create") == ""


def test_wrapped_lines_are_joined_and_lists_kept() -> None:
    view = with_sections(
        Create="1. Write `LibCal_*`\n   and the year.\n2. Open <https://entra.microsoft.com>.\n   - once\n"
    )
    assert card(view, "Create") == (
        "**Create**\n\n1. Write LibCal\\_\\* and the year.\n2. Open [https://entra.microsoft.com](https://entra.microsoft.com).\n   - once"
    )


def test_a_card_shows_filled_sections_that_cannot_act() -> None:
    view = with_sections(
        service_view(app=replace(APP, name="{{DATE(x)}} <at>*")),
        Create="`{{app}}` at <{{portal_link}}>",
    )
    assert (
        card(view, "Create")
        == f"**Create**\n\n{{ {{DATE(x)}}}} \\< at\\>\\* at [https://entra.microsoft.com/…]({PORTAL})"
    )


def test_only_the_sections_that_fit_are_shown() -> None:
    view = with_sections(Install="x", Verify="y" * MAX_CARD_BYTES)
    assert card(view, "Install", "Verify") == "**Install**\n\nx"
    assert card(view, "Verify") == ""
    assert card(view, "Clean up") == ""


@pytest.mark.parametrize(("service", "other"), [("LibCal", "LibStaffer"), ("LibStaffer", "LibCal")])
def test_the_runbooks_that_ship_fit_the_occasion(service: str, other: str) -> None:
    path = RUNBOOKS / f"{service.lower()}.md"
    runbook = parse(path.read_text("utf-8"), path.name)
    view = service_view(
        service=replace(LIBCAL, name=service, claim=Claim("name", f"{service}*"), runbook=runbook)
    )
    mail = request_mail(view, now=NOW, zone=ZONE)
    assert mail is not None
    assert mail.subject == f"New client secret for {service}, please"
    assert all(
        words in mail.text
        for words in ("13 Dec 2026", f"\n{service} 2028\n", "ends in 13d6", f"<{PORTAL}>", other)
    )
    assert len(quote(mail.subject + mail.text.replace("\n", "\r\n"))) < 1_700, (
        "it has to fit a mailto: link"
    )
    assert f"`{service} 2028`" in filled(view, "Create", now=NOW, zone=ZONE)
    assert all(
        "{{" not in filled(view, section, now=NOW, zone=ZONE) for section in runbook.sections
    )
    assert all(card(view, section) for section in runbook.sections), (
        "every section is short enough for a card"
    )


@pytest.mark.parametrize("name", ["libcal", "libstaffer"])
def test_the_request_hurries_once_the_old_secret_is_over_and_does_not_ask_to_keep_it(
    name: str,
) -> None:
    runbook = parse((RUNBOOKS / f"{name}.md").read_text("utf-8"), name)

    def asked(view: ServiceView) -> str:
        mail = request_mail(
            replace(view, service=replace(view.service, runbook=runbook)), now=NOW, zone=ZONE
        )
        assert mail is not None
        assert all(line == line.strip() for line in mail.text.split("\n"))
        return mail.text

    keep = "Please leave the old secret in place until we have told you that LibCal syncs with the new one."
    call_with_timeout = asked(service_view())
    assert "The client secret that LibCal has there ends on 13 Dec 2026. " in call_with_timeout
    assert keep in call_with_timeout
    assert "hurry" not in call_with_timeout
    ended = asked(service_view(Standing.EXPIRED, credential(ends=-3), over=Loss.EXPIRED))
    assert (
        "The client secret that LibCal has there ended on 19 Nov 2026, so LibCal may not be syncing now: please hurry. "
        in ended
    )
    gone = asked(service_view(Standing.MISSING, over=Loss.DELETED))
    assert (
        "The client secret that LibCal had there is gone, so LibCal may not be syncing now: please hurry. "
        in gone
    )
    assert all("in place" not in text for text in (ended, gone, asked(unmatched())))
    assert "LibCal has no client secret there yet. " in asked(unmatched())
    assert "does not expire. " in asked(service_view(in_use=credential(ends=None)))
