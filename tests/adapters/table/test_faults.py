"""Failures of Table Storage: a `LedgerError` in time, with advice and without a key."""

import re
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from azure.core.exceptions import ServiceRequestTimeoutError, ServiceResponseTimeoutError

from local.azurite import Azurite
from shared.adapters.table.columns import columns_of
from shared.adapters.table.errors import ledger_error
from shared.adapters.table.ledger import TableLedger
from shared.core.model.check_record import CheckRecord, LastChecks, Outcome, Read
from shared.core.model.decision import Decision, DecisionKind, InUse, Person
from shared.core.model.directory import Credential, Kind
from shared.core.model.hand_over import HandOver, HandOverState
from shared.core.model.memory import Changes, Removals
from shared.core.model.notification import Notification
from shared.core.model.vocabulary import Reason, Standing
from shared.ports.errors import LeaseLost, LedgerConflict, LedgerError
from shared.ports.ledger import Held
from tests.support.scripted import Asked, Reply, Scripted, reply

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
SIGNATURE = "c2lnbmF0dXJlIG9mIGEgdGVzdA"
KEY = "a2V5IG9mIGEgdGVzdA=="

HOLD = InUse("libcal", "k1", assumed=True, at=NOW)
NEW = Credential("k2", Kind.SECRET, "LibCal 2026", "q7X", NOW, NOW)
HAND_OVER = HandOver("libcal", HandOverState.KEEPING, NEW, Person("a", "Ann"), NOW, NOW, NOW)
EVERY_CALL: dict[str, Callable[[TableLedger], object]] = {
    "last_checks": lambda ledger: ledger.last_checks(),
    "begin": lambda ledger: ledger.begin(NOW),
    "lease": lambda ledger: ledger.lease(),
    "load": lambda ledger: ledger.load(),
    "remember": lambda ledger: ledger.remember(Changes(in_use_records=(HOLD,))),
    "record_notifications": lambda ledger: ledger.record_notifications(
        [Notification("libcal", "its", NOW, Standing.EXPIRING, Reason.RUNG)]
    ),
    "record_check": lambda ledger: ledger.record_check(
        CheckRecord(NOW, Outcome.OK, "", Read(), 0), LastChecks()
    ),
    "decide": lambda ledger: ledger.decide(
        Decision(NOW, DecisionKind.CONFIRM, None, ("libcal",)), holds=[HOLD]
    ),
    "save_hand_over": lambda ledger: ledger.save_hand_over(HAND_OVER),
    "decisions": lambda ledger: ledger.decisions("libcal"),
    "decisions_since": lambda ledger: ledger.decisions_since(NOW),
    "checks": lambda ledger: ledger.checks(5),
    "remove": lambda ledger: ledger.remove(Removals(items=("libcal",))),
    "remove_history": lambda ledger: ledger.remove_history(NOW, lambda _: True),
}


SENTENCE = (
    r"^The ledger at 127\.0\.0\.1 (answered \d{3} |sent a response that cannot be read).*[.?]$"
)


def ledger_on(url: str) -> TableLedger:
    return TableLedger(
        f"SharedAccessSignature=sv=2020-12-06&sig={SIGNATURE};TableEndpoint={url}/account",
        lambda: NOW,
    )


def refusal(status: int, code: str, **headers: str) -> Reply:
    return reply(
        {"odata.error": {"code": code, "message": {"lang": "en-US", "value": f"In words: {code}"}}},
        status,
        **headers,
    )


