"""Write a secret into the vault of this deployment, from standard input: `python3 infra/hooks/put_secret.py teams-webhook-url`."""

from __future__ import annotations

import re
import sys

from deployment.asking import secret
from deployment.azd import Azd
from deployment.cloud import GRAPH, cloud_of
from deployment.hook import run
from deployment.report import NotYet, Report
from deployment.vault import checked, keep, read_anew, vault_of, writing

NAMES = re.compile(r"[0-9A-Za-z-]{1,127}")


def main() -> None:
    """Do it, and print the table."""
    name = sys.argv[1] if len(sys.argv) == 2 else ""  # noqa: PLR2004  (the script and one argument)
    if not NAMES.fullmatch(name):
        raise ValueError(
            "Give the name of the secret: python3 infra/hooks/put_secret.py teams-webhook-url (the URL is asked for)"
        )
    azd, report = Azd(), Report(f"Lapsewatch, secret {name}")
    cloud = cloud_of(azd.get("LAPSEWATCH_GRAPH", GRAPH))

    def step() -> str:
        given = secret(f"URL for {name} (it is not shown): ")
        if not given:
            raise NotYet("no URL was given")
        return keep(vault_of(azd), name, checked(given))

    if report.attempt(name, step, writing(azd, name)):
        read_anew(azd, cloud, report)
    print(report.text())  # noqa: T201  (the table is what the hook gives)


if __name__ == "__main__":
    sys.exit(run(main))
