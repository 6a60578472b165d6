"""What a watchlist may contain, and the exact message for each mistake."""

import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.config.problems import InvalidValue, Misconfigured
from shared.config.watchlist import load, parse
from shared.core.model.secret import Secret
from shared.core.model.watchlist import (
    DEFAULT_LADDER,
    RUNBOOK_SECTIONS,
    Claim,
    EmailChannel,
    Escalation,
    TeamsChannel,
    Watchlist,
)
from tests.support.examples import examples

WEBHOOK = "https://teams.example.org/workflows/42/invoke?sig=Zq8Kd0nt5h0wTh15"
CLIENT_ID = "6f1c2f5e-8a04-4d0b-9d5e-0c7a5a2b13d6"
ENVIRONMENT = {
    "WEBHOOK": WEBHOOK,
    "CLIENT_ID": CLIENT_ID,
    "LAPSEWATCH_MAIL_SENDER": "alerts@example.org",
}
RUNBOOK = "\n".join(f"## {section}\nDo it.\n" for section in RUNBOOK_SECTIONS)
GOOD = """\
timezone = "America/Chicago"
check_at = "07:30"
ladder = [60, 30, 7, 0]

[channels.its]
kind = "teams"
url = "env:WEBHOOK"

[channels.libapps-admins]
kind = "teams"
url = "env:WEBHOOK"
weekly = false

[[apps]]
name = "LibApps Outlook sync"
client_id = "env:CLIENT_ID"
redirect_uris = ["https://library.example/callback"]
service_principal = true

[[apps.services]]
name = "LibCal (main)"
claims = { name = "LibCal*" }
renewer = ["its"]
installer = ["libapps-admins"]
request_to = "helpdesk@example.org"
runbook = "libcal.md"
breaks = "Calendars stop syncing."
link = "https://library.example/admin"
ladder = [14, 0]
escalate = { to = ["its"], below = 7 }

[[apps.services]]
id = "staff"
name = "LibStaffer"
claims = { hint = "q7X" }
renewer = ["its"]
installer = ["its"]
breaks = "Schedules stop syncing."

[[apps]]
name = "Door counter"
client_id = "11111111-2222-3333-4444-55555555ABCD"

[[apps.services]]
name = "Door counter"
claims = { key_id = "AAAAAAAA-0000-0000-0000-000000000001" }
renewer = ["its"]
installer = ["its"]
breaks = "Visitors are not counted."
"""
LINE = re.compile(r" \(line \d+\)")
"""The line number in a message, which has its own test (test_toml_table.py)."""
MAILED = 'kind = "teams"\nurl = "env:WEBHOOK"\n'
WEBHOOK_WANTED = "expected the https:// URL of a Workflows webhook in Teams"
SET_IT = "Set it in the app settings; on a laptop, in local.settings.json."
TOML = (
    "expected key = value, [table] or [[table]]. "
    "Often quotation marks are missing or curly (“ ”), or a bracket is not closed."
)
RETIRED = (
    "Create a webhook with the Workflows app of the Teams channel, "
    "and store its URL in this setting."
)
UNRESOLVED = (
    "a Key Vault reference that Azure could not resolve; "
    "expected the value that the reference points to. "
    "Assign the role Key Vault Secrets User on the vault to the app's identity, "
    "check that keyVaultReferenceIdentity of the app names that identity, "
    "and check that the vault has a secret of that name."
)
CHANNELS = 'expected one table a channel, such as [channels.its] with kind = "teams".'
BAD_CHARACTER = (
    "contains a character not allowed in a URL (often a space, a line break or a quotation mark)"
)
CONNECTOR = "the URL of an Office 365 connector, which Microsoft retired in 2026"
LADDER = (
    "expected whole days in descending order, without repeats, 3650 to 0, such as [90, 30, 7, 0]."
)


def read(name: str) -> str:
    if name != "libcal.md":
        raise InvalidValue(f"the file {name!r} does not exist", "a file")
    return RUNBOOK


