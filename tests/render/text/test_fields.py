from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from shared.core.model.views import Request, ServiceView
from shared.core.model.vocabulary import Loss, Standing
from shared.core.model.watchlist import Runbook
from shared.render.text.links import entra_credentials
from shared.render.text.request import ready_request
from shared.render.text.runbooks import filled
from tests.support.notices import (
    APP,
    NOW,
    ZONE,
    credential,
    service_view,
    unmatched,
)

PORTAL = entra_credentials(APP, None)
HOSTILE = "[x](https://evil.example) <b>**B**</b> `c` &lt; {{ends}}"


def with_sections(view: ServiceView | None = None, /, **sections: str) -> ServiceView:
    view = view or service_view()
    return replace(view, service=replace(view.service, runbook=Runbook("a.md", sections)))


def fill(text: str, view: ServiceView | None = None) -> str:
    return filled(with_sections(view, Create=text), "Create", now=NOW, zone=ZONE)


def test_every_field_has_its_value() -> None:
    assert (
        fill("{{service}}, {{ app }}, {{client_id_tail}}") == "LibCal, LibApps Outlook sync, 13d6"
    )
    assert fill("{{ends}}, {{days_left}} days left") == "13 Dec 2026, 21 days left"
    assert fill("[{{suggested_name}}]({{portal_link}})") == f"[LibCal 2028]({PORTAL})"


def test_expiry_fields_without_an_expiry_date() -> None:
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
def test_name_from_graph_stays_text_in_markdown(text: str, name: str) -> None:
    shape = MarkdownIt("commonmark").render(text.replace("{{app}}", "name"))
    shown = MarkdownIt("commonmark").render(fill(text, service_view(app=replace(APP, name=name))))
    assert shown.count("<") == shape.count("<")
    assert "13 Dec" not in shown


def test_value_in_code_or_mail_has_no_backslash() -> None:
    view = service_view(app=replace(APP, name="a_b*"))
    assert fill("{{app}} `{{app}}`", view) == r"a\_b\* `a_b*`"
    asking = Request((with_sections(view, Request="Subject: {{app}}\n\nIn {{app}}"),))
    ready = ready_request(asking, now=NOW, zone=ZONE)
    assert ready is not None
    assert (ready.subject, ready.text) == ("a_b*", "In a_b*")
