"""Each service fails in each way, on a day with pending messages: a table of the results.

The check ends in time, with the outcome and the error of the table. Nobody gets a wrong message.
The next tick, without the fault, sends every pending message once, or twice if the response to
the first send was lost.
"""

import re
import time
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from shared.core.model.check_record import Outcome
from shared.core.model.vocabulary import Reason
from shared.core.results import CheckResult
from tests.support.faults import (
    GUEST,
    PLACES,
    Way,
    cut_after,
    drip,
    hang,
    once,
    repeated_link,
    reset,
    saying,
    saying_json,
    taken,
    unpackable,
    without_etags,
)
from tests.support.harness import DAY, PATIENT, Harness, Seconds, World

HOUR = timedelta(hours=1)
MARGIN = 8.0
"""Seconds after the deadline: a call may take a second here, a webhook 5.3 seconds."""
MAX_SLEEP_SECONDS = 4 * 90
"""Seconds between all attempts to send: at most three waits of 30 seconds per message."""
OF_FAILURES = {Reason.CHECK_FAILING, Reason.RECOVERED, Reason.CHANNEL_FAILED, Reason.FEWER_RATIO}
OK, PARTIAL, FAILED = Outcome.OK, Outcome.PARTIAL, Outcome.FAILED
REFUSED = "refused"
"""No server listens at the address."""


class Cell(NamedTuple):
    """A place, how it fails, and the expected outcome and error of the check."""

    place: str
    how: str
    way: Way | str
    outcome: Outcome
    says: str = ""
    """A pattern in the error (sign-ins: evidence; heartbeat: progress); empty if it recovered."""
    twice: bool = False
    """Whether a message may be sent twice."""
    deadline: float = 20.0

    @property
    def seconds(self) -> Seconds:
        """Short for permanent failures; long otherwise, since the machine may be busy."""
        if self.place == "token" and self.outcome != OK:
            return Seconds(token=0.4)
        if self.way not in (hang, drip):
            return PATIENT
        return Seconds(ledger=0.6) if PLACES[self.place].side == "ledger" else Seconds(post=0.3)