def batch(*answers: tuple[int, str]) -> Reply:
    """Return the response to a transaction, a part for each status and error code or etag."""
    parts = []
    for status, text in answers:
        if status < 400:
            parts.append(f"HTTP/1.1 {status} No Content\r\nETag: {text}\r\n\r\n")
        else:
            body = refusal(status, text).body.decode()
            fields = f"Content-Type: application/json\r\nContent-Length: {len(body)}"
            parts.append(f"HTTP/1.1 {status} No\r\n{fields}\r\n\r\n{body}\r\n")
    heads = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    inner = "".join(f"--changeset\r\n{heads}{part}" for part in parts)
    start = "--batch\r\nContent-Type: multipart/mixed; boundary=changeset\r\n\r\n"
    body = f"{start}{inner}\r\n--changeset--\r\n--batch--\r\n"
    return Reply(202, body.encode(), {"Content-Type": "multipart/mixed; boundary=batch"})


def always(answer: Reply) -> Callable[[Asked], Reply]:
    return lambda _: answer


@pytest.mark.parametrize("call", EVERY_CALL)
@pytest.mark.parametrize(
    "answer",
    [
        Reply(200, b"<html>Welcome to the guest network</html>", {"Content-Type": "text/html"}),
        Reply(202, b"Welcome", {"Content-Type": "text/plain"}),
        Reply(200, b"[]", {"Content-Type": "application/json"}),
        Reply(200, b'{"value": 3}', {"Content-Type": "application/json"}),
        Reply(
            200,
            b'{"value": [{"RowKey": 3, "a@odata.type": "Edm.DateTime", "a": "soon"}]}',
            {"Content-Type": "application/json"},
        ),
        Reply(404, b"no such page", {"Content-Type": "text/plain"}),
        refusal(400, "InvalidInput"),
        refusal(401, "InvalidAuthenticationInfo"),
        refusal(404, "SomethingElseNotFound"),
        refusal(409, "TableBeingDeleted"),
        refusal(413, "RequestBodyTooLarge"),
        batch((413, "RequestBodyTooLarge")),
        batch((400, "InvalidInput")),
    ],
    ids=lambda answer: f"{answer.status} {answer.body[:24].decode()}",
)
def test_every_response_becomes_a_ledger_error(call: str, answer: Reply) -> None:
    with (
        Scripted(always(answer)) as server,
        ledger_on(server.url) as ledger,
        pytest.raises(LedgerError, match=SENTENCE) as caught,
    ):
        EVERY_CALL[call](ledger)
    assert not isinstance(caught.value, LedgerConflict)
    printed = "".join(traceback.format_exception(caught.value))
    assert SIGNATURE not in printed
    assert answer.body.decode() not in printed.replace("[]", "")


@pytest.mark.parametrize(
    ("answer", "sentence", "transient"),
    [
        (
            refusal(403, "AuthorizationPermissionMismatch"),
            "needs the role Storage Table Data Contributor on the storage account",
            False,
        ),
        (
            refusal(403, "AuthorizationFailure"),
            "Does the storage account's firewall allow the app",
            False,
        ),
        (
            refusal(403, "AuthenticationFailed"),
            "Is the key in LAPSEWATCH_TABLES the account's own",
            False,
        ),
        (refusal(403, "KeyBasedAuthenticationNotPermitted"), "The account takes no keys", False),
        (refusal(409, "TableBeingDeleted"), "it can be created again in a minute", True),
        (
            refusal(429, "TooManyRequests"),
            "answered 429 TooManyRequests. The next tick tries again",
            True,
        ),
        (
            Reply(404, b"no such page"),
            "answered 404 without a code. Does LAPSEWATCH_TABLES name the right account",
            False,
        ),
        (
            refusal(500, "InternalError"),
            "answered 500 InternalError. The next tick tries again",
            True,
        ),
    ],
)
def test_refusal_says_what_to_do(answer: Reply, sentence: str, transient: bool) -> None:  # noqa: FBT001  (a table of cases)
    asked = pytest.raises(LedgerError, match=re.escape(sentence))
    with Scripted(always(answer)) as server, ledger_on(server.url) as ledger, asked as caught:
        ledger.load()
    assert caught.value.transient is transient


