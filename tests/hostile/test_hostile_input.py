"""Hostile text in names, hints, notes and errors: no medium acts on it.

The media are cards, mails, the page, the feeds, the log and a terminal. The text stands wherever
text from outside can, and each medium is read back by a reader of that medium.
"""

import csv
import io
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import icalendar
import pytest
import typer
from rich.console import Console

from shared.adapters.graph.response import GraphResponse, status_error, unreadable_error
from shared.cli import console
from shared.cli.session import exit_on_error
from shared.config.problems import ConfigProblem, Misconfigured
from shared.config.settings import NoSuchTenant
from shared.core.decisions import Refused
from shared.core.model.check_record import Outcome
from shared.core.model.decision import Decision, DecisionKind
from shared.core.model.directory import AppRecord
from shared.core.model.memory import CredentialRecord, Memory
from shared.core.model.message import Message
from shared.core.model.views import ServiceView, View
from shared.core.model.vocabulary import Loss, Reason, Standing
from shared.core.results import CheckResult, Delivery, Status
from shared.ports.errors import DirectoryError
from shared.render.feeds.calendar_events import calendar
from shared.render.feeds.log_line import MAX_LINE_CHARS, log_line
from shared.render.feeds.metrics import metrics
from shared.render.feeds.spreadsheet import status_csv
from shared.render.page.page import page
from shared.render.text.escape import clean
from shared.web.response import sorry
from tests.render.page.page_cases import GOOD, WATCHLIST, single
from tests.support.gauges import expiries, without_expiries
from tests.support.hostile import Seen, cards_of, every_text, mail_of, unseen
from tests.support.notices import (
    INSTALLER,
    LIBCAL,
    NOW,
    PAT,
    RENEWER,
    WATCHED,
    app_view,
    channel,
    credential,
    leftover,
    message,
    notice,
    reading,
    service_view,
    unclaimed,
    unmatched,
)


def views_of(evil: str) -> list[View]:
    """Return every kind of view, with the text wherever text from outside can stand."""
    labels = dict.fromkeys(LIBCAL.channels, evil)
    service = replace(LIBCAL, name=evil or "-", breaks=evil, labels=labels)
    app = AppRecord("libcal", "5d1c0e7a-96b4-4f0e-8a51-2f6c9b3413d6", "o", evil, True, "", (), NOW)
    one = credential(evil, 3, hint=evil)
    more: dict[str, Any] = {"service": service, "app": app, "candidates": (one,)}
    waiting = service_view(
        Standing.AWAITING_INSTALL, one, replacement=one, over=Loss.EXPIRED, **more
    )
    return [
        service_view(in_use=one, **more),
        waiting,
        service_view(Standing.MISSING, one, over=Loss.DELETED, **more),
        replace(unmatched(one), service=service, app=app),
        replace(
            unclaimed(one, rivals=(service,), wanted_by=(service,)),
            app=app,
            watched=replace(WATCHED, name=evil or "-"),
        ),
        replace(app_view(evil), app=replace(app, disabled=evil)),
        replace(leftover(1), owner=waiting, credential=one),
        reading(evil),
        replace(channel(evil), label=evil),
    ]


def messages_of(evil: str) -> Iterator[Message]:
    views = views_of(evil)
    for roles in (RENEWER, INSTALLER):
        yield message(*(notice(view, Reason.RUNG, roles) for view in views), label=evil)
        for view in views:  # each alone too: the first item is in the subject
            yield message(notice(view, Reason.RUNG, roles))
    yield message(
        introduction=True, watching=tuple(view for view in views if isinstance(view, ServiceView))
    )


def status_of(evil: str) -> Status:
    return single(
        *views_of(evil),
        last_checks=replace(GOOD, outcome=Outcome.FAILED, error=evil, evidence=evil),
    ).status


@every_text
def test_card_is_inert_and_has_only_our_links(evil: str) -> None:
    for told in messages_of(evil):
        assert cards_of(told)


@every_text
def test_mail_has_only_our_headers_tags_and_links(evil: str) -> None:
    for told in messages_of(evil):
        assert mail_of(told)


@every_text
def test_page_has_only_our_script_and_links(evil: str) -> None:
    memory = Memory(
        credential_records={"k": CredentialRecord(credential(evil, 3, hint=evil), "libcal", NOW)}
    )
    decisions = {
        "libcal": (
            Decision(
                NOW, DecisionKind.ACKNOWLEDGE, replace(PAT, name=evil), ("libcal",), "k", evil
            ),
        )
    }
    loud = replace(GOOD, outcome=Outcome.FAILED, error=evil, evidence=evil)
    data = single(*views_of(evil), memory=memory, decisions=decisions, last_checks=loud)
    html = page(replace(data, person=replace(PAT, name=evil), problem=evil))
    seen = Seen(html)
    assert html.encode("utf-8")
    assert seen.tags.count("script") == 1
    assert not {"img", "iframe", "object", "base"} & set(seen.tags)
    assert seen.handlers == []
    assert not [
        link
        for link in seen.links
        if "evil" in link and not link.startswith("mailto:its-helpdesk@example.org?")
    ]
    assert not [
        link
        for link in seen.links
        if link != "data:," and link.lower().startswith(("javascript:", "data:", "//", "http:"))
    ]  # the icon is empty


