"""Store a secret from standard input in the vault of this deployment.

Usage: `python3 infra/hooks/put_secret.py teams-webhook-url`. It stores the URL of a webhook or
heartbeat, or the secret that signs the messages of a webhook.
"""

from __future__ import annotations

import re
import sys

from deployment.azd import Azd
from deployment.cloud import GRAPH, cloud_of
from deployment.hook import run
from deployment.prompts import secret
from deployment.report import NotYet, Report
from deployment.site import Site
from deployment.vault import AGAIN, access, checked_secret, refresh_settings, store, vault_of

NAMES = re.compile(r"[0-9A-Za-z-]{1,127}")


def main() -> None:
    """Store the secret, and print the table."""
    name = sys.argv[1] if len(sys.argv) == 2 else ""  # noqa: PLR2004  (the script and one argument)
    if not NAMES.fullmatch(name):
        raise ValueError(
            "The name of the secret is missing or invalid. "
            f"Run: {AGAIN} teams-webhook-url (it prompts for the URL)"
        )
    azd, report = Azd(), Report(f"Lapsewatch, secret {name}")
    cloud = cloud_of(azd.get("LAPSEWATCH_GRAPH", GRAPH))

    def step() -> str:
        given = secret(f"URL or signing secret for {name} (it is not shown): ")
        if not given:
            raise NotYet("nothing was given")
        return store(vault_of(azd), name, checked_secret(given))

    if report.run_step(name, step, access(azd, name)):
        refresh_settings(Site(azd, cloud), report)
    print(report.text())  # noqa: T201  (the table is the hook's output)


if __name__ == "__main__":
    sys.exit(run(main))