@pytest.mark.parametrize("call", ["last_checks", "lease", "record_notifications"])
def test_unreachable_loopback_ledger_mentions_azurite(call: str) -> None:
    with Scripted([]) as server:
        closed = server.url
    started = time.monotonic()
    with (
        ledger_on(closed) as ledger,
        pytest.raises(
            LedgerError, match=r"\(Connection refused\)\. Is Azurite running\?"
        ) as caught,
    ):
        EVERY_CALL[call](ledger)
    assert caught.value.transient
    assert SIGNATURE not in "".join(traceback.format_exception(caught.value))
    assert time.monotonic() - started < 15


@pytest.mark.parametrize(
    "fault",
    [
        Reply(reset=True),
        Reply(200, b'{"value": [', {"Content-Type": "application/json"}, missing=9),
    ],
)
@pytest.mark.parametrize("call", ["last_checks", "load", "record_notifications"])
def test_broken_connection_is_transient(call: str, fault: Reply) -> None:
    with (
        Scripted(always(fault)) as server,
        ledger_on(server.url) as ledger,
        pytest.raises(LedgerError) as caught,
    ):
        EVERY_CALL[call](ledger)
    assert caught.value.transient
    assert SIGNATURE not in "".join(traceback.format_exception(caught.value))


def test_busy_server_is_retried() -> None:
    busy = refusal(503, "ServerBusy")
    found = reply(
        {"PartitionKey": "own", "RowKey": "~pulse:", "retries_left": 4, "error": "", "evidence": ""}
    )
    with Scripted([busy, busy, found]) as server, ledger_on(server.url) as ledger:
        assert ledger.last_checks() == LastChecks(retries_left=4)


@pytest.mark.parametrize(
    "wait",
    [
        {},
        {"Retry_After": "3600"},
        {"Retry_After": "Sun, 29 Nov 2026 14:00:00 GMT"},
        {"retry_after_ms": "9e9"},
    ],
)
def test_gives_up_soon_on_a_busy_server(wait: dict[str, str]) -> None:
    started = time.monotonic()
    answer = refusal(503, "ServerBusy", **wait)
    with Scripted(always(answer)) as server, ledger_on(server.url) as ledger:
        with pytest.raises(LedgerError, match="answered 503 ServerBusy") as caught:
            ledger.last_checks()
        assert caught.value.transient
        assert len(server.asked) == 4
    assert time.monotonic() - started < 15


def test_timeout_is_transient() -> None:
    for silence in (ServiceRequestTimeoutError("?sig=x"), ServiceResponseTimeoutError("?sig=x")):
        error = ledger_error(silence, "account.table.core.windows.net")
        assert str(error) == (
            "The ledger at account.table.core.windows.net did not respond in time."
            " The next tick tries again."
        )
        assert error.transient


@pytest.mark.parametrize("call", ["last_checks", "record_notifications"])
def test_redirect_is_not_followed(call: str) -> None:
    with (
        Scripted([]) as elsewhere,
        Scripted(always(Reply(307, headers={"Location": elsewhere.url}))) as server,
        ledger_on(server.url) as ledger,
    ):
        with pytest.raises(LedgerError, match="cannot be read"):
            EVERY_CALL[call](ledger)
        assert not elsewhere.asked


def test_wrong_endpoint_is_not_a_conflict() -> None:
    asked = pytest.raises(
        LedgerError, match="name the account's table endpoint, and nothing after it"
    )
    with (
        Scripted(always(refusal(404, "ResourceNotFound"))) as server,
        ledger_on(server.url) as ledger,
        asked as caught,
    ):
        EVERY_CALL["record_notifications"](ledger)
    assert not isinstance(caught.value, LedgerConflict)


def test_table_created_by_another_process_is_used() -> None:
    answers = [
        batch((404, "TableNotFound")),
        refusal(409, "TableAlreadyExists"),
        batch((204, "etag")),
    ]
    with Scripted(answers) as server, ledger_on(server.url) as ledger:
        EVERY_CALL["record_notifications"](ledger)
        assert len(server.asked) == 3


