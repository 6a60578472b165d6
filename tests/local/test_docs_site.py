"""The site of the documents: its navigation, its links, the page about HTTP, and the last check.

`.ci/run` builds the real site with `make docs`, which needs an environment of its own.
"""

from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types of its own

from local.docs_site.check import mistakes
from local.docs_site.links import Kind, Target, anchors, find_target, repository_address
from local.docs_site.navigation import NavigationError, contents, page_name, read_navigation
from local.docs_site.openapi_page import openapi_page
from local.docs_site.source_links import broken_links, wrong_navigation
from local.docs_site.stage import ROOT, folders, pages, stage

EMPTY = "Start\nHow-to\nReference\nExplanation\n"
LISTED = "Start\n  a.md | Begin\nHow-to\nReference\n  ../CHANGELOG.md\nExplanation\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a small repository with two pages."""
    (tmp_path / "docs" / "part").mkdir(parents=True)
    (tmp_path / "docs" / "navigation.txt").write_text(LISTED)
    (tmp_path / "docs" / "index.md").write_text("# First\n\n[a](a.md#two-words)\n")
    (tmp_path / "docs" / "a.md").write_text("# Two `words`\n\n[b](../b.toml)\n")
    (tmp_path / "docs" / "part" / "x.json").write_text("{}")
    (tmp_path / "docs" / "examples").mkdir()
    (tmp_path / "docs" / "examples" / "runbook.md").write_text("# Run\n")
    (tmp_path / "docs" / "openapi.yaml").write_text((ROOT / "docs" / "openapi.yaml").read_text())
    (tmp_path / "docs" / "story.txt").write_text("A story\n=======\nDay 1\n")
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n")
    (tmp_path / "b.toml").write_text("")
    return tmp_path


def test_links_and_navigation_of_this_repository_are_right() -> None:
    assert [*broken_links(), *wrong_navigation()] == []


def test_the_navigation_becomes_directives_of_sphinx() -> None:
    text = contents(read_navigation(LISTED))
    assert ":caption: Start\n\nBegin </a>\n```" in text
    assert ":caption: Reference\n\n/changelog\n```" in text
    assert text.count("```{toctree}") == 4


def test_a_part_may_have_groups() -> None:
    text = LISTED.replace("How-to", "How-to: watch\n  b.md\nHow-to: deploy")
    assert [part.name for part in read_navigation(text)][1:3] == ["How-to: watch", "How-to: deploy"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("  a.md\n", "Line 1 is a page before the first part"),
        ("Start\nHow-to\n", "expected Start, How-to, Reference, Explanation"),
        (EMPTY + "How-to: late\n", "Explanation, How-to; expected Start"),
        (EMPTY + "  a.md\n  a.md\n", "The page docs/a.md is there twice"),
    ],
)
def test_a_wrong_navigation_is_refused(text: str, error: str) -> None:
    with pytest.raises(NavigationError, match=error):
        read_navigation(text)


def test_pages_missing_from_the_navigation_are_found(repository: Path) -> None:
    (repository / "docs" / "new.md").write_text("# New\n")
    (repository / "docs" / "navigation.txt").write_text(LISTED + "  gone.md\n")
    assert [*wrong_navigation(repository)] == [
        "docs/navigation.txt: docs/new.md is missing; add a line for it to one of the parts",
        "docs/navigation.txt: docs/gone.md does not exist",
    ]
    (repository / "docs" / "navigation.txt").write_text("Start\n")
    assert [*wrong_navigation(repository)] == [
        "docs/navigation.txt: The parts are Start; expected Start, How-to, Reference, Explanation."
    ]


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("a.md#two-words", Target(Kind.PAGE, "a", "two-words")),
        ("../CHANGELOG.md", Target(Kind.PAGE, "changelog")),
        ("openapi.yaml", Target(Kind.PAGE, "openapi")),
        ("part/x.json", Target(Kind.FILE, "docs/part/x.json")),
        ("part", Target(Kind.REPOSITORY, "docs/part")),
        ("../b.toml", Target(Kind.REPOSITORY, "b.toml")),
        ("../b.toml#a", Target(Kind.NOTHING, "b.toml#a")),
        ("../c.toml", Target(Kind.NOTHING, "c.toml")),
        ("../../c.toml", Target(Kind.NOTHING, "../c.toml")),
    ],
)
def test_a_link_leads_to_a_page_or_a_file(repository: Path, link: str, target: Target) -> None:
    assert find_target(link, "docs/index.md", pages(repository), repository) == target


