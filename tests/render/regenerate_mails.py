"""Write the golden mails anew: `python -m tests.render.regenerate_mails`. Read the difference before you keep it.

With `--pictures`, draw those in docs/pictures instead, with the runbooks that ship; that needs Chromium.
"""

import sys
from dataclasses import replace
from pathlib import Path

from local.cards import picture
from shared.core.judged import ServiceView
from shared.core.message import Notice
from shared.render.mail import mail
from shared.runbook import parse
from tests.render.mail_cases import CHANNELS, GOLDEN, MAILS, SENDER, WITH_HTML, text_of, written
from tests.support.notices import INSTALLER, PAGE_URL

ROOT = Path(__file__).parents[2]
PICTURES = {
    "mail-request": ("expiring_to_installer", False),
    "mail-create": ("expiring_to_renewer", False),
    "mail-install-dark": ("replaced", True),
}
"""By the name of the picture: the case, and whether it is dark."""
WIDTH = 660
MEASURE = "<script>document.body.dataset.height = document.body.firstElementChild.nextElementSibling.offsetHeight</script></body>"


def main() -> None:
    """Write every golden file and remove those of cases that are no more, or draw the pictures."""
    if "--pictures" in sys.argv[1:]:
        for name, (case, dark) in PICTURES.items():
            picture(_page(case, dark=dark), ROOT / "docs" / "pictures" / f"{name}.png", width=WIDTH)
        return
    for old in GOLDEN.glob("*"):
        old.unlink()
    for name in MAILS:
        (GOLDEN / f"{name}.txt").write_text(text_of(name), encoding="utf-8")
    for name in WITH_HTML:
        (GOLDEN / f"{name}.html").write_text(written(name).html, encoding="utf-8")


def _page(case: str, *, dark: bool) -> str:
    notices = tuple(map(_with_runbook, MAILS[case].notices))
    channel = "libapps-admins" if notices[0].roles == INSTALLER else "its"
    message = replace(MAILS[case], channel=channel, notices=notices)
    page = mail(message, to=("reader@example.org",), sender=SENDER, channels=CHANNELS, page_url=PAGE_URL).html
    page = page.replace("(prefers-color-scheme: dark)", "all") if dark else page
    return page.replace("</body>", MEASURE)


def _with_runbook(notice: Notice) -> Notice:
    assert isinstance(notice.view, ServiceView)
    file = f"runbooks/{notice.view.service.id}.md"
    service = replace(notice.view.service, runbook=parse((ROOT / file).read_text(encoding="utf-8"), file))
    return replace(notice, view=replace(notice.view, service=service))


if __name__ == "__main__":
    main()