def watchlist(document: str = GOOD, environment: Mapping[str, str] = ENVIRONMENT) -> Watchlist:
    return parse(document, "w.toml", environment, read)


def problems(document: str, environment: Mapping[str, str] = ENVIRONMENT) -> list[str]:
    with pytest.raises(Misconfigured) as caught:
        watchlist(document, environment)
    return [LINE.sub("", str(problem)) for problem in caught.value.problems]


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_every_key_of_a_watchlist_is_read() -> None:
    seen = watchlist()
    assert (seen.zone.key, seen.check_at, seen.ladder) == (
        "America/Chicago",
        time(7, 30),
        (60, 30, 7, 0),
    )
    assert seen.channels == {
        "its": TeamsChannel("its", Secret(WEBHOOK), weekly=True),
        "libapps-admins": TeamsChannel("libapps-admins", Secret(WEBHOOK), weekly=False),
    }
    sync, door = seen.apps
    assert (sync.name, sync.client_id, sync.service_principal) == (
        "LibApps Outlook sync",
        CLIENT_ID,
        True,
    )
    assert sync.redirect_uris == ("https://library.example/callback",)
    libcal, staff = sync.services
    assert (libcal.id, libcal.name, libcal.claim) == (
        "libcal-main",
        "LibCal (main)",
        Claim("name", "LibCal*"),
    )
    assert (libcal.renewer, libcal.installer, libcal.request_to) == (
        ("its",),
        ("libapps-admins",),
        "helpdesk@example.org",
    )
    assert (libcal.breaks, libcal.link) == (
        "Calendars stop syncing.",
        "https://library.example/admin",
    )
    assert (libcal.ladder, libcal.escalate) == ((14, 0), Escalation(("its",), 7))
    assert libcal.runbook
    assert libcal.runbook.sections["Verify"] == "Do it."
    assert (staff.id, staff.claim, staff.ladder) == ("staff", Claim("hint", "q7X"), (60, 30, 7, 0))
    assert (staff.runbook, staff.link, staff.request_to, staff.escalate) == (None, "", "", None)
    assert (door.client_id, door.redirect_uris, door.service_principal) == (
        "11111111-2222-3333-4444-55555555abcd",
        (),
        False,
    )
    assert door.services[0].claim == Claim("key_id", "aaaaaaaa-0000-0000-0000-000000000001")


def test_a_pipeline_needs_no_installer() -> None:
    by_pipeline = 'installed_by = "pipeline"\nrotates_every = 30\n'
    seen = watchlist(changed('installer = ["libapps-admins"]\n', by_pipeline))
    sync, staff = seen.services["libcal-main"], seen.services["staff"]
    assert (sync.installer, sync.installed_by, sync.rotates_every) == ((), "pipeline", 30)
    assert (staff.installer, staff.installed_by, staff.rotates_every) == (("its",), "person", None)


def test_an_email_channel_has_unique_addresses() -> None:
    addresses = '["its@example.org", "lead@its.example.org", "its@example.org"]'
    document = GOOD.replace(MAILED, f'kind = "email"\nto = {addresses}\n', 1)
    assert watchlist(document).channels["its"] == EmailChannel(
        "its", ("its@example.org", "lead@its.example.org"), weekly=False
    )
    quiet = document.replace(f"to = {addresses}\n", f"to = {addresses}\nweekly = true\n")
    assert watchlist(quiet).channels["its"].weekly


def test_mail_without_a_sender_is_one_mistake() -> None:
    document = GOOD.replace(MAILED, 'kind = "email"\nto = ["its@example.org"]\n')
    wanted = (
        "the mailbox that sends mail, such as alerts@example.org, "
        "for channels of kind email and for owners"
    )
    assert problems(
        document.replace('"07:30"', '"7:30"'), ENVIRONMENT | {"LAPSEWATCH_MAIL_SENDER": " "}
    ) == [
        (
            "w.toml: check_at: '7:30'; "
            'expected a local time as "HH:MM" in quotation marks, such as "08:00".'
        ),
        f"setting LAPSEWATCH_MAIL_SENDER: not set; expected {wanted}. {SET_IT}",
    ]


