"""Write the golden cards anew: `python -m tests.render.regenerate [--pictures]`. Read the difference before you keep it."""

import json
import sys
from pathlib import Path

from local.cards import picture, to_html
from shared.render.teams import payloads
from tests.render.cases import GOLDEN, MESSAGES, page_of


def text_of(name: str) -> str:
    """Give the golden text of a case."""
    return json.dumps(payloads(MESSAGES[name], page_url=page_of(name)), indent=1, ensure_ascii=False) + "\n"


PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
DRAWN = {
    "card-expiring": "expiring_to_renewer",
    "card-install": "replaced_with_page",
    "card-introduction": "introduction_to_settle",
    "card-safe": "confirmed",
}
"""What the documents show, by case."""


def draw() -> None:
    """Draw the pictures of the documents anew, with the steps unfolded."""
    for name, case in DRAWN.items():
        cards = [payload["attachments"][0]["content"] for payload in payloads(MESSAGES[case], page_url=page_of(case))]
        picture(to_html(cards, opened=name == "card-install"), PICTURES / f"{name}.png")


def main() -> None:
    """Write every golden file, and remove those of cases that are no more."""
    for old in GOLDEN.glob("*.json"):
        old.unlink()
    for name in MESSAGES:
        (GOLDEN / f"{name}.json").write_text(text_of(name), encoding="utf-8")


if __name__ == "__main__":
    main()
    if "--pictures" in sys.argv:
        draw()