def graph_error(code: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": "In words.", "innerError": {"request-id": "r"}}}


def table_error(code: str) -> dict[str, Any]:
    return {"odata.error": {"code": code, "message": {"lang": "en-US", "value": "In words."}}}


HUGE, DATE, PAST = "99999999", "Thu, 26 Nov 2099 15:00:00 GMT", "Sat, 07 May 2022 06:52:49 GMT"
NO_TOKEN = "No token for Graph.*managed identity assigned.*AZURE_CLIENT_ID"
BUSY = "Graph answered (429 TooManyRequests|503)"
TABLE = [
    # the token endpoint of the managed identity
    Cell("token", "refused", REFUSED, FAILED, NO_TOKEN),
    Cell("token", "reset once", once(reset), OK),
    Cell("token", "drips", drip, FAILED, NO_TOKEN),
    Cell(
        "token",
        "400",
        saying_json({"statusCode": 400, "message": "No identity."}, 400),
        FAILED,
        NO_TOKEN,
    ),
    Cell("token", "503 for ages", saying(503, retry_after=HUGE), FAILED, NO_TOKEN),
    Cell("token", "429 once", once(saying(429, retry_after="soon")), OK),
    Cell("token", "429 with a date", saying(429, retry_after=DATE), FAILED, NO_TOKEN),
    Cell("token", "HTML", saying(200, GUEST, Content_Type="text/html"), FAILED, NO_TOKEN),
    Cell(
        "token",
        "wrong types",
        saying_json({"access_token": "x", "expires_on": "soon"}),
        FAILED,
        NO_TOKEN,
    ),
    Cell(
        "token",
        "another's token",
        saying_json({"access_token": "x", "expires_on": "4102444800", "token_type": "Bearer"}),
        FAILED,
        "token",
    ),
    Cell("token", "truncated gzip", unpackable, FAILED, NO_TOKEN),
    # Graph: the watched apps
    Cell("watched apps", "reset", reset, FAILED, "No connection to Graph"),
    Cell("watched apps", "reset once", once(cut_after), OK),
    Cell("watched apps", "hangs", hang, FAILED, "Graph did not respond within", deadline=1.0),
    Cell("watched apps", "drips", drip, FAILED, "Graph did not respond within", deadline=1.0),
    Cell(
        "watched apps",
        "401",
        saying_json(graph_error("InvalidAuthenticationToken"), 401),
        FAILED,
        "does not accept the token",
    ),
    Cell(
        "watched apps",
        "403",
        saying_json(graph_error("Authorization_RequestDenied"), 403),
        FAILED,
        "Application.Read.All.*administrator",
    ),
    Cell("watched apps", "404", saying(404, GUEST), FAILED, "Graph answered 404"),
    Cell("watched apps", "500", saying(500), FAILED, "Graph answered 500"),
    Cell("watched apps", "503 once", once(saying(503)), OK),
    Cell(
        "watched apps",
        "429 for ages",
        saying_json(graph_error("TooManyRequests"), 429, retry_after=HUGE),
        FAILED,
        "asks us to wait for",
    ),
    Cell(
        "watched apps",
        "429 soon",
        saying_json(graph_error("TooManyRequests"), 429, retry_after="soon"),
        FAILED,
        BUSY,
    ),
    Cell(
        "watched apps",
        "429 negative, once",
        once(saying_json(graph_error("TooManyRequests"), 429, retry_after="-1")),
        OK,
    ),
    Cell(
        "watched apps",
        "429 with a date, once",
        once(saying_json(graph_error("TooManyRequests"), 429, retry_after=PAST)),
        OK,
    ),
    Cell("watched apps", "HTML", saying(200, GUEST), FAILED, "HTML instead of JSON"),
    Cell("watched apps", "truncated gzip", unpackable, FAILED, "cannot be"),
    Cell(
        "watched apps",
        "wrong types",
        saying_json({"responses": {"id": 3}}),
        FAILED,
        "cannot be read",
    ),
    Cell(
        "watched apps",
        "nothing inside",
        saying_json({"responses": []}),
        FAILED,
        "batch response is incomplete",
    ),
    # Graph: a page of the tenant
    Cell("tenant page", "reset", reset, PARTIAL, "tenant could not be read: No connection"),
    Cell(
        "tenant page",
        "hangs",
        hang,
        PARTIAL,
        "tenant could not be read: Graph did not respond",
        deadline=3.0,
    ),
    Cell(
        "tenant page",
        "403",
        saying_json(graph_error("Authorization_RequestDenied"), 403),
        PARTIAL,
        "Application.Read.All.*administrator",
    ),
    Cell(
        "tenant page", "500", saying(500), PARTIAL, "tenant could not be read: Graph answered 500"
    ),
    Cell(
        "tenant page",
        "429 for ages",
        saying_json(graph_error("TooManyRequests"), 429, retry_after=HUGE),
        PARTIAL,
        "asks us to wait for",
    ),
    Cell("tenant page", "HTML", saying(200, GUEST), PARTIAL, "HTML instead of JSON"),
    Cell(
        "tenant page", "wrong types", saying_json({"value": 3}), PARTIAL, "tenant could not be read"
    ),
    Cell(
        "tenant page",
        "wrong types inside",
        saying_json({"value": [{"appId": 3}, "a"]}),
        PARTIAL,
        "app .* could not be read",
    ),
    Cell(
        "tenant page",
        "repeated link",
        repeated_link,
        PARTIAL,
        "leads back to an earlier page",
    ),
    Cell(
        "tenant page",
        "token revoked",
        once(saying_json(graph_error("InvalidAuthenticationToken"), 401), at=1),
        PARTIAL,
        "accept",
    ),
    # their owners
    Cell("owners", "reset", reset, PARTIAL, "owners of 2 apps could not be read.*No connection"),
    Cell("owners", "hangs", hang, PARTIAL, "Graph did not respond", deadline=3.0),
    Cell(
        "owners", "500", saying(500), PARTIAL, "channels are notified instead: Graph answered 500"
    ),
    Cell(
        "owners",
        "wrong types",
        saying_json({"responses": [{"id": "0", "status": 200, "body": {"owners": 3}}]}),
        PARTIAL,
        "cannot be",
    ),
    # the report of sign-ins: no check depends on it
    Cell("sign-ins", "hangs", hang, OK, "Graph did not respond", deadline=8.0),
    Cell(
        "sign-ins",
        "403",
        saying_json(graph_error("Authentication_MSGraphPermissionMissing"), 403),
        OK,
        "AuditLog.Read.All.*administrator",
    ),
    Cell("sign-ins", "404", saying(404), OK, "Set LAPSEWATCH_SIGN_INS to off"),
    Cell("sign-ins", "500", saying(500), OK, "Graph answered 500"),
    Cell("sign-ins", "429 for ages", saying(429, retry_after=HUGE), OK, "wait for"),
    Cell("sign-ins", "wrong types", saying_json({"value": "all"}), OK, "cannot be read"),
    Cell(
        "sign-ins",
        "no end",
        saying_json({"value": [], "@odata.nextLink": "http://127.0.0.1:1/elsewhere"}),
        OK,
        "leads to another host",
    ),
    # webhook
    Cell("webhook", "refused", REFUSED, PARTIAL, "“its”: not sent.*The next check tries again"),
    Cell("webhook", "reset", reset, PARTIAL, "“its”: not sent.*may or may not be in Teams"),
    Cell("webhook", "taken, and the answer cut", cut_after, OK),
    Cell(
        "webhook", "taken, and no answer", taken, PARTIAL, "may or may not be in Teams", twice=True
    ),
    Cell("webhook", "hangs", hang, PARTIAL, "“its”: not sent.*may or may not be in Teams"),
    Cell("webhook", "drips", drip, PARTIAL, "“its”: not sent.*may or may not be in Teams"),
    Cell("webhook", "400", saying(400), PARTIAL, "Look at the flow's trigger"),
    Cell("webhook", "403", saying(403), PARTIAL, "Copy the whole URL of the flow again"),
    Cell("webhook", "404", saying(404, GUEST), PARTIAL, "create a new flow"),
    Cell("webhook", "500", saying(500), PARTIAL, "“its”: not sent.*HTTP 500"),
    Cell("webhook", "503 once", once(saying(503)), OK),
    Cell(
        "webhook",
        "429 for ages",
        saying(429, retry_after=HUGE),
        PARTIAL,
        "The next check tries again.*HTTP 429",
    ),
    Cell("webhook", "429 soon", saying(429, retry_after="soon"), PARTIAL, "HTTP 429"),
    Cell("webhook", "429 with a date", saying(429, retry_after=DATE), PARTIAL, "HTTP 429"),
    Cell(
        "webhook",
        "elsewhere",
        saying(302, Location="http://127.0.0.1:1/"),
        PARTIAL,
        "redirects elsewhere",
    ),
    # mail
    Cell("mail", "reset", reset, PARTIAL, "“staff”: not sent.*may or may not have been sent"),
    Cell(
        "mail", "taken, and no answer", taken, PARTIAL, "may or may not have been sent", twice=True
    ),
    Cell("mail", "drips", drip, PARTIAL, "“staff”: not sent.*may or may not have been sent"),
    Cell(
        "mail",
        "401",
        saying_json(graph_error("InvalidAuthenticationToken"), 401),
        PARTIAL,
        "does not accept the token",
    ),
    Cell(
        "mail",
        "403",
        saying_json(graph_error("ErrorAccessDenied"), 403),
        PARTIAL,
        "may not send as.*Application Mail.Send",
    ),
    Cell(
        "mail",
        "404",
        saying_json(graph_error("ErrorInvalidUser"), 404),
        PARTIAL,
        "Check LAPSEWATCH_MAIL_SENDER",
    ),
    Cell("mail", "503 once", once(saying(503)), OK),
    Cell(
        "mail",
        "429 for ages",
        saying(429, retry_after=HUGE),
        PARTIAL,
        "more mail than Exchange allows",
    ),
    # a page of the network, with the status of a success
    Cell("webhook", "HTML", saying(200, GUEST), PARTIAL, "A proxy or a sign-in page"),
    Cell("webhook", "HTML, accepted", saying(202, GUEST), PARTIAL, "A proxy or a sign-in page"),
    Cell("mail", "HTML", saying(200, GUEST), PARTIAL, "A proxy or a sign-in page"),
    # the heartbeat: its silence is what others wait for
    Cell("heartbeat", "refused", REFUSED, OK, "did not receive this check"),
    Cell("heartbeat", "drips", drip, OK, "did not respond in time"),
    Cell("heartbeat", "404", saying(404), OK, "Check LAPSEWATCH_HEARTBEAT_URL"),
    Cell("heartbeat", "HTML", saying(200, GUEST), OK, "not that of a monitor"),
    Cell("heartbeat", "500", saying(500), OK, "The next check pings it again"),
    # the ledger
    *(
        Cell(
            place,
            how,
            way,
            FAILED,
            f"The (ledger at 127|.*ledger at 127).*{says}",
            twice=place != "ledger read",
        )
        for how, way, says in (
            ("reset", reset, "sent only a part of its response"),
            ("hangs", hang, "did not respond in time"),
            ("drips", drip, "did not respond in time"),
            ("400", saying_json(table_error("InvalidInput"), 400), "answered 400 InvalidInput"),
            (
                "403",
                saying_json(table_error("AuthorizationPermissionMismatch"), 403),
                "Storage Table Data Contributor",
            ),
            (
                "500",
                saying_json(table_error("InternalError"), 500),
                "answered 500 InternalError. The next tick",
            ),
            (
                "busy",
                saying_json(table_error("ServerBusy"), 503),
                "answered 503 ServerBusy. The next tick",
            ),
            (
                "429 for ages",
                saying_json(table_error("TooManyRequests"), 429, retry_after=HUGE),
                "answered 429 TooManyRequests. The next",
            ),
            ("HTML", saying(200, GUEST, Content_Type="text/html"), "cannot be read"),
        )
        for place in ("ledger read", "ledger write", "lease")
        if place == "ledger read" or how in {"reset", "drips", "busy"}
    ),
    Cell("ledger read", "refused", REFUSED, FAILED, "could not be reached.*Is Azurite running"),
    Cell("ledger read", "wrong types", saying_json({"value": 3}), FAILED, "cannot be read"),
    Cell("ledger read", "truncated gzip", unpackable, FAILED, "ledger at 127"),
    Cell("ledger read", "busy once", once(saying_json(table_error("ServerBusy"), 503)), OK),
    Cell("ledger write", "busy once", once(saying_json(table_error("ServerBusy"), 503)), OK),
    Cell(
        "ledger write",
        "written, and the answer cut",
        once(cut_after),
        FAILED,
        "sent only a part of its response",
    ),
    Cell(
        "ledger write",
        "written, and no answer",
        once(taken),
        FAILED,
        "sent only a part of its response",
    ),
    Cell("lease", "busy once", once(saying_json(table_error("ServerBusy"), 503)), OK),
    Cell(
        "lease",
        "written, and the answer cut",
        once(cut_after),
        FAILED,
        "sent only a part of its response",
    ),
    Cell(
        "lease",
        "renewed, and no answer",
        once(taken, at=1),
        FAILED,
        "sent only a part of its response",
    ),
    Cell("lease", "answers without versions", without_etags, OK),
]


@pytest.mark.parametrize("cell", TABLE, ids=[f"{cell.place}: {cell.how}" for cell in TABLE])
def test_fault_is_reported_and_the_next_tick_recovers(
    world: World, cell: Cell, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rig = world.begin()
    rig.seconds = cell.seconds
    elsewhere = broken(rig, cell)
    for name in elsewhere.keys() & {"IDENTITY_ENDPOINT"}:
        monkeypatch.setenv(name, elsewhere[name])
    started = time.monotonic()
    result = rig.check(DAY, deadline=cell.deadline, elsewhere=elsewhere)
    assert time.monotonic() - started < cell.deadline + MARGIN
    assert sum(rig.slept) <= MAX_SLEEP_SECONDS
    assert (result.outcome, bool(result.error)) == (cell.outcome, cell.outcome != OK), result.error
    sentence = report_of(rig, cell, result)
    assert re.search(cell.says, sentence), sentence
    assert not re.search("Traceback|eyJ", sentence + caplog.text)
    monkeypatch.undo()
    world.mend()
    again = rig.check(DAY + HOUR, tick=True)
    assert again.outcome == (Outcome.NOT_DUE if cell.outcome == OK else OK), again.error
    heard = {key: times for key, times in rig.heard.items() if times and key[2] not in OF_FAILURES}
    assert set(heard) == set(world.owed)
    assert max(heard.values()) <= (2 if cell.twice else 1)


def broken(rig: Harness, cell: Cell) -> dict[str, str]:
    """Break the place of a cell, by the proxy or by the returned settings."""
    place = PLACES[cell.place]
    if isinstance(cell.way, str):
        return {
            place.setting: re.sub(
                r"http://127\.0\.0\.1:\d+",
                "http://127.0.0.1:1",
                rig.stage.environment[place.setting],
            )
        }
    front = rig.stage.front if place.side == "tenant" else rig.stage.ledger_front
    front.twist = place.broken(cell.way)
    return {}


def report_of(rig: Harness, cell: Cell, result: CheckResult) -> str:
    """Return what the check reported about the place."""
    if cell.place == "sign-ins":
        return rig.stage.remembered()[1].evidence
    return " ".join(rig.said) if cell.place == "heartbeat" else result.error
