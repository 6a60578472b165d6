"""Azurite for the demo and the tests: it is ready after `start` and always stopped."""

import os
import socket
from pathlib import Path

import pytest
from azure.data.tables import TableServiceClient

from local.azurite import Azurite, AzuriteError

BROKEN = 'console.error("no such option"); process.exit(1)'
STUBBORN = """
process.on("SIGINT", () => {})
const port = Number(process.argv[process.argv.indexOf("--tablePort") + 1])
require("net").createServer().listen(port, "127.0.0.1")
"""


def installed(folder: Path, script: str) -> Path:
    (folder / "table").mkdir()
    (folder / "table" / "main.js").write_text(script)
    return folder


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def tables_of(azurite: Azurite) -> list[str]:
    with TableServiceClient.from_connection_string(azurite.tables) as client:
        return [table.name for table in client.list_tables()]


def make_table(azurite: Azurite, name: str) -> None:
    with TableServiceClient.from_connection_string(azurite.tables) as client:
        client.create_table(name)


def test_it_answers_at_once_and_is_gone_afterwards() -> None:
    with Azurite() as azurite:
        pid = azurite.pid
        assert tables_of(azurite) == []
    assert azurite.pid == 0
    assert not is_running(pid)


def test_two_of_them_do_not_meet() -> None:
    with Azurite() as one, Azurite() as other:
        make_table(one, "OfOne")
        assert tables_of(other) == []


def test_after_an_outage_it_has_the_same_port_and_data() -> None:
    with Azurite() as azurite:
        make_table(azurite, "Kept")
        before, where = azurite.pid, azurite.tables
        azurite.kill()
        assert not is_running(before)
        azurite.start()
        assert azurite.tables == where
        assert tables_of(azurite) == ["Kept"]


def test_its_own_folder_is_deleted_and_a_given_one_is_kept(tmp_path: Path) -> None:
    with Azurite(tmp_path) as azurite:
        make_table(azurite, "Kept")
    with Azurite(tmp_path) as azurite:
        assert tables_of(azurite) == ["Kept"]
    with Azurite() as azurite:
        own = Path(azurite.folder)
        assert own.exists()
    assert not own.exists()


def test_the_other_services_come_with_it_when_asked_for() -> None:
    with Azurite(services=("table", "queue")) as azurite:
        assert tables_of(azurite) == []
        for service in ("blob", "queue"):
            assert f"{service.capitalize()}Endpoint={azurite.endpoint(service)};" in azurite.tables
            socket.create_connection(
                ("127.0.0.1", int(azurite.endpoint(service).split(":")[2].split("/")[0])), timeout=5
            ).close()


def test_killing_what_is_not_running_is_no_harm() -> None:
    with Azurite() as azurite:
        azurite.kill()
        azurite.kill()


def test_one_that_will_not_end_is_made_to(tmp_path: Path) -> None:
    with Azurite(scripts=installed(tmp_path, STUBBORN)) as azurite:
        pid = azurite.pid
    assert not is_running(pid)


def test_one_that_ends_at_once_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(AzuriteError, match="ended as soon as it was started: no such option"):
        Azurite(scripts=installed(tmp_path, BROKEN)).__enter__()


def test_missing_installation_is_explained(tmp_path: Path) -> None:
    with pytest.raises(AzuriteError, match=r"there is no .*main\.js\. Run: make setup"):
        Azurite(scripts=tmp_path).__enter__()


def test_without_node_the_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(AzuriteError, match=r"Install Node\.js 20 or newer, then run: make setup"):
        Azurite().__enter__()
