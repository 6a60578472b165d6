"""The alert on the Functions host's own lines: it turned off a function, or stopped."""

import json
from datetime import timedelta

import pytest

from tests.infra.test_alerts import MORNING, NO_GOOD_CHECK, fired
from tests.support.app_routes import functions
from tests.support.kql import Row

OFF = "function-off"
TICK_OFF = (
    "The 'tick' function is in error: Microsoft.Azure.WebJobs.Host: Error indexing method "
    "'Functions.tick'. "
)
HOST_LINES = {
    "schedule": f"{TICK_OFF}Microsoft.Azure.WebJobs.Extensions: The schedule expression "
    "'0 60 * * * *' was not recognized as a valid cron expression or timespan string.",
    "setting": f"{TICK_OFF}Microsoft.Azure.WebJobs.Host: '%LAPSEWATCH_SCHEDULE%' does not resolve "
    "to a value.",
    "bundle": "The 'tenant' function is in error: The binding type(s) 'queueTrigger' are not "
    "registered. Please ensure the type is correct and the binding extension is installed.",
    "route": "The 'page_forms' function is in error: The specified route conflicts with the route "
    "defined by function 'page'.",
    "letters": "the 'page_assets' FUNCTION IS IN ERROR: another version of the host",
    "storage": "An unhandled exception has occurred. Host is shutting down.",
    "host.json": "A host error has occurred during startup operation "
    "'0b0f4f0e-4f0e-4b64-9f0c-7f9f0c3f4a11'.",
}
"""Lines of the host, which it also writes as traces if they have an exception."""


@pytest.mark.parametrize("line", HOST_LINES)
def test_what_the_host_turns_off_raises_an_alert(line: str) -> None:
    rows = [Row(MORNING, HOST_LINES[line])]
    assert fired(rows, MORNING) == {NO_GOOD_CHECK, OFF}
    assert fired(rows, MORNING + timedelta(hours=1.9)) == {NO_GOOD_CHECK, OFF}
    assert fired(rows, MORNING + timedelta(hours=2.1)) == {NO_GOOD_CHECK}


@pytest.mark.parametrize("name", functions())
def test_each_function_that_is_turned_off_raises_an_alert(name: str) -> None:
    line = HOST_LINES["schedule"].replace("'tick'", f"'{name}'")
    assert OFF in fired([Row(MORNING, line)], MORNING)


def test_a_line_that_quotes_the_host_is_not_the_hosts() -> None:
    quoting = [
        Row(MORNING, "Executed 'Functions.tick' (Succeeded, Id=1)"),
        Row(MORNING, "The '' function is in error: it has no name"),
    ]
    for line in HOST_LINES.values():
        skipped = {"event": "check", "outcome": "not_owed", "error": line}
        texts = (json.dumps(skipped), json.dumps(line), f"page: {line}", f"\n{line}")
        quoting += [Row(MORNING, text) for text in texts]
    assert fired(quoting, MORNING) == {NO_GOOD_CHECK}
