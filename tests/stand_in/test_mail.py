"""The stand-in tenant's mail: what it accepts, what it refuses, and how people read it."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
import requests

from local.stand_in.tenant import Tenant

SENDER = "alerts@example.org"


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    with Tenant() as tenant:
        yield tenant


def message(**headers: str) -> EmailMessage:
    made = EmailMessage()
    for name, value in (
        {"Subject": "[LibCal] secret ends in 21 days", "To": "its@example.org"} | headers
    ).items():
        made[name] = value
    made.set_content("Ask ITS for a new secret at the café.")
    made.add_alternative("<p>Ask <b>ITS</b></p><script>alert()</script>", subtype="html")
    return made


def post(
    tenant: Tenant,
    body: bytes,
    *,
    sender: str = SENDER,
    kind: str = "text/plain",
    token: str | None = None,
) -> requests.Response:
    bearer = token or tenant.identity.issue("https://graph.microsoft.com")["access_token"]
    headers = {"Authorization": f"Bearer {bearer}", "Content-Type": kind}
    return requests.post(
        f"{tenant.graph_url}/v1.0/users/{sender}/sendMail", data=body, headers=headers, timeout=5
    )


def send(tenant: Tenant, mail: EmailMessage, *, sender: str = SENDER) -> requests.Response:
    return post(tenant, b64encode(mail.as_bytes()), sender=sender)


def refusal(response: requests.Response) -> tuple[int, str]:
    error = response.json()["error"]
    assert error["innerError"]["request-id"] == response.headers["request-id"]
    return response.status_code, error["code"]


def test_a_mime_message_is_accepted_with_202_and_kept_whole(tenant: Tenant) -> None:
    answer = send(tenant, message(Importance="high", **{"Reply-To": "its-helpdesk@example.org"}))
    assert (answer.status_code, answer.content) == (202, b"")
    assert answer.headers["request-id"]
    assert send(tenant, message(Subject="second"), sender="Alerts@Example.org").status_code == 202
    first, second = tenant.mails()
    assert (first.sender, first.message["To"], first.message["Importance"]) == (
        SENDER,
        "its@example.org",
        "high",
    )
    plain, html = first.message.get_body(("plain",)), first.message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content() == "Ask ITS for a new secret at the café.\n"
    assert "<b>ITS</b>" in html.get_content()
    assert second.message["Subject"] == "second"
    assert datetime.now(UTC) - first.at < timedelta(minutes=1)
    assert tenant.requests()[f"POST /v1.0/users/{SENDER}/sendMail"] == 1


def test_base64_may_be_broken_into_lines(tenant: Tenant) -> None:
    encoded = b64encode(message().as_bytes())
    assert (
        post(
            tenant, b"\r\n".join(encoded[at : at + 76] for at in range(0, len(encoded), 76))
        ).status_code
        == 202
    )


def test_only_an_allowed_mailbox_may_send_and_it_must_exist(tenant: Tenant) -> None:
    assert refusal(send(tenant, message(), sender="director@example.org")) == (
        403,
        "ErrorAccessDenied",
    )
    assert refusal(send(tenant, message(), sender="nobody@example.org")) == (
        404,
        "ErrorInvalidUser",
    )
    tenant.identity.mailboxes.add("director@example.org")
    assert send(tenant, message(), sender="director@example.org").status_code == 202
    tenant.mail.absent.add(SENDER)
    assert refusal(send(tenant, message())) == (404, "ErrorInvalidUser")
    assert [mail.sender for mail in tenant.mails()] == ["director@example.org"]


def test_nobody_writes_in_the_name_of_another(tenant: Tenant) -> None:
    assert send(tenant, message(From=f"Lapsewatch <{SENDER}>")).status_code == 202
    assert refusal(send(tenant, message(From="director@example.org"))) == (403, "ErrorSendAsDenied")


def test_a_token_is_needed_and_no_role_in_it(tenant: Tenant) -> None:
    assert refusal(post(tenant, b64encode(message().as_bytes()), token="made-up")) == (
        401,
        "InvalidAuthenticationToken",
    )
    tenant.identity.roles.clear()
    assert send(tenant, message()).status_code == 202


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"Subject: hello", "text/plain", "ErrorMimeContentInvalidBase64String"),
        (b64encode(message().as_bytes())[:-1], "text/plain", "ErrorMimeContentInvalidBase64String"),
        (
            b64encode(message().as_bytes()),
            "application/json",
            "ErrorMimeContentInvalidBase64String",
        ),
        (
            b64encode(b"To: its@example.org\r\nContent-Type: multipart/mixed\r\n\r\nhello"),
            "text/plain",
            "ErrorMimeContentInvalid",
        ),
        (b64encode(b"Subject: hello\r\n\r\nhello"), "text/plain", "ErrorInvalidRecipients"),
        (b64encode(b"To: its\r\n\r\nhello"), "text/plain", "ErrorInvalidRecipients"),
        (b"", "text/plain", "ErrorInvalidRecipients"),
    ],
)
def test_what_is_no_message_is_refused(tenant: Tenant, body: bytes, kind: str, code: str) -> None:
    assert refusal(post(tenant, body, kind=kind)) == (400, code)
    assert tenant.mails() == []


def test_faults_of_graph_strike_mail_too(tenant: Tenant) -> None:
    tenant.fault("graph", status=429, headers={"Retry-After": "1"})
    tenant.fault("/v1.0/users", status=503)
    assert refusal(send(tenant, message())) == (429, "TooManyRequests")
    assert refusal(send(tenant, message())) == (503, "ServiceUnavailable")
    assert send(tenant, message()).status_code == 202
    assert len(tenant.mails()) == 1


def test_a_person_looks_at_the_mails_and_a_program_reads_them(tenant: Tenant) -> None:
    send(tenant, message(Subject="<i>ends</i> soon"))
    (listed,) = requests.get(f"{tenant.url}/mails", timeout=5).json()
    assert (listed["sender"], listed["headers"]["Subject"], listed["text"]) == (
        SENDER,
        "<i>ends</i> soon",
        "Ask ITS for a new secret at the café.\n",
    )
    assert datetime.fromisoformat(listed["at"]).tzinfo
    assert "<script>" in listed["html"]
    page = requests.get(f"{tenant.url}/mails", headers={"Accept": "text/html,*/*;q=0.8"}, timeout=5)
    assert page.headers["Content-Type"].startswith("text/html")
    assert "&lt;i&gt;ends&lt;/i&gt; soon" in page.text
    assert '<iframe sandbox srcdoc="&lt;p&gt;Ask' in page.text
    assert "<script>" not in page.text
    assert requests.delete(f"{tenant.url}/mails", timeout=5).status_code == 204
    assert tenant.mails() == []


def test_who_may_send_is_changed_over_http(tenant: Tenant) -> None:
    assert (
        requests.put(
            f"{tenant.url}/control/mailboxes", json=["other@example.org"], timeout=5
        ).status_code
        == 204
    )
    assert refusal(send(tenant, message())) == (403, "ErrorAccessDenied")
    assert send(tenant, message(), sender="other@example.org").status_code == 202
