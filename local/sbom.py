"""`make sbom`: write the packages of the app in Azure to `build/sbom.json`, as CycloneDX.

The app itself has the version of `shared/version.py`; the generator cannot read it there.
"""

import json
import subprocess
import sys
from pathlib import Path

from local.command_help import answer_help
from shared.version import VERSION

ROOT = Path(__file__).resolve().parents[1]
SBOM = ROOT / "build" / "sbom.json"


def write_sbom(file: Path) -> int:
    """Write the list. Return the exit status of the generator."""
    file.parent.mkdir(parents=True, exist_ok=True)
    generator = Path(sys.executable).with_name("cyclonedx-py")
    options = ("--output-reproducible", "--of", "JSON", "--pyproject", "pyproject.toml")
    done = subprocess.run(  # noqa: S603  (a pinned package of ours)
        [generator, "requirements", "requirements.txt", *options, "-o", str(file)],
        cwd=ROOT,
        env={"PYTHONWARNINGS": "ignore"},  # it misses the graph, which a list of pins has not
        check=False,
    )
    if done.returncode == 0:
        document = json.loads(file.read_text("utf-8"))
        document["metadata"]["component"]["version"] = VERSION
        file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return done.returncode


if __name__ == "__main__":
    answer_help(__doc__)
    sys.exit(write_sbom(SBOM))
