"""Write the golden cards anew: `python -m tests.render.regenerate`. Read the difference before you keep it."""

import json

from shared.render.teams import payloads
from tests.render.cases import GOLDEN, MESSAGES, page_of


def text_of(name: str) -> str:
    """Give the golden text of a case."""
    return json.dumps(payloads(MESSAGES[name], page_url=page_of(name)), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every golden file, and remove those of cases that are no more."""
    for old in GOLDEN.glob("*.json"):
        old.unlink()
    for name in MESSAGES:
        (GOLDEN / f"{name}.json").write_text(text_of(name), encoding="utf-8")


if __name__ == "__main__":
    main()
