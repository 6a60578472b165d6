"""What the functions of one process share breaks nothing when they run at the same time."""

import json
import subprocess
import sys
from contextlib import suppress

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableServiceClient

from local.azurite import Azurite
from local.stand_in.tenant import Tenant
from shared.bootstrap import ROOT, watching
from shared.config.settings_loader import load
from shared.core.model.check_record import Outcome


def test_functions_side_by_side_do_as_one_after_the_other(
    azurite: Azurite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a new process, so that each first use happens in several threads at once, too."""
    with (
        TableServiceClient.from_connection_string(azurite.tables) as service,
        suppress(ResourceNotFoundError),
    ):
        service.delete_table("Lapsewatch")
    with Tenant() as tenant:
        settings = {**tenant.environment, "LAPSEWATCH_TABLES": azurite.tables}
        for name, value in settings.items():
            monkeypatch.setenv(name, value)  # azure-identity reads the process
        with watching(load(settings, ROOT)) as watch:
            assert (
                watch.check().outcome == Outcome.OK
            )  # all that is due is sent, so that a repetition finds the same
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.side_by_side"],
            input=tenant.id_token("Dana Example"),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        at_once, alone = json.loads(done.stdout)
        assert at_once == alone, done.stderr[-3000:]
        statuses = [each[0] for each in alone if isinstance(each, list) and each]
        assert set(statuses) == {200}
        assert Outcome.OK in str(alone)
        assert len(tenant.posted("its")) == 1
