"""How a runbook is split into sections, and which mistakes are reported."""

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from shared.config.problems import Misconfigured
from shared.config.runbook import parse
from shared.core.model.watchlist import RUNBOOK_SECTIONS
from shared.render.text.fields import FIELDS

ROOT = Path(__file__).parents[2]
GOOD = """\
# LibCal

For readers of the file only.

## Request

Please renew it.

## Create

Run this:

```
## Verify
```

    ## Install

## Install ##

1. Paste it.

   > ## Verify

### In short

Paste.

VERIFY
------

Log in.

##   clean  UP

Delete it.
"""
STEP = "what people do in this step."
EXPECTED = "expected the sections Request, Create, Install, Verify, Clean up, each once."


def problems(text: str) -> list[str]:
    with pytest.raises(Misconfigured) as caught:
        parse(text, "r.md")
    return [str(problem) for problem in caught.value.problems]


def test_only_real_level_2_headings_start_a_section() -> None:
    runbook = parse(GOOD, "r.md")
    assert runbook.path == "r.md"
    assert dict(runbook.sections) == {
        "Request": "Please renew it.",
        "Create": "Run this:\n\n```\n## Verify\n```\n\n    ## Install",
        "Install": "1. Paste it.\n\n   > ## Verify\n\n### In short\n\nPaste.",
        "Verify": "Log in.",
        "Clean up": "Delete it.",
    }


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_do_not_change_the_sections(
    line_end: str,
) -> None:
    odd = GOOD.replace("Please renew it.", "Please\u2028renew\x0cit.\x85")
    sections = parse(odd.replace("\n", line_end), "r.md").sections
    assert sections == parse(odd, "r.md").sections
    assert sections["Verify"] == "Log in."


def test_sections_have_a_fixed_order() -> None:
    text = "".join(f"## {section}\n{section}!\n" for section in reversed(RUNBOOK_SECTIONS))
    assert tuple(parse(text, "r.md").sections.items()) == tuple(
        (section, f"{section}!") for section in RUNBOOK_SECTIONS
    )


def test_all_wrong_sections_are_reported_together() -> None:
    assert problems(
        "## Request\nx\n## Instal\nx\n## Create\n\n## request\nx\n## **Colours**\nx\n"
    ) == [
        f"r.md: line 3: unknown section 'Instal'; {EXPECTED} Did you mean 'Install'?",
        "r.md: line 5: the section 'Create' is empty; expected what people do in this step.",
        f"r.md: line 7: a second section 'Request'; {EXPECTED}",
        f"r.md: line 9: unknown section '**Colours**'; {EXPECTED}",
        *(
            f"r.md: the section '{section}' is missing; "
            f'expected a line "## {section}" and, below it, {STEP}'
            for section in ("Install", "Verify", "Clean up")
        ),
    ]


def test_unknown_fields_are_reported_with_their_lines() -> None:
    text = (
        "{{anything}}\n## Request\n\n{{servce}} and\n{{ service }}, {{service\n"
        "## Create\n```\n{{DATE(x)}} {{}}\n```\n"
    )
    expected = f"expected one of {', '.join(FIELDS)}, between double braces."
    assert problems(text)[:4] == [
        f"r.md: line 4: unknown field '{{{{servce}}}}'; {expected} Did you mean 'service'?",
        f"r.md: line 5: unknown field '{{{{service'; {expected} Did you mean 'service'?",
        f"r.md: line 8: unknown field '{{{{DATE(x)}}}}'; {expected}",
        f"r.md: line 8: unknown field '{{{{}}}}'; {expected}",
    ]
    assert [problem.split("; ")[0] for problem in problems(text)[4:]] == [
        f"r.md: the section '{section}' is missing" for section in ("Install", "Verify", "Clean up")
    ]


def test_every_field_is_documented() -> None:
    table = re.findall(
        r"^\| `\{\{(\w+)\}\}` \|", (ROOT / "docs/runbooks.md").read_text("utf-8"), re.MULTILINE
    )
    assert table == list(FIELDS)
    for name in ("libcal", "libstaffer"):
        head = (ROOT / f"runbooks/{name}.md").read_text("utf-8").partition("## Request")[0]
        assert set(re.findall(r"\{\{(\w+)\}\}", head)) <= set(FIELDS)


def test_a_section_inside_a_code_fence_is_missing() -> None:
    assert problems(GOOD.replace("VERIFY\n------", "```\n## Verify\n```")) == [
        (
            "r.md: the section 'Verify' is missing; "
            f'expected a line "## Verify" and, below it, {STEP}'
        )
    ]


def test_an_empty_file_lacks_every_section() -> None:
    assert len(problems("")) == len(RUNBOOK_SECTIONS)


@pytest.mark.parametrize(("service", "other"), [("LibCal", "LibStaffer"), ("LibStaffer", "LibCal")])
def test_the_shipped_runbooks_are_complete(service: str, other: str) -> None:
    path = f"runbooks/{service.lower()}.md"
    sections = parse((ROOT / path).read_text("utf-8"), path).sections
    create, install = sections["Create"], sections["Install"]
    assert "exactly **`{{suggested_name}}`**" in create, (
        "the name by which the watchlist finds the secret"
    )
    assert all(
        words in create
        for words in (
            "{{client_id_tail}}",
            "]({{portal_link}})",
            "**Value**",
            "Secret ID",
            "730 days (24 months)",
            "by email",
            "If the old secret still exists, leave it",
        )
    )
    assert all(
        words in install
        for words in ("**Admin** > **Integrations**", "**Client Secret: Value**", "save")
    )
    assert "Authorize with Microsoft Account" in sections["Verify"]
    last = sections["Verify"].rpartition("\n6. ")[2]
    assert "press **Confirm**" in last, "until then, reminders continue"
    assert "If there is no status page, tell ITS" in last
    assert "Check twice" in sections["Clean up"]
    assert sections["Request"].startswith("Subject: Please create {{how_many}} for {{services}}\n")
    assert "\n{{new_secrets}}\n" in sections["Request"]
    assert all(other in sections[name] for name in ("Install", "Clean up")), (
        "two secrets, never to be confused"
    )


@pytest.mark.parametrize("name", ["libcal", "libstaffer"])
def test_the_request_in_a_shipped_runbook_is_plain_text(name: str) -> None:
    request = parse((ROOT / f"runbooks/{name}.md").read_text("utf-8"), name).sections["Request"]
    kinds = {
        child.type
        for token in MarkdownIt("commonmark").parse(request)
        for child in token.children or ()
    }
    assert kinds == {"text"}
