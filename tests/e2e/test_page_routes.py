"""The page and its forms over HTTP: access, and what the ledger records of each form."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from local.stand_in.sign_in import PAGE_CLIENT_ID, object_id
from local.stand_in.stories import LIBAPPS_CLIENT_ID
from local.stand_in.tenant import Tenant
from shared.adapters.table.ledger import TableLedger
from shared.config.setting_rules import SIGN_IN_TRIED
from shared.core.model.decision import Decision, DecisionKind, Person
from tests.e2e.conftest import ROOT, Lapsewatch
from tests.functions_host.host_process import Host, hosted
from tests.support.openapi import described

KEY = {"x-functions-key": "local"}
TOKEN = "X-MS-TOKEN-AAD-ID-TOKEN"
DANA = Person(object_id("Dana Example"), "Dana Example")
SAME = {"Sec-Fetch-Site": "same-origin"}
FEEDS = ("status", "metrics", "calendar.ics", "status.csv")
FORMS = ("confirm", "acknowledge", "claim", "check")
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Site:
    """The app on the local host, called as Easy Auth does, with or without a token."""

    host: Host
    tenant: Tenant
    lapsewatch: Lapsewatch

    def ask(self, path: str, method: str = "GET", **more: Any) -> requests.Response:  # noqa: ANN401  (what requests takes)
        return described(
            requests.request(
                method, f"{self.host.url}/{path}", timeout=60, allow_redirects=False, **more
            )
        )

    def send(self, form: str, values: Mapping[str, object], **more: Any) -> requests.Response:  # noqa: ANN401  (what requests takes)
        return self.ask(
            f"page/{form}", "POST", **({"data": values, "headers": self.dana | SAME} | more)
        )

    def page(self, path: str = "page") -> str:
        answer = self.ask(path, headers=self.dana)
        assert answer.status_code == 200, answer.text
        return answer.text

    @property
    def dana(self) -> dict[str, str]:
        return {TOKEN: self.tenant.id_token(DANA.name)}

    def service(self) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("status?service=libcal", headers=KEY).json()
        return found

    def decisions(self) -> list[Decision]:
        with TableLedger(self.lapsewatch.tables, lambda: datetime.now(UTC)) as ledger:
            return list(ledger.decisions("libcal")["libcal"])


@pytest.fixture
def site(lapsewatch: Lapsewatch, tmp_path: Path) -> Iterator[Site]:
    settings = {
        **lapsewatch.tenant.environment,
        "LAPSEWATCH_TABLES": lapsewatch.tables,
        "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
    }
    with hosted(tmp_path, "--no-timers", app=ROOT, **settings) as host:
        yield Site(host, lapsewatch.tenant, lapsewatch)


def shown(credential: Mapping[str, Any]) -> dict[str, str]:
    return {
        "key_id": credential["key_id"],
        "hint": credential["hint"],
        "ends": credential["ends"] or "",
    }


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def hours(count: float) -> int:
    return int((datetime.now(UTC) + timedelta(hours=count)).timestamp())


def forged(tenant: Tenant, key: Any, algorithm: str) -> dict[str, str]:  # noqa: ANN401  (any kind of key)
    return {
        TOKEN: jwt.encode(
            tenant.sign_in_issuer.claims("Dana Example"),
            key,
            algorithm=algorithm,
            headers={"kid": "stand-in-1"},
        )
    }


type Caller = Callable[[Tenant], dict[str, str]]
NOBODY: Mapping[str, Caller] = {
    "nobody": lambda _: {},
    "a wrong key": lambda _: {"x-functions-key": "wrong"},
    "the right key": lambda _: KEY,
    "a wrong signature": lambda tenant: forged(tenant, OTHER_KEY, "RS256"),
    "alg none": lambda tenant: forged(tenant, None, "none"),
    "HS256": lambda tenant: forged(tenant, "a secret that somebody made up, long enough", "HS256"),
    "another issuer": lambda tenant: {
        TOKEN: tenant.id_token("Dana Example", iss="https://login.microsoftonline.com/x/v2.0")
    },
    "another app": lambda tenant: {TOKEN: tenant.id_token("Dana Example", aud=LIBAPPS_CLIENT_ID)},
    "another tenant": lambda tenant: {
        TOKEN: tenant.id_token("Dana Example", tid=LIBAPPS_CLIENT_ID)
    },
    "too old": lambda tenant: {
        TOKEN: tenant.id_token("Dana Example", exp=hours(-8.1), iat=hours(-9), nbf=hours(-9))
    },
    "a bare principal": lambda _: {
        "X-MS-CLIENT-PRINCIPAL": "e30=",
        "X-MS-CLIENT-PRINCIPAL-ID": DANA.object_id,
        "X-MS-CLIENT-PRINCIPAL-NAME": DANA.name,
        "X-MS-CLIENT-PRINCIPAL-IDP": "aad",
    },
}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_visit_without_a_token_is_sent_to_sign_in_once(site: Site, method: str) -> None:
    to_sign_in = site.ask("page?tenant=a%0D%0Ab", method)
    cookie = to_sign_in.headers["set-cookie"]
    assert (to_sign_in.status_code, to_sign_in.headers["location"]) == (
        302,
        "/.auth/login/aad?post_login_redirect_uri=%2Fapi%2Fpage%3Ftenant%3Da%250D%250Ab",
    )
    attributes = "max-age=60; domain=; path=/; secure; samesite=lax; httponly"
    assert cookie == f"{SIGN_IN_TRIED}=1; {attributes}"  # as the host writes it
    sent = {"Cookie": cookie.partition(";")[0]}
    assert site.ask("page", method, headers=sent).status_code == 401
    token = {TOKEN: "a token that is not accepted"}
    assert site.ask("page", method, headers=token).status_code == 401


def test_page_needs_sign_in(site: Site) -> None:
    for caller, headers in NOBODY.items():
        sent = headers(site.tenant)
        closed = [
            site.ask("page", headers=sent | {"Cookie": f"other=1; {SIGN_IN_TRIED}=1"}),
            *(site.ask(f"page/{form}", "POST", headers=sent | SAME, data={}) for form in FORMS),
        ]
        for answer in closed:
            assert (caller, answer.status_code, answer.headers["content-type"]) == (
                caller,
                401,
                "text/html; charset=utf-8",
            )
            assert "LibCal" not in answer.text
        opened = 200 if caller == "the right key" else 401
        for feed in FEEDS:
            assert (caller, feed, site.ask(feed, headers=sent).status_code) == (
                caller,
                feed,
                opened,
            )
    assert site.decisions() == []
    assert site.ask("status", headers=KEY).json()["check"]["last_attempt"] is None
    assert "Dana" not in site.host.log()
    assert "eyJ" not in site.host.log()


def test_sign_in_opens_the_page_but_not_the_feeds(site: Site) -> None:
    assert "Dana Example" in text(site.page())
    for age in (-2, -7.9):
        old = {
            TOKEN: site.tenant.id_token(
                "Dana Example", exp=hours(age), iat=hours(-9), nbf=hours(-9)
            )
        }
        assert site.ask("page", headers=old).status_code == 200
    for feed in FEEDS:
        assert site.ask(feed, headers=site.dana).status_code == 401


def test_everything_that_expires_is_read_when_asked(site: Site) -> None:
    assert "Read the tenant now" in text(site.page())
    assert "secret “LibStaffer 2024” Zk2" in text(site.page("page?within=3650"))
    table = site.ask("page?within=3650&as=csv", headers=site.dana)
    assert (table.status_code, table.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    rows = csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))
    assert [row["watched"] for row in rows] == ["libcal", "libstaffer"]
    assert site.ask("page?within=3650&as=csv", headers=KEY).status_code == 302
    site.tenant.fault("/v1.0/applications", times=None, status=403)
    assert "inventory --within 7" in text(site.page("page?within=7"))
    assert site.ask("page?within=7&as=csv", headers=site.dana).status_code == 503


def test_form_from_another_site_does_nothing(site: Site) -> None:
    own = site.host.root
    for headers, status in (
        ({}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": own}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Referer": f"{own}/api/page"}, 403),
        ({"Origin": own}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
    ):
        answer = site.send("check", {"x": "1"}, headers=site.dana | headers)
        assert (headers, answer.status_code) == (headers, status)
        made = site.ask("status", headers=KEY).json()["check"]["last_attempt"] is not None
        assert made is (status == 303)


def test_malformed_form_is_refused(site: Site) -> None:
    signed = site.dana | SAME
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for name, answer, status in (
        ("too large", site.send("confirm", {"why": "x" * 70_000}), 413),
        (
            "JSON",
            site.send(
                "confirm", {}, data="{}", headers=signed | {"Content-Type": "application/json"}
            ),
            415,
        ),
        ("no type", site.send("confirm", {}, data=b"service=libcal", headers=signed), 415),
        ("no fields", site.send("confirm", {"x": "1"}), 400),
        ("no text", site.send("confirm", {}, data=b"\xff", headers=signed | kind), 400),
        (
            "nothing at all",
            site.send("check", {}, data=b"", headers=signed | kind),
            303,
        ),  # like a form with only a button
        ("another form", site.send("delete", {}), 404),
        ("another file", site.ask("page/assets/page.html"), 404),
        ("another method", site.ask("page", "DELETE", headers=signed), 404),
        ("another route", site.ask("pages"), 404),
    ):
        assert (name, answer.status_code) == (name, status)
        if status in {403, 413, 415} or name in {"another form", "another file"}:
            assert answer.headers["content-type"].startswith("application/problem+json")
            assert answer.json()["status"] == status
    assert "field service is missing or invalid" in text(site.send("confirm", {"x": "1"}).text)
    for form in FORMS:  # as after a sign-in that interrupts a form
        answer = site.ask(f"page/{form}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/api/page")
    assert site.decisions() == []


def test_confirm_and_undo_on_the_page(site: Site) -> None:
    assert site.send("check", {"x": "1"}).headers["location"] == "/api/page?done=check"
    old = site.service()["in_use"]
    assert site.service()["standing"] == "expiring"
    ends = datetime.now(UTC) + timedelta(days=730)
    site.tenant.add_secret(
        LIBAPPS_CLIENT_ID, name="LibCal 2028", hint="r2B", ends=ends.replace(microsecond=0)
    )
    site.send("check", {"x": "1"})
    new = site.service()["replacement"]
    assert site.service()["standing"] == "awaiting_install"

    stale = site.send("confirm", {"service": "libcal", **shown(new), "hint": "zzz"})
    assert (stale.status_code, "has changed since you opened the page" in text(stale.text)) == (
        409,
        True,
    )
    assert site.decisions() == []

    answer = site.send("confirm", {"service": "libcal", **shown(new)})
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/api/page?done=confirm&service=libcal",
    )
    assert "LibCal: confirmation saved. Everyone" in text(
        site.page("page?done=confirm&service=libcal")
    )
    assert site.service()["standing"] == "healthy"
    assert "LibCal is safe until" in site.lapsewatch.cards()[-1]

    again = site.send("confirm", {"service": "libcal", **shown(new)})
    assert (
        again.status_code,
        "already confirmed" in text(again.text),
        "Dana Example" in text(again.text),
    ) == (409, True, True)

    undone = site.send("confirm", {"service": "libcal", **shown(old)})
    assert undone.status_code == 303
    assert site.service()["standing"] == "awaiting_install"
    recorded = [(each.kind, each.by, each.services, each.key_id) for each in site.decisions()]
    assert recorded == [
        (DecisionKind.CONFIRM, DANA, ("libcal",), each["key_id"]) for each in (old, new)
    ]


def test_page_says_if_not_everyone_was_notified(site: Site) -> None:
    site.send("check", {"x": "1"})
    ends = (datetime.now(UTC) + timedelta(days=730)).replace(microsecond=0)
    site.tenant.add_secret(LIBAPPS_CLIENT_ID, name="LibCal 2028", hint="r2B", ends=ends)
    site.send("check", {"x": "1"})
    site.tenant.fault("teams", times=None, status=404, body="no such flow")
    confirmed = site.send("confirm", {"service": "libcal", **shown(site.service()["replacement"])})
    address = "/api/page?done=confirm-later&service=libcal"
    assert (confirmed.status_code, confirmed.headers["location"]) == (303, address)
    assert "LibCal: confirmation saved. Not everyone" in text(
        site.page(address.removeprefix("/api/"))
    )
    assert site.send("check", {"x": "1"}).headers["location"] == "/api/page?done=check-later"
    assert "Some messages have not been sent yet" in text(site.page("page?done=check-later"))


def test_acknowledgement_and_claim_are_saved_with_the_person(site: Site) -> None:
    ends = (datetime.now(UTC) + timedelta(days=100)).replace(microsecond=250_000)
    key_id = site.tenant.add_secret(
        LIBAPPS_CLIENT_ID, name="for the calendars", hint="abc", ends=ends
    )
    site.send("check", {"x": "1"})
    until = (datetime.now(UTC).date() + timedelta(days=2)).isoformat()
    assert (
        site.send(
            "acknowledge", {"service": "libcal", "until": until, "why": "ordered"}
        ).status_code
        == 303
    )
    assert site.service()["acknowledged"]["by"] == "Dana Example"
    back = taken_back(site, "acknowledge").headers["location"]
    assert back == "/api/page?done=cancel&service=libcal"
    assert "LibCal: snooze taken back; reminders continue." in text(site.page(back[5:]))
    assert site.service()["acknowledged"] is None
    late = site.send("acknowledge", {"service": "libcal", "until": "2020-01-01", "why": "ordered"})
    assert (late.status_code, "is in the past" in text(late.text)) == (409, True)

    form = re.search(rf'name="key_id" value="{key_id}".*?</form>', site.page(), re.DOTALL)
    assert form, "the page asks whose it is"
    sent = dict(re.findall(r'name="(hint|ends)" value="([^"]*)"', form[0])) | {"key_id": key_id}
    assert site.send("claim", sent | {"hint": "zzz", "choice": "libcal"}).status_code == 409
    claimed = site.send("claim", sent | {"choice": ["libcal", "libstaffer"]})
    assert (claimed.status_code, claimed.headers["location"]) == (303, "/api/page?done=claim")
    second = site.send("claim", sent | {"choice": "none"})
    assert (second.status_code, "has already been assigned" in text(second.text)) == (409, True)
    assert taken_back(site, "claim").headers["location"] == "/api/page?done=reopen"
    assert (
        site.ask("page/status.csv", headers=site.dana).text.count(f"unclaimed,credential:{key_id}")
        == 1
    )
    recorded = [
        (each.kind, each.by, each.services, each.key_id, each.why) for each in site.decisions()
    ]
    assert recorded == [
        (DecisionKind.REOPEN, DANA, ("libcal", "libstaffer"), key_id, ""),
        (DecisionKind.CLAIM, DANA, ("libcal", "libstaffer"), key_id, ""),
        (DecisionKind.CANCEL, DANA, ("libcal",), "", ""),
        (DecisionKind.ACKNOWLEDGE, DANA, ("libcal",), "", "ordered"),
    ]


def taken_back(site: Site, action: str) -> requests.Response:
    """Post the first form of the page that takes something back, as it is."""
    forms = re.findall(rf'action="/api/page/{action}">(.*?)</form>', site.page(), re.DOTALL)
    form = next(each for each in forms if "take_back" in each)
    return site.send(action, dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form)))


def test_query_is_never_echoed(site: Site) -> None:
    html = site.page("page?done=%3Cb%3Ezzmark&service=zzmark&code=zzmark")
    assert "zzmark" not in html


def test_every_response_has_security_headers(site: Site) -> None:
    own = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    for answer, policy, caching in (
        (site.ask("page", headers=site.dana), own, "no-store"),
        (site.ask("page"), "default-src 'none'; frame-ancestors 'none'", "no-store"),
        (site.ask("page", headers={TOKEN: "x"}), own, "no-store"),
        (site.send("confirm", {"x": "1"}), own, "no-store"),
        (
            site.send("confirm", {}, headers=site.dana),
            "default-src 'none'; frame-ancestors 'none'",
            "no-store",
        ),
        (
            site.ask("page/assets/page.css"),
            "default-src 'none'; frame-ancestors 'none'",
            "no-cache",
        ),
        *(
            (
                site.ask(feed, headers=KEY),
                "default-src 'none'; frame-ancestors 'none'",
                "private, no-cache",
            )
            for feed in FEEDS
        ),
        (site.ask("health"), "default-src 'none'; frame-ancestors 'none'", "no-store"),
        (
            site.ask("check", "POST", headers=KEY),
            "default-src 'none'; frame-ancestors 'none'",
            "no-store",
        ),
    ):
        found = answer.headers
        assert (answer.url, found["content-security-policy"], found["cache-control"]) == (
            answer.url,
            policy,
            caching,
        )
        assert (
            found["x-content-type-options"],
            found["referrer-policy"],
            found["x-frame-options"],
            found["strict-transport-security"],
        ) == ("nosniff", "same-origin", "DENY", "max-age=31536000")


def test_style_and_script_are_public_and_cached(site: Site) -> None:
    for name, kind in (
        ("page.css", "text/css; charset=utf-8"),
        ("page.js", "text/javascript; charset=utf-8"),
    ):
        answer = site.ask(f"page/assets/{name}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        again = site.ask(f"page/assets/{name}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_feeds_have_their_media_type(site: Site) -> None:
    site.send("check", {"x": "1"})
    for feed, kind, beginning in (
        ("metrics", "text/plain; version=0.0.4; charset=utf-8", "# HELP lapsewatch_"),
        ("calendar.ics", "text/calendar; charset=utf-8", "BEGIN:VCALENDAR"),
        ("status.csv", "text/csv; charset=utf-8", ""),
    ):
        answer = site.ask(f"{feed}?code=local")
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        assert answer.text.startswith(beginning)


def test_page_is_unavailable_without_the_issuer_keys(site: Site) -> None:
    site.tenant.fault(
        f"/{site.tenant.environment['LAPSEWATCH_SIGN_IN_ISSUER'].split('/')[3]}",
        times=None,
        status=500,
    )
    answer = site.ask("page", headers=site.dana)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert "Your sign-in could not be verified" in answer.text


def test_decision_needs_the_current_app(site: Site) -> None:
    site.send("check", {"x": "1"})
    site.tenant.identity.roles.clear()
    answer = site.send("confirm", {"service": "libcal", **shown(site.service()["in_use"])})
    assert (answer.status_code, "Application.Read.All" in answer.text) == (503, True)
    assert site.decisions() == []


@pytest.mark.parametrize("name", ["LAPSEWATCH_SIGN_IN_CLIENT_ID", "LAPSEWATCH_SIGN_IN_ISSUER", ""])
def test_page_is_closed_without_complete_sign_in_settings(
    lapsewatch: Lapsewatch, tmp_path: Path, name: str
) -> None:
    off = {"LAPSEWATCH_SIGN_IN_CLIENT_ID": "", "LAPSEWATCH_SIGN_IN_ISSUER": ""}
    half = {name: ""} if name else off
    settings = {
        **lapsewatch.tenant.environment,
        "LAPSEWATCH_TABLES": lapsewatch.tables,
        "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
        **half,
    }
    with hosted(tmp_path, "--no-timers", app=ROOT, **settings) as host:
        site = Site(host, lapsewatch.tenant, lapsewatch)
        answer = site.ask("page", headers=site.dana)
        assert answer.status_code == (503 if name else 401)
        assert ("LAPSEWATCH_SIGN_IN_ISSUER" in answer.text) is (not name)
        assert (name in host.log()) is True


def test_local_host_signs_a_person_in(lapsewatch: Lapsewatch, tmp_path: Path) -> None:
    settings = {
        **lapsewatch.tenant.environment,
        "LAPSEWATCH_TABLES": lapsewatch.tables,
        "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
    }
    with hosted(
        tmp_path, "--no-timers", "--signed-in", "Dana Example", app=ROOT, **settings
    ) as host:
        assert "Dana Example" in requests.get(f"{host.url}/page", timeout=60).text
        for headers, status in (
            (SAME, 303),
            ({"Origin": host.root}, 303),
            ({"Origin": f"http://localhost:{host.port}"}, 303),
            ({"Origin": "http://evil.example"}, 403),
        ):
            sent = requests.post(
                f"{host.url}/page/check",
                {"x": "1"},
                headers=headers,
                timeout=60,
                allow_redirects=False,
            )
            assert sent.status_code == status
        assert PAGE_CLIENT_ID not in host.log()
