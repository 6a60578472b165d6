"""Words by how far away the expiry is; "Urgent" and "critical" are the same days."""

from dataclasses import replace

import pytest

from shared.core.model.decision import InUse
from shared.core.model.views import ServiceView, View
from shared.core.model.vocabulary import Loss, Reason, Severity, Standing
from shared.render.text.headlines import title
from shared.render.text.urgency import urgency
from tests.support.notices import (
    NOW,
    PAT,
    ZONE,
    credential,
    inventory_view,
    message,
    notice,
    reading,
    service_view,
)

SHOWN = InUse("libcal", "x", assumed=False, at=NOW, evidence=True)
CONFIRMED = InUse("libcal", "x", assumed=False, at=NOW, by=PAT)


def ended(record: InUse, **more: object) -> ServiceView:
    view = service_view(Standing.EXPIRED, credential(ends=-2), over=Loss.EXPIRED)
    return replace(view, in_use_record=record, **more)  # type: ignore[arg-type]  # fields of the view


def test_credentials_of_the_tenant_have_the_same_words() -> None:
    views = [inventory_view("Kiosk", days) for days in (22, 5, -2)]
    views.append(replace(inventory_view("Kiosk", 40), severity=Severity.NOTICE))
    words = {view.days_left: urgency(view, ZONE) for view in views}
    assert words == {40: "Due on 1 Jan 2027", 22: "Due soon", 5: "Urgent", -2: "Expired"}


@pytest.mark.parametrize(
    ("view", "words", "severity"),
    [
        (service_view(in_use=credential(ends=96)), "Due on 26 Feb 2027", Severity.NOTICE),
        (service_view(in_use=credential(ends=31)), "Due on 23 Dec 2026", Severity.NOTICE),
        (service_view(in_use=credential(ends=30)), "Due soon", Severity.WARNING),
        (service_view(in_use=credential(ends=8)), "Due soon", Severity.WARNING),
        (service_view(in_use=credential(ends=7)), "Urgent", Severity.CRITICAL),
        (service_view(in_use=credential(ends=0)), "Urgent", Severity.CRITICAL),
        (
            service_view(
                Standing.AWAITING_INSTALL,
                credential(ends=40),
                replacement=credential("new", 700),
            ),
            "Due on 1 Jan 2027",
            Severity.NOTICE,
        ),
        (ended(CONFIRMED), "Probably not working", Severity.CRITICAL),
        (ended(SHOWN), "Not working", Severity.CRITICAL),
        (ended(SHOWN, candidates=(credential("x", 9),)), "Probably not working", Severity.CRITICAL),
        (
            service_view(
                Standing.AWAITING_INSTALL,
                credential(ends=-2),
                replacement=credential("new", 700),
                over=Loss.EXPIRED,
            ),
            "Probably not working",
            Severity.CRITICAL,
        ),
        (service_view(Standing.MISSING, over=Loss.DELETED), "Probably not working", "critical"),
        (reading("Graph is down."), "Urgent", Severity.CRITICAL),
    ],
)
def test_words_follow_the_days_that_are_left(view: View, words: str, severity: Severity) -> None:
    assert (urgency(view, ZONE), view.severity) == (words, severity)
    heading = title(message(notice(view, Reason.RUNG)))
    assert heading == f"Lapsewatch: {words[0].lower()}{words[1:]}"