def test_omitted_keys_have_their_defaults() -> None:
    seen = watchlist(GOOD.replace('check_at = "07:30"\nladder = [60, 30, 7, 0]\n', ""))
    assert (seen.check_at, seen.ladder) == (time(8), DEFAULT_LADDER)
    assert seen.services["staff"].ladder == DEFAULT_LADDER


@pytest.mark.parametrize(
    "url",
    [
        f"  {WEBHOOK}\r\n",
        "http://127.0.0.1:7090/teams/its",
        "http://localhost/x",
        "http://[::1]:7090/x",
    ],
)
def test_a_webhook_may_be_loopback(url: str) -> None:
    channel = watchlist(environment=ENVIRONMENT | {"WEBHOOK": url}).channels["its"]
    assert isinstance(channel, TeamsChannel)
    assert channel.url == Secret(url.strip())


def test_a_name_with_accents_becomes_a_plain_id() -> None:
    assert "cafe-buro-2" in watchlist(changed('"LibCal (main)"', '" Café -- Büro #2! "')).services


def mistakes() -> list[tuple[str, str, list[str]]]:
    """Return the blocks of watchlist_mistakes.txt.

    Each has lines of the good watchlist (-), the lines that replace them (+), and messages (!).
    """
    blocks = (
        (Path(__file__).parent / "watchlist_mistakes.txt").read_text("utf-8").strip().split("\n\n")
    )
    marked = [[(line[:2], line[2:]) for line in block.split("\n")] for block in blocks]
    return [
        (
            "".join(f"{line}\n" for mark, line in lines if mark == "- "),
            "".join(f"{line}\n" for mark, line in lines if mark == "+ "),
            [line for mark, line in lines if mark == "! "],
        )
        for lines in marked
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"), [pytest.param(*mistake, id=mistake[2][0]) for mistake in mistakes()]
)
def test_each_mistake_has_its_message(old: str, new: str, expected: list[str]) -> None:
    assert problems(changed(old, new)) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (
            "",
            [
                "w.toml: timezone: not set; expected an IANA time zone, in the form Area/City.",
                f"w.toml: channels: not set; {CHANNELS}",
                "w.toml: apps: not set; expected at least one [[apps]], with two brackets.",
            ],
        ),
        (
            'timezone = "UTC"\nchannels = {}\n[apps]\nname = "x"\n',
            [
                f"w.toml: channels: no channel; {CHANNELS}",
                "w.toml: apps: a table; expected at least one [[apps]], with two brackets.",
            ],
        ),
        (
            (
                'timezone = "UTC"\nchannels = { its = 5 }\n'
                'apps = [{ name = "x", client_id = "env:CLIENT_ID" }]\n'
            ),
            [
                f"w.toml: channels.its: 5; {CHANNELS}",
                (
                    "w.toml: apps[0].services: not set; "
                    "expected at least one [[apps.services]], with two brackets."
                ),
            ],
        ),
        (
            "timezone = America/Chicago",
            [
                f'w.toml: line 1, column 12: not valid TOML ("Invalid value"); {TOML}',
            ],
        ),
        (
            "ladder = [",
            [
                f'w.toml: end of document: not valid TOML ("Invalid value"); {TOML}',
            ],
        ),
        (
            "ladder = " + "[" * 100_000,
            ["w.toml: nested too deeply; expected a TOML file."],
        ),
    ],
    ids=["empty", "single brackets", "no table", "unquoted", "cut off", "brackets"],
)
def test_a_document_that_is_not_a_watchlist(document: str, expected: list[str]) -> None:
    assert problems(document) == expected