def test_anchors_are_those_of_github() -> None:
    text = "# A `b`: [c](d.md)!\n\n```sh\n# no heading\n```\n\n## Twice\n## Twice\n## Twice\n"
    assert anchors(text) == {"a-b-c", "twice", "twice-1", "twice-2"}


def test_the_address_in_the_repository_has_its_branch_or_tag(repository: Path) -> None:
    host = "https://git.example/owner/name"
    for target, end in (
        (Target(Kind.REPOSITORY, "b.toml"), "blob/v1.0.0/b.toml"),
        (Target(Kind.REPOSITORY, "docs/part"), "tree/v1.0.0/docs/part"),
        (Target(Kind.REPOSITORY, "docs/a.md", "x"), "blob/v1.0.0/docs/a.md#x"),
    ):
        assert repository_address(target, host, "v1.0.0", repository) == f"{host}/{end}"


def test_a_link_to_nothing_is_found(repository: Path) -> None:
    (repository / "docs" / "a.md").write_text(
        "# A\n[1](#a) [2](#b) [3](c.md) [4](https://x.example) `[5](d.md)`\n\n[6]: e.md\n"
    )
    assert [*broken_links(repository)] == [
        "docs/a.md: #b leads to nothing",
        "docs/a.md: c.md leads to nothing",
        "docs/a.md: e.md leads to nothing",
        "docs/index.md: a.md#two-words leads to nothing",
    ]


def test_the_sources_of_the_site(repository: Path, tmp_path: Path) -> None:
    into = folders(tmp_path / "build")
    into.site.mkdir(parents=True)
    (into.site / "old.html").write_text("")
    stage(into, repository)
    written = {path.relative_to(into.source).as_posix() for path in into.source.rglob("*.*")}
    pages_written = {"index.md", "a.md", "openapi.md", "story.md", "changelog.md"}
    assert written == pages_written | {"openapi.yaml", "story.txt", "part/x.json"}
    assert (into.files / "examples" / "runbook.md").is_file()
    assert "{toctree}" in (into.source / "index.md").read_text("utf-8")
    assert (into.source / "story.md").read_text("utf-8").startswith("# A story\n\n```text\nA st")
    assert not into.site.exists()


def test_the_page_about_http_has_all_routes_and_schemas() -> None:
    document = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text("utf-8"))
    text = openapi_page(document)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if "operationId" in operation:
                assert f"\n### {method.upper()} /api{path}\n" in text
    for title in document["components"]["schemas"]:
        assert f"\n### {title} (schema)\n" in text
    assert "| `service` | query | [ServiceId](#serviceid-schema) |" in text
    assert "object at 0x" not in text


def test_each_file_of_the_documents_has_a_name_on_the_site() -> None:
    assert page_name("docs/how-to/mail.md") == "how-to/mail"
    assert page_name("CHANGELOG.md") == "changelog"
    assert len(set(pages().values())) == len(pages())


def test_mistakes_in_a_built_site_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<link href="a.css"><h1 id="top"></h1><a href="#top">1</a><a href="b.html#x">2</a>'
        '<a href="https://x.example">3</a><img src="//x.example/a.png"><a href="../up">4</a>'
        '<p style="background: url(http://x.example/b.png)">5</p><a href="b.html">6</a>'
    )
    (tmp_path / "b.html").write_text("<p>B</p>")
    (tmp_path / "a.css").write_text("@import 'https://x.example/c.css'; p { color: red }")
    assert [*mistakes(tmp_path)] == [
        "a.html loads //x.example/a.png from another host.",
        "a.html loads http://x.example/b.png from another host.",
        "a.html has a link that leads to nothing: b.html#x",
        "a.html has a link that leads to nothing: ../up",
        "a.css loads https://x.example/c.css from another host.",
    ]
