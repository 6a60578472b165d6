"""Links, anchors and pictures of the documents lead to what exists; no page is out of reach."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted(DOCS.rglob("*.md")),
    ROOT / "infra/README.md",
    ROOT / "local/functions_host/README.md",
]
PENDING = {DOCS / "how-to/upgrade.md", DOCS / "how-to/examples.md", DOCS / "reference"}
"""Pages that may not exist yet."""
LINK = re.compile(r"\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")
CODE = re.compile(r"^ *```.*?^ *```$|`[^`\n]*`", re.DOTALL | re.MULTILINE)


def prose(path: Path) -> str:
    """Return a page without its code: what looks like a link there is none."""
    return CODE.sub("", path.read_text(encoding="utf-8"))


@cache
def anchors(path: Path) -> frozenset[str]:
    """Return the anchors of the headings, as GitHub makes them; of equal ones only the first."""
    text = re.sub(
        r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings)
    return frozenset(re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in plain)


def links(path: Path) -> list[tuple[Path, str]]:
    """Return the file and the anchor of each link of a page to the repository."""
    found = []
    for link in LINK.findall(prose(path)):
        if not re.match(r"https?://|mailto:", link):
            file, _, anchor = link.partition("#")
            found.append(((path.parent / file).resolve() if file else path, anchor))
    return found


def is_pending(file: Path) -> bool:
    """Return whether a page is planned, and neither it nor its folder exists."""
    return any(file.is_relative_to(each) and not each.exists() for each in PENDING)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    missing = [
        f"{file.name}#{anchor}"
        for file, anchor in links(page)
        if not is_pending(file) and (not file.exists() or (anchor and anchor not in anchors(file)))
    ]
    assert missing == []


def test_linked_anchors_are_the_same_on_the_site() -> None:
    """Sites join several hyphens into one, so a linked heading has no sign between blanks."""
    linked = {anchor for page in PAGES for _, anchor in links(page)}
    assert [anchor for anchor in linked if "--" in anchor or anchor.startswith("-")] == []


def test_every_page_is_two_clicks_from_the_readme() -> None:
    first = {file for file, _ in links(ROOT / "README.md")}
    second = {
        file for page in first if page.suffix == ".md" and page.exists() for file, _ in links(page)
    }
    pages = {page for page in DOCS.rglob("*.md") if DOCS / "examples" not in page.parents}
    pages.discard(DOCS / "index.md")
    assert sorted(page.name for page in pages - first - second) == []


def test_every_picture_is_shown_and_described() -> None:
    shown = set()
    for page in PAGES:
        for text, link in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)", prose(page)):
            assert len(text.split()) >= 3, link
            shown.add((page.parent / link).resolve())
    assert shown


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("## What `azd up` does, step by step", "what-azd-up-does-step-by-step"),
        ("### If nobody can sign in: a client secret", "if-nobody-can-sign-in-a-client-secret"),
        ("# See [this](x.md)", "see-this"),
    ],
)
def test_anchors_are_made_as_on_github(heading: str, anchor: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{heading}\n\n```\n# no heading\n```\n", encoding="utf-8")
    assert anchors(page) == {anchor}
