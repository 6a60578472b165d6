"""Bind queries of the log to the tables of a workspace, with Microsoft's own Kusto library."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
STORAGE = (
    "TimeGenerated: datetime, AccountName: string, AuthenticationType: string, "
    "CallerIpAddress: string, OperationName: string, RequesterObjectId: string, "
    "StatusCode: string, StatusText: string, Uri: string"
)
TABLES = {
    "AppTraces": (
        "TimeGenerated: datetime, Message: string, SeverityLevel: int, Properties: dynamic, "
        "OperationName: string, OperationId: string, AppRoleName: string"
    ),
    "AzureDiagnostics": (
        "TimeGenerated: datetime, ResourceProvider: string, Resource: string, "
        "OperationName: string, CallerIPAddress: string, ResultSignature: string, "
        "requestUri_s: string, identity_claim_oid_g: string"
    ),
    "LAQueryLogs": (
        "TimeGenerated: datetime, AADEmail: string, AADObjectId: string, QueryText: string"
    ),
    "StorageBlobLogs": STORAGE,
    "StorageQueueLogs": STORAGE,
    "StorageTableLogs": STORAGE,
}
"""Columns that queries of ours may use, from Azure Monitor's reference of tables."""


class Bound(NamedTuple):
    problems: list[str]
    columns: list[str]
    """The columns of the result."""


def bound(queries: Mapping[str, str]) -> dict[str, Bound]:
    """Return what the library finds in each query, by its name; one Node process for all."""
    node = shutil.which("node")
    assert node is not None, "Node.js was not found. Install Node.js 20 or newer."
    done = subprocess.run(
        [node, str(HERE / "bind_kql.js")],
        input=json.dumps({"tables": TABLES, "queries": dict(queries)}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{done.stderr[-600:]}\nAfter a change of pins, run: make setup"
    return {name: Bound(**found) for name, found in json.loads(done.stdout).items()}