def test_a_number_of_thousands_of_digits_is_a_mistake() -> None:
    assert len(problems(f"ladder = [{'9' * 5000}]")) == 1
    assert problems(changed("[60, 30, 7, 0]", f"[0x{'f' * 5000}]")) == [
        f"w.toml: ladder: [a large number]; {LADDER}"
    ]


@pytest.mark.parametrize(
    ("webhook", "expected"),
    [
        ("", f"not set; {WEBHOOK_WANTED}. {SET_IT}"),
        (
            "http://teams.example.org/x?sig=Zq8Kd0nt5h0wTh15",
            f"an http:// URL; {WEBHOOK_WANTED}. {SET_IT}",
        ),
        (
            "https://teams.example.org/x?sig=Zq8K\nd0nt5h0wTh15",
            f"{BAD_CHARACTER}; {WEBHOOK_WANTED}. {SET_IT}",
        ),
        (
            "https://teams.example.org:99999/Zq8Kd0nt5h0wTh15",
            f"not a complete URL; {WEBHOOK_WANTED}. {SET_IT}",
        ),
        ("Zq8Kd0nt5h0wTh15", f"not a complete URL; {WEBHOOK_WANTED}. {SET_IT}"),
        (
            "https://library.webhook.office.com/webhookb2/Zq8Kd0nt5h0wTh15",
            f"{CONNECTOR}; {WEBHOOK_WANTED}. {RETIRED}",
        ),
        (
            "@Microsoft.KeyVault(SecretUri=https://vault.example.org/secrets/Zq8Kd0nt5h0wTh15)",
            UNRESOLVED,
        ),
    ],
    ids=["empty", "http", "line break", "port", "text", "connector", "key vault"],
)
def test_a_wrong_webhook_is_described_but_not_shown(webhook: str, expected: str) -> None:
    found = problems(GOOD, ENVIRONMENT | {"WEBHOOK": webhook})
    places = ("channels.its.url", "channels.libapps-admins.url")
    assert found == [f"setting WEBHOOK (named by w.toml: {place}): {expected}" for place in places]
    assert "Zq8K" not in "".join(found)


@pytest.mark.parametrize(
    "host",
    [
        "library.webhook.office.com",
        "webhook.office.com",
        "outlook.office.com",
        "OUTLOOK.office365.com",
        "eu.outlook.office365.com",
    ],
)
def test_a_retired_connector_is_rejected_on_every_host(host: str) -> None:
    found = problems(GOOD, ENVIRONMENT | {"WEBHOOK": f"https://{host}/webhook/Zq8Kd0nt5h0wTh15"})
    assert len(found) == 2
    assert all(CONNECTOR in each for each in found)


@pytest.mark.parametrize(
    "host",
    [
        "office.com",
        "myoutlook.office.com",
        "outlook.office.com.example.org",
        "prod-01.westus.logic.azure.com",
    ],
)
def test_other_hosts_are_not_retired_connectors(host: str) -> None:
    url = f"https://{host}/webhook/Zq8Kd0nt5h0wTh15"
    channel = watchlist(environment=ENVIRONMENT | {"WEBHOOK": url}).channels["its"]
    assert isinstance(channel, TeamsChannel)
    assert channel.url.reveal() == url


def test_many_mistakes_are_reported_together() -> None:
    document = GOOD
    for old, new in (
        ('"America/Chicago"', '"Chicago"'),
        ('"07:30"', '"25:00"'),
        ("[60, 30, 7, 0]", "[7, 7]"),
        ('kind = "teams"', 'kind = "slack"'),
        ("weekly = false", "weekly = 0"),
        ('"env:CLIENT_ID"', '"env:NOWHERE"'),
        ('{ name = "LibCal*" }', '{ name = "LibCal*", key_id = "x" }'),
        ('renewer = ["its"]', 'renewer = ["nobody"]'),
        ('id = "staff"', 'id = "door-counter"\ncolour = "red"'),
    ):
        document = document.replace(old, new, 1)
    assert [
        line.removeprefix("setting NOWHERE (named by ").split(": ")[1]
        for line in problems(document)
    ] == [
        "timezone",
        "check_at",
        "ladder",
        "channels.its.kind",
        "channels.libapps-admins.weekly",
        "apps[0].client_id)",
        "apps[0].services[0].renewer[0]",
        "apps[0].services[0].claims.key_id",
        "apps[0].services[0].claims",
        "apps[0].services[1]",
        "apps[1].services[0].id",
    ]


