"""Decisions on the command line: saved with who, when and why, and sent at once."""

from datetime import UTC, datetime, timedelta

from local.stand_in.stories import LIBAPPS_CLIENT_ID
from tests.e2e.conftest import Lapsewatch


def renewed(lapsewatch: Lapsewatch) -> str:
    """Create LibCal's new secret, run a check, and return its key id."""
    lapsewatch("check")
    ends = datetime.now(UTC) + timedelta(days=730)
    key_id = lapsewatch.tenant.add_secret(
        LIBAPPS_CLIENT_ID, name="LibCal 2028", hint="r2B", ends=ends
    )
    lapsewatch("check")
    return key_id


def libcal(lapsewatch: Lapsewatch) -> dict[str, object]:
    services: list[dict[str, object]] = lapsewatch("status", "--json").json["services"]
    return services[0]


def test_confirm_settles_the_service_and_undo_reopens_it(
    lapsewatch: Lapsewatch,
) -> None:
    key_id = renewed(lapsewatch)
    old = libcal(lapsewatch)
    assert old["standing"] == "awaiting_install"
    ran = lapsewatch("confirm", "LibCal", "--key-id", key_id, "--by", "Anna", "--json")
    assert (ran.status, ran.err) == (0, "")
    assert (ran.json["decision"]["by"], ran.json["decision"]["key_id"]) == ("Anna", key_id)
    assert [item["reason"] for item in ran.json["check"]["told"][0]["items"]] == ["confirmed"]
    assert "LibCal is safe until" in lapsewatch.cards()[-1]
    settled = libcal(lapsewatch)
    assert (settled["standing"], settled["confirmed"]["by"]) == ("healthy", "Anna")  # type: ignore[index]  # a document
    undone = lapsewatch("confirm", "libcal", "--key-id", old["in_use"]["key_id"], "--by", "Ben")  # type: ignore[index]  # a document
    assert undone.status == 0
    assert "saved: LibCal uses" in undone.out
    assert libcal(lapsewatch)["standing"] == "awaiting_install"


def test_decision_needs_a_name(lapsewatch: Lapsewatch) -> None:
    ran = lapsewatch("claim", "key", "none", "--by", " ")
    assert (ran.status, ran.out) == (2, "")
    assert "Name the person who decides, for example --by Anna" in " ".join(
        ran.err.replace("│", " ").split()
    )
    assert "Traceback" not in ran.err


def test_invalid_decisions_are_refused(lapsewatch: Lapsewatch) -> None:
    key_id = renewed(lapsewatch)
    for arguments, sentence in {
        (
            "confirm",
            "libcal",
            "--key-id",
            "6f1c2f5e-0000-4d0b-9d5e-0c7a5a2b13d6",
        ): "is not on the app",
        ("confirm", "libcall", "--key-id", key_id): "Did you mean libcal?",
        ("acknowledge", "libcal", "--until", "2020-01-01", "--why", "known"): "is in the past",
        ("claim", key_id, "libcall"): "There is no service libcall",
        ("claim", "6f1c2f5e-0000-4d0b-9d5e-0c7a5a2b13d6", "none"): "There is no credential",
    }.items():
        ran = lapsewatch(*arguments)
        assert (ran.status, ran.out) == (1, "")
        assert sentence in ran.err
        assert "Traceback" not in ran.err
    assert lapsewatch("acknowledge", "libcal", "--until", "tomorrow", "--why", "known").status == 2


def test_acknowledgement_is_in_the_status(lapsewatch: Lapsewatch) -> None:
    lapsewatch("check")
    now = datetime.now(UTC)
    until = (now.date() + timedelta(days=2)).isoformat()
    assert (
        lapsewatch(
            "acknowledge", "libstaffer", "--until", until, "--why", "ordered", "--by", "Anna"
        ).status
        == 0
    )
    given = lapsewatch("status", "--json").json["services"][1]["acknowledged"]
    assert (given["by"], given["why"], given["until"]) == ("Anna", "ordered", until)
    assert abs(datetime.fromisoformat(given["at"]) - now) < timedelta(minutes=2)
    back = lapsewatch("acknowledge", "LibStaffer", "--cancel", "--by", "Ben")
    assert (back.status, "saved: LibStaffer: reminders continue" in back.out) == (0, True)
    assert lapsewatch("status", "--json").json["services"][1]["acknowledged"] is None
    again = lapsewatch("acknowledge", "LibStaffer", "--cancel")
    assert (again.status, "not snoozed" in again.err) == (1, True)


def test_unassigned_secret_is_claimed_or_ignored(lapsewatch: Lapsewatch) -> None:
    ends = datetime.now(UTC) + timedelta(days=100)
    ours = lapsewatch.tenant.add_secret(
        LIBAPPS_CLIENT_ID, name="for the calendars", hint="abc", ends=ends
    )
    stray = lapsewatch.tenant.add_secret(LIBAPPS_CLIENT_ID, name="test", hint="zzz", ends=ends)
    lapsewatch("check")
    assert {
        each["credential"]["key_id"] for each in lapsewatch("status", "--json").json["unclaimed"]
    } == {ours, stray}
    assert lapsewatch("claim", stray, "none").status == 0
    assert lapsewatch("claim", ours, "libcal").status == 0
    document = lapsewatch("status", "--json").json
    assert document["unclaimed"] == []
    assert document["services"][0]["replacement"]["key_id"] == ours
    assert [each["key_id"] for each in document["ignored"]] == [stray]
    assert {lapsewatch("claim", each, "open").status for each in (ours, stray)} == {0}
    document = lapsewatch("status", "--json").json
    assert {each["credential"]["key_id"] for each in document["unclaimed"]} == {ours, stray}
    assert document["ignored"] == []
    assert lapsewatch("claim", stray, "open").status == 1


def test_decision_needs_the_current_app(lapsewatch: Lapsewatch) -> None:
    key_id = renewed(lapsewatch)
    lapsewatch.tenant.identity.roles.clear()
    ran = lapsewatch("confirm", "libcal", "--key-id", key_id)
    assert ran.status == 1
    assert "Application.Read.All" in ran.err
    assert libcal(lapsewatch)["confirmed"] is None


def test_check_prints_the_command_that_settles_it(lapsewatch: Lapsewatch) -> None:
    key_id = renewed(lapsewatch)
    stray = lapsewatch.tenant.add_secret(
        LIBAPPS_CLIENT_ID, name="test", ends=datetime.now(UTC) + timedelta(days=100)
    )
    ran = lapsewatch("check")
    assert f"confirm libcal --key-id {key_id}" in ran.out
    assert f"claim {stray} SERVICE" in ran.out
