"""The demo, as a newcomer starts it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_demo_tells_its_story_and_ends_by_itself() -> None:
    ran = subprocess.run([sys.executable, "-m", "local.demo"], cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "the check ended: ok" in ran.stdout
    assert "LibCal: secret ends in 6 days" in ran.stdout
    assert "outcome ok, 0 messages due, 0 posted" in ran.stdout
    assert (ROOT / "build" / "demo" / "card.png").read_bytes().startswith(b"\x89PNG")