@every_text
def test_calendar_has_only_our_complete_events(evil: str) -> None:
    gone = CredentialRecord(
        credential(evil, 40, hint=evil), WATCHED.key, NOW, NOW - timedelta(days=1)
    )
    text = calendar(status_of(evil), WATCHLIST, [gone])
    read = icalendar.Calendar.from_ical(text)
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert "\n" not in text.replace("\r\n", "")
    assert {each.name for each in read.walk()} == {"VCALENDAR", "VEVENT", "VALARM"}
    for event in read.walk("VEVENT"):
        assert "ATTACH" not in event
        assert unseen(str(event["summary"]) + str(event["description"])) == []
    for alarm in read.walk("VALARM"):
        assert (str(alarm["action"]), set(alarm)) == (
            "DISPLAY",
            {"ACTION", "TRIGGER", "DESCRIPTION"},
        )


@every_text
def test_csv_holds_no_formula(evil: str) -> None:
    text = status_csv(status_of(evil), WATCHLIST)
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    for cell in (cell for row in rows[1:] for cell in row if not re.fullmatch(r"-?\d+", cell)):
        assert unseen(cell) == []
        assert not re.search(r"(^|;)\s*[=+\-@]", cell)


@every_text
def test_metrics_name_only_what_expires(evil: str) -> None:
    told, harmless = (metrics(status_of(text), WATCHLIST) for text in (evil, "LibCal"))
    assert without_expiries(told) == without_expiries(harmless)
    labels = {label for each in expiries(told) for label in each}
    assert labels
    assert [label for label in labels if unseen(label) or "\n" in label] == []


@every_text
def test_log_line_is_one_line_of_json(evil: str) -> None:
    told = tuple(Delivery(each, delivered=False, error=evil) for each in messages_of(evil))
    line = log_line(
        CheckResult(
            NOW, Outcome.PARTIAL, evil, judgement=status_of(evil).judgement, deliveries=told
        ),
        evil,
    )
    assert line.isascii()
    assert line.isprintable()
    assert len(line) <= MAX_LINE_CHARS
    assert json.loads(line)["outcome"] == "partial"


@every_text
def test_error_of_graph_is_one_visible_line(evil: str) -> None:
    sent = evil.encode("utf-8", "replace").decode()
    body = json.dumps(
        {"error": {"code": evil, "message": evil, "innerError": {"request-id": evil}}}
    ).encode()
    for error in (
        status_error(GraphResponse(400, {"request-id": sent}, body)),
        unreadable_error(sent.encode(), ValueError(evil)),
    ):
        assert str(error).isprintable()
        assert len(str(error)) < 1000
    assert clean(evil).isprintable()


@every_text
def test_terminal_output_is_plain_text(evil: str) -> None:
    said = io.StringIO()
    console.status(Console(file=said, width=200), status_of(evil), WATCHLIST)
    assert unseen(said.getvalue()) == []


@every_text
def test_refusal_is_one_visible_line_on_a_terminal(
    evil: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for error in (Refused(evil), DirectoryError(evil), NoSuchTenant(evil, {})):
        with pytest.raises(typer.Exit), exit_on_error():
            raise error
        said = capsys.readouterr()
        assert (said.out, said.err.count("\n")) == ("", 1)
        assert unseen(said.err) == []


@every_text
def test_mistake_in_the_settings_is_one_visible_line(
    evil: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit), exit_on_error():
        raise Misconfigured((ConfigProblem("place", evil.replace("\n", ""), "x"),))
    said = capsys.readouterr()
    assert said.err.count("\n") == 2
    assert unseen(said.err) == []


@every_text
def test_refusal_is_visible_text_on_the_page(evil: str) -> None:
    calm = page(replace(single(), problem=evil))
    assert unseen(calm) == []
    assert unseen(sorry(503, "Not available", evil).body) == []


@every_text
def test_command_to_copy_quotes_the_credential(evil: str) -> None:
    said = io.StringIO()
    odd = credential("x", 40)._replace(key_id=evil or "k")
    status = single(service_view(Standing.AWAITING_INSTALL, replacement=odd), unclaimed(odd)).status
    console.status(Console(file=said, width=1000, soft_wrap=True), status, WATCHLIST)
    (line,) = [line for line in said.getvalue().splitlines() if "--key-id" in line]
    words = shlex.split(line.split(": ", 1)[1])
    assert (words[:6], len(words)) == (
        ["python", "-m", "shared", "confirm", "libcal", "--key-id"],
        7,
    )
