"""Write the golden cards and mails anew: `python -m tests.render.regenerate [--pictures]`. Read the difference before you keep it.

With `--pictures`, also draw the pictures of docs/pictures that show cards, mails and the forecast; that needs Chromium.
"""

import sys
from shutil import rmtree

from tests.render import forecast_picture, pictures
from tests.render.goldens import GOLDEN, files


def main() -> None:
    """Write every golden file, and remove those of cases that are no more."""
    rmtree(GOLDEN, ignore_errors=True)
    for path, content in files().items():
        file = GOLDEN / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
    if "--pictures" in sys.argv[1:]:
        pictures.draw()
        forecast_picture.main()
