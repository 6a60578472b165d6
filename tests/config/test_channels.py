"""Channels of kind webhook, flows that admit the identity, and people to mention."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from shared.config.problems import Misconfigured
from shared.config.watchlist import load
from shared.core.model.secret import Secret
from shared.core.model.watchlist import AnyChannel, TeamsChannel, WebhookChannel
from tests.support.toml import watchlist_toml

KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FLOW = "https://default-1.09.environment.api.powerplatform.com:443/powerautomate/flow?api-version=1"
ENVIRONMENT = {
    "LIBAPPS_CLIENT_ID": "00000000-0000-4000-8000-000000000001",
    "TEAMS_WEBHOOK_URL": "https://flow.example/x?sig=cAnArY",
    "DESK_URL": "https://desk.example/hooks/cAnArY",
    "DESK_SECRET": f"whsec_{KEY}",
}
TEAMS = 'kind = "teams"\nurl = "env:TEAMS_WEBHOOK_URL"'
DESK = 'kind = "webhook"\nurl = "env:DESK_URL"\nsecret = "env:DESK_SECRET"'


def channel(table: str, folder: Path, changes: Mapping[str, str] | None = None) -> AnyChannel:
    """Return the channel of the smallest watchlist, described by `table`."""
    text = watchlist_toml()
    assert TEAMS in text
    (folder / "watchlist.toml").write_text(text.replace(TEAMS, table), encoding="utf-8")
    environment = {**ENVIRONMENT, **(changes or {})}
    return load(folder / "watchlist.toml", "watchlist.toml", environment).channels["its"]


def refused(table: str, folder: Path, changes: Mapping[str, str] | None = None) -> str:
    with pytest.raises(Misconfigured) as caught:
        channel(table, folder, changes)
    assert "cAnArY" not in str(caught.value)
    assert KEY[:24] not in str(caught.value)
    return str(caught.value)


def test_webhook_is_quiet_in_a_quiet_week(tmp_path: Path) -> None:
    expected = WebhookChannel("its", Secret(ENVIRONMENT["DESK_URL"]), Secret(f"whsec_{KEY}"))
    assert channel(DESK, tmp_path) == expected
    assert not expected.weekly
    weekly = channel(f"{DESK}\nweekly = true", tmp_path)
    assert isinstance(weekly, WebhookChannel)
    assert weekly.weekly


@pytest.mark.parametrize(
    ("table", "changes", "said"),
    [
        (DESK.rpartition("\n")[0], {}, "channels.its.secret (line 3): not set"),
        (f'{DESK}\nto = ["a@example.org"]', {}, "addresses for a channel of kind webhook"),
        (f"{DESK}\nsecrets = 1", {}, "unknown key 'secrets'"),
        (DESK.replace("env:DESK_SECRET", f"whsec_{KEY}"), {}, "the secret itself; expected"),
        (DESK.replace("env:DESK_URL", "https://a.example/cAnArY"), {}, "the URL itself; expected"),
        (DESK, {"DESK_URL": "http://desk.example/cAnArY"}, "an http:// URL; expected an https://"),
        (DESK, {"DESK_SECRET": ""}, "setting DESK_SECRET"),
        (DESK, {"DESK_SECRET": KEY}, "text that does not begin with whsec_"),
        (DESK, {"DESK_SECRET": f"whsec_{KEY}*"}, "text that is not Base64"),
        (DESK, {"DESK_SECRET": f"whsec_{KEY[:28]}"}, "a secret of 21 bytes"),
        (DESK, {"DESK_SECRET": f"whsec_{KEY * 3}"}, "a secret of 72 bytes"),
    ],
)
def test_webhook_that_cannot_be_used(
    table: str, changes: Mapping[str, str], said: str, tmp_path: Path
) -> None:
    assert said in refused(table, tmp_path, changes)


@pytest.mark.parametrize(
    "url",
    [
        FLOW,
        "https://prod-12.westus.logic.azure.com:443/workflows/x/triggers/manual/paths/invoke",
        "https://eu.flow.powerautomate.com/x",
        "http://127.0.0.1:7090/flows/its",
    ],
)
def test_flow_that_admits_the_identity_may_be_in_the_watchlist(url: str, tmp_path: Path) -> None:
    expected = TeamsChannel("its", Secret(url), auth="identity")
    table = f'kind = "teams"\nurl = "{url}"\nauth = "identity"'
    assert channel(table, tmp_path) == expected
    named = f'{TEAMS}\nauth = "identity"'
    assert channel(named, tmp_path, {"TEAMS_WEBHOOK_URL": url}) == expected


@pytest.mark.parametrize(
    "host",
    [
        "flow.example",
        "logic.azure.com.evil.example",
        "evil-logic.azure.com",
        "api.powerplatform.com@evil.example",
        "xpowerautomate.com",
        "prod-1.logic.azure.com.",
        "graph.microsoft.com",
    ],
)
def test_token_goes_to_no_other_host(host: str, tmp_path: Path) -> None:
    url = f"https://{host}/cAnArY"
    direct = f'kind = "teams"\nurl = "{url}"\nauth = "identity"'
    said = "a user name in it" if "@" in host else "a host that must not get a token"
    assert said in refused(direct, tmp_path)
    named = f'{TEAMS}\nauth = "identity"'
    assert said in refused(named, tmp_path, {"TEAMS_WEBHOOK_URL": url})


def test_signature_and_token_exclude_each_other(tmp_path: Path) -> None:
    table = f'kind = "teams"\nurl = "{FLOW}&sig=cAnArY"\nauth = "identity"'
    assert "a URL with a signature (sig=)" in refused(table, tmp_path)
    assert "the URL itself" in refused(f'kind = "teams"\nurl = "{FLOW}"', tmp_path)
    assert 'expected "identity"' in refused(f'{TEAMS}\nauth = "oauth"', tmp_path)


def test_people_to_mention(tmp_path: Path) -> None:
    names = '["dana@example.org", "pat_x.o\'neil#ext#@example.org", "dana@example.org"]'
    found = channel(f"{TEAMS}\nmention = {names}", tmp_path)
    assert isinstance(found, TeamsChannel)
    assert found.mention == ("dana@example.org", "pat_x.o'neil#ext#@example.org")


@pytest.mark.parametrize(
    "name",
    [
        "Dana",
        "<at>dana</at>@example.org",
        "*a*@example.org",
        "_a_@example.org",
        "a__b@example.org",
        "[a](b)@example.org",
        "`a`@example.org",
        "~~a~~@example.org",
        "a" * 110 + "@example.org",
    ],
)
def test_name_that_would_be_markup_is_refused(name: str, tmp_path: Path) -> None:
    said = refused(f'{TEAMS}\nmention = ["{name}"]', tmp_path)
    assert "channels.its.mention[0]" in said
    assert "the sign-in name of a person in Entra" in said


def test_more_people_than_one_card_mentions(tmp_path: Path) -> None:
    names = ", ".join(f'"p{n}@example.org"' for n in range(11))
    assert "11 people; expected 10 at most" in refused(f"{TEAMS}\nmention = [{names}]", tmp_path)