def test_table_that_is_being_deleted_is_an_error() -> None:
    answers = [batch((404, "TableNotFound")), refusal(409, "TableBeingDeleted")]
    with (
        Scripted(answers) as server,
        ledger_on(server.url) as ledger,
        pytest.raises(LedgerError, match="created again in a minute"),
    ):
        EVERY_CALL["record_notifications"](ledger)


def test_failed_second_page_is_an_error() -> None:
    row = {"PartitionKey": "own", "RowKey": "former:libcal|k1", "service": "libcal", "key_id": "k1"}
    first = reply(
        {"value": [row]}, x_ms_continuation_NextPartitionKey="own", x_ms_continuation_NextRowKey="g"
    )
    with (
        Scripted([first, refusal(403, "AuthorizationFailure")]) as server,
        ledger_on(server.url) as ledger,
        pytest.raises(LedgerError),
    ):
        ledger.load()


def test_reads_further_pages_after_a_short_one() -> None:
    rows = [
        {
            "PartitionKey": "own",
            "RowKey": f"~check:{number}",
            **columns_of(CheckRecord(NOW, Outcome.OK, "", Read(), number), "row"),
        }
        for number in range(4)
    ]
    pages = [
        reply(
            {"value": some},
            x_ms_continuation_NextPartitionKey="own",
            x_ms_continuation_NextRowKey="~check:",
        )
        for some in (rows[:1], [], rows[1:])
    ]
    with Scripted(pages) as server, ledger_on(server.url) as ledger:
        assert [check.messages for check in ledger.checks(3)] == [0, 1, 2]
        assert len(server.asked) == 3


def holder(asked: Asked) -> str:
    return str(re.findall(r'"holder": ?"(\w+)"', asked.body.decode())[0])


def test_lease_is_kept_if_its_first_response_was_lost() -> None:
    tries: list[str] = []

    def script(asked: Asked) -> Reply:
        if asked.method == "GET":
            row = {
                "PartitionKey": "own",
                "RowKey": "~lease:",
                "holder": tries[0],
                "expires": "2026-11-22T14:05:00Z",
            }
            return reply({**row, "odata.etag": "first"})
        tries.append(holder(asked))
        if b"If-Match: first" in asked.body:
            return batch((204, "second"))
        return (
            refusal(500, "InternalError")
            if len(tries) == 1
            else batch((409, "EntityAlreadyExists"))
        )

    with Scripted(script) as server, ledger_on(server.url) as ledger:
        lease = ledger.lease()
        assert not isinstance(lease, Held)
        lease.renew()
    assert len(tries) == 3


@pytest.mark.parametrize("call", ["decide", "record_check"])
@pytest.mark.parametrize("saved", [True, False])
def test_history_is_saved_once_if_its_first_response_was_lost(call: str, *, saved: bool) -> None:
    answers = [refusal(500, "InternalError"), batch((409, "EntityAlreadyExists"))]

    def script(asked: Asked) -> Reply:
        if asked.method == "POST":
            return answers.pop(0)
        if saved and "RowKey='~" in unquote(asked.path):
            return reply({"PartitionKey": "own", "RowKey": "~x:1", "odata.etag": "first"})
        return refusal(404, "ResourceNotFound")

    with Scripted(script) as server, ledger_on(server.url) as ledger:
        if saved:
            EVERY_CALL[call](ledger)
        else:
            with pytest.raises(LedgerConflict):
                EVERY_CALL[call](ledger)
    assert not answers