def test_the_error_lists_the_mistakes() -> None:
    with pytest.raises(Misconfigured) as caught:
        watchlist(changed("[60, 30, 7, 0]", "[]").replace("weekly = false", "weekly = 0"))
    assert str(caught.value) == (
        "2 mistakes in the configuration:\n"
        f"- w.toml: ladder (line 3): []; {LADDER}\n"
        "- w.toml: channels.libapps-admins.weekly (line 12): 0; "
        "expected true or false, without quotation marks."
    )
    with pytest.raises(Misconfigured, match=r"^1 mistake in the configuration:\n- w\.toml: ladder"):
        watchlist(changed("[60, 30, 7, 0]", "[]"))


def test_mistakes_in_a_shared_runbook_are_reported_once(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(
        GOOD.replace("installer =", 'runbook = "libcal.md"\ninstaller =').replace(
            'runbook = "libcal.md"\nbreaks', "breaks"
        )
    )
    (tmp_path / "libcal.md").write_text(RUNBOOK.replace("## Verify", "## Verfy"))
    with pytest.raises(Misconfigured) as caught:
        load(tmp_path / "w.toml", "w.toml", ENVIRONMENT)
    assert [problem.place for problem in caught.value.problems] == [
        "libcal.md: line 10",
        "libcal.md",
    ]


def test_runbooks_are_beside_the_watchlist(
    tmp_path: Path,
) -> None:
    (tmp_path / "w.toml").write_text(GOOD, "utf-8-sig")
    (tmp_path / "libcal.md").write_text(RUNBOOK, "utf-8-sig")
    found = load(tmp_path / "w.toml", "w.toml", ENVIRONMENT).services["libcal-main"].runbook
    assert found
    assert tuple(found.sections) == RUNBOOK_SECTIONS


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("none.toml", "the file 'none.toml' does not exist"),
        ("folder", "the file 'folder' cannot be read (IsADirectoryError)"),
        ("latin.toml", "the file 'latin.toml' is not UTF-8 text"),
        ("nul\0.toml", "the file 'nul\\x00.toml' cannot be read (ValueError)"),
    ],
    ids=["missing", "folder", "latin-1", "nul"],
)
def test_an_unreadable_file_is_a_mistake(tmp_path: Path, name: str, found: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin.toml").write_bytes('name = "Büro"'.encode("latin-1"))
    with pytest.raises(
        InvalidValue,
        match=rf"^{re.escape(found)}; expected a text file that is deployed with the app$",
    ):
        load(tmp_path / name, name, ENVIRONMENT)


PIECES = st.sampled_from(
    [
        *"[]{}=\"'\n.,\\#\0é",
        "0x" + "f" * 5000,
        "true",
        "[[",
        "]]",
        "env:",
        "env:WEBHOOK",
        '""',
        "{}",
        "[]",
        "nan",
        "::",
        "1e9",
    ]
)


@examples(3)
@given(
    st.lists(
        st.tuples(st.integers(0, len(GOOD)), st.integers(0, 60), PIECES | st.just("")),
        min_size=1,
        max_size=4,
    )
)
def test_random_edits_raise_only_messages_without_credentials(
    edits: list[tuple[int, int, str]],
) -> None:
    document = GOOD
    for start, length, piece in edits:
        document = document[:start] + piece + document[start + length :]
    try:
        read_as = str(watchlist(document))
    except Misconfigured as misconfigured:
        read_as = str(misconfigured)
    assert "Zq8K" not in read_as
