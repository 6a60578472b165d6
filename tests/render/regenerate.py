"""Write the golden cards and mails: `python -m tests.render.regenerate [--pictures]`.

Review the diff before you commit it.

With `--pictures`, also draw the pictures of cards, mails and the forecast in docs/pictures; that
needs Chromium.
"""

import sys
from shutil import rmtree

from local.command_help import answer_help
from tests.render import forecast_picture, pictures
from tests.render.goldens import GOLDEN, files


def main() -> None:
    """Write every golden file, and remove those of deleted cases."""
    rmtree(GOLDEN, ignore_errors=True)
    for path, content in files().items():
        file = GOLDEN / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    answer_help(__doc__)
    main()
    if "--pictures" in sys.argv[1:]:
        pictures.draw()
        forecast_picture.main()