def test_renewal_conflict_is_a_loss_only_if_another_check_won() -> None:
    row = {
        "PartitionKey": "own",
        "RowKey": "~lease:",
        "holder": "",
        "expires": "2026-11-22T14:05:00Z",
        "odata.etag": "second",
    }
    answers = [batch((201, "first")), batch((412, "UpdateConditionNotSatisfied"))]

    def script(asked: Asked) -> Reply:
        if asked.method == "GET":
            return reply(row)
        row["holder"] = row["holder"] or holder(asked)
        return answers.pop(0) if answers else batch((412, "UpdateConditionNotSatisfied"))

    with Scripted(script) as server, ledger_on(server.url) as ledger:
        lease = ledger.lease()
        assert not isinstance(lease, Held)
        lease.renew()
        row["holder"] = "somebody else"
        with pytest.raises(LeaseLost):
            lease.renew()
        lease.release()


def test_lease_without_a_version_does_not_overwrite_another() -> None:
    row = {
        "PartitionKey": "own",
        "RowKey": "~lease:",
        "holder": "",
        "expires": "2026-11-22T14:05:00Z",
        "odata.etag": "first",
    }

    def script(asked: Asked) -> Reply:
        if asked.method == "GET":
            return reply(row)
        row["holder"] = row["holder"] or holder(asked)
        return Reply(
            202,
            batch((204, "")).body.replace(b"ETag: \r\n", b""),
            {"Content-Type": "multipart/mixed; boundary=batch"},
        )

    with Scripted(script) as server, ledger_on(server.url) as ledger:
        lease = ledger.lease()
        assert not isinstance(lease, Held)
        lease.renew()
        row["holder"] = "somebody else"
        with pytest.raises(LeaseLost):
            lease.renew()
        lease.release()
        written = [asked.body for asked in server.asked if asked.method == "POST"]
    assert len(written) == 2
    assert re.search(rb"If-Match: \"?first", written[1])


def test_release_of_the_lease_never_fails(table: str) -> None:
    with Azurite() as azurite, TableLedger(azurite.tables, lambda: NOW, table=table) as ledger:
        lease = ledger.lease()
        assert not isinstance(lease, Held)
        azurite.kill()
        lease.release()
        with pytest.raises(LedgerError, match="could not be reached"):
            lease.renew()


def test_ledger_works_after_an_outage(table: str) -> None:
    with Azurite() as azurite, TableLedger(azurite.tables, lambda: NOW, table=table) as ledger:
        ledger.remember(Changes(in_use_records=(HOLD,)))
        azurite.kill()
        with pytest.raises(LedgerError):
            ledger.remember(Changes(in_use_records=(HOLD,)))
        azurite.start()
        assert ledger.load().in_use_records == {"libcal": HOLD}


@pytest.mark.parametrize(
    "where",
    [
        "",
        "nonsense",
        "AccountName=account",
        f"AccountKey={KEY}",
        f"AccountName=account;AccountKey={KEY};TableEndpoint=",
        "https://account.table.core.windows.net",
        f"@Microsoft.KeyVault(SecretUri=https://vault.example/{KEY})",
    ],
)
def test_malformed_connection_is_not_quoted(where: str) -> None:
    with pytest.raises(LedgerError, match="LAPSEWATCH_TABLES is neither") as caught:
        TableLedger(where, lambda: NOW).close()
    assert not caught.value.transient
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_remote_ledger_needs_https() -> None:
    with pytest.raises(LedgerError, match=r"points to tables\.example over http\. Use https"):
        ledger_on("http://tables.example")


@pytest.mark.parametrize("url", ["http://127.0.0.2:9", "http://localhost:9", "http://[::1]:9"])
def test_loopback_ledger_needs_no_https(url: str) -> None:
    with ledger_on(url) as ledger, pytest.raises(LedgerError, match=r"Is Azurite running\?"):
        ledger.load()


def test_request_has_no_id_that_is_made_of_the_clock() -> None:
    """libuuid makes it from its clock file, where it has one, and each thread keeps it open."""
    with Scripted(always(refusal(403, "AuthorizationFailure"))) as server:
        with ledger_on(server.url) as ledger, pytest.raises(LedgerError):
            ledger.load()
        [asked] = server.asked
    assert "x-ms-client-request-id" not in asked.headers
