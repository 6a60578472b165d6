from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.core.model.vocabulary import Severity
from shared.render.mail.mail import COLORS
from shared.render.mail.mime import Mail, as_bytes
from tests.render.mail_cases import written
from tests.support.mail_digest import html_digest, mail_digest
from tests.support.visible import visible

CASE = "several_with_page"
ITEM = '<li style="margin:0 0 6px 0;">Edit Client Secret: Value.</li>'


def digest_of(mail: Mail) -> str:
    return mail_digest(as_bytes(mail))


def test_digest_has_headers_text_and_html_differences() -> None:
    html = (
        "<html><head><title>Subject</title><style>p {}</style></head><body>"
        '<div style="display:none;">Preview</div>'
        '<table><tr><td width="4" bgcolor="#c50f1f"></td><td>'
        '<h1 class="critical" style="color:#c50f1f;">It ends</h1><p class="words">First.</p>'
        "<ol><li>Do</li><li>Then</li></ol><b>Now</b> "
        '<a href="https://a.example/" class="button">Open</a><p>More here</p>'
        "</td></tr></table></body></html>"
    )
    text = (
        "It ends\n=======\n\nFirst.\n\n1. Do\n2. Then\n\nNow\n\n"
        "Open: https://a.example/\n\nOnly here\n"
    )
    assert list(html_digest(html, text, "Subject")) == [
        "hidden: Preview",
        "bar #c50f1f",
        "h1 critical #c50f1f: It ends",
        "ol of 2",
        "bold: Now",
        "link button: Open -> https://a.example/",
        "only in the text: Only",
        "only in the HTML: More",
    ]


def replaced(old: str, new: str, *, count: int = 1) -> Callable[[Mail], Mail]:
    def change(mail: Mail) -> Mail:
        assert old in mail.html
        return replace(mail, html=mail.html.replace(old, new, count))

    return change


def first_blocks_swapped(mail: Mail) -> Mail:
    """Swap the headings of two blocks, with their colours."""
    first, second, *_ = (part.split("</h1>")[0] for part in mail.html.split("<h1 ")[1:])
    html = mail.html.replace(first, "\0").replace(second, first).replace("\0", second)
    return replace(mail, html=html)


@pytest.mark.parametrize(
    "change",
    [
        replaced('bgcolor="#c50f1f"', f'bgcolor="{COLORS[Severity.OK]}"'),
        replaced('<h1 class="critical"', '<h1 class="ok"'),
        replaced("font-weight:600;color:#c50f1f;", "font-weight:600;color:#107c10;"),
        replaced(
            'href="https://library.libcal.example/admin"',
            'href="https://library.libcal.example/other"',
        ),
        replaced("display:none;", ""),
        replaced("<b>Installer (libapps-admins):</b>", "Installer (libapps-admins):"),
        replaced(ITEM, "Edit Client Secret: Value."),
        replaced(ITEM, ""),
        replaced("is not syncing", "is syncing"),
        replaced("<title>", "<title>Not "),
        replaced("&#847;", ""),
        first_blocks_swapped,
        lambda mail: replace(mail, subject=f"{mail.subject}!"),
        lambda mail: replace(mail, text=mail.text.replace("Deleted:", "Lost:")),
        lambda mail: replace(mail, reply_to=()),
        lambda mail: replace(mail, urgent=False),
        lambda mail: replace(mail, to=("other@example.org",)),
        lambda mail: replace(mail, sender="other@example.org"),
    ],
)
def test_visible_difference_changes_the_digest(change: Callable[[Mail], Mail]) -> None:
    mail = written(CASE)
    assert digest_of(change(mail)) != digest_of(mail)


def test_digest_shows_a_missing_constant_header() -> None:
    sent = as_bytes(written(CASE))
    assert "Auto-Submitted" not in mail_digest(sent)
    assert (
        "Auto-Submitted: (none)"
        in mail_digest(sent.replace(b"Auto-Submitted: auto-generated\r\n", b"")).splitlines()
    )


def test_digest_shows_invisible_characters() -> None:
    assert visible("a\u202eb\u200bc\u034f\u00a0\r") == "a⟨U+202E⟩b⟨U+200B⟩c⟨U+034F⟩⟨U+00A0⟩⟨U+000D⟩"
    mail = written(CASE)
    assert "  a⟨U+202E⟩b" in digest_of(replace(mail, text=f"a\u202eb\n{mail.text}"))
    assert "only in the HTML: a⟨U+200B⟩b" in digest_of(
        replace(mail, html=mail.html.replace("</body>", "<p>a\u200bb</p></body>"))
    )
