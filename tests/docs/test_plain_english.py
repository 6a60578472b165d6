"""All prose of the repository is free of the phrases in banned_phrases.txt."""

import pytest

from tests.docs.plain_english import BANNED, READERS, ROOT, files, findings, names, phrases


def test_the_repository_is_in_plain_english() -> None:
    found = list(findings([ROOT]))
    assert not found, "\n".join(found)


def test_every_kind_of_file_is_read() -> None:
    found = list(files([ROOT]))
    assert {file.suffix for file in found} == set(READERS)
    assert {"README.md", "Makefile", "watchlist.toml", "function_app.py"} <= {
        file.name for file in found
    }


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.md", "One.\n\nIt starts anew.\n", 3),
        ("a.md", "It starts all\nthe same.\n", 1),
        ("a.py", '"""Whoever asks."""\n', 1),
        ("a.py", "x = 1\ny = 2  # begins anew\n", 2),
        ("a.py", "# This is\n# no help.\n", 1),
        ("a.py", 'x = f"{who} was told"\n', 1),
        ("a.py", 'x = ("This is "\n    "no help.")\n', 1),
        ("a.j2", "<p\n title='x'>It is mended.</p>\n", 2),
        ("a.toml", 'promise = "Nobody is told"\n', 1),
        ("a.toml", "# Who hears what\n", 1),
        ("a.yml", "jobs:\n  name: Begin anew\n", 2),
        ("a.bicep", "@description('Who hears.')\n", 1),
        ("a.bicep", "// The word is said.\n", 1),
        ("a.js", "/* Begins anew. */\n", 1),
        ("Makefile", "test: setup ## begins anew\n", 1),
        ("a.sh", 'echo "Nobody was told." # why\n', 1),
    ],
)
def test_a_planted_phrase_is_found(name: str, text: str, line: int) -> None:
    assert [found for found, _ in phrases(name, text)] == [line]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "The key `told` and the row `told:its`; `--tell`.\n"),
        ("a.md", "```\ntold\n```\n"),
        (
            "a.md",
            "There is no browser. It is no longer there, such as here; not owed-by or a/told.\n",
        ),
        ("a.py", 'told = hear(x)["told"]\n'),
        ("a.py", 'x = f"{told}"\n'),
        ("a.py", '"""Return what `told` holds."""\n'),
        ("a.j2", "<p class='told'>{{ told }}</p>\n"),
        ("a.toml", "old = '''told = heard'''\n"),
        ("a.yml", "told: 1\n"),
        ("a.bicep", "param told string\n"),
        ("a.js", "const told = anew;\n"),
        ("Makefile", "anew: told\n"),
    ],
)
def test_code_and_fine_phrases_are_not_found(name: str, text: str) -> None:
    assert list(phrases(name, text)) == []


def test_a_finding_names_the_phrase_and_a_better_one() -> None:
    assert list(phrases("a.md", "It starts\n  Anew.\n")) == [(2, "Anew -> again")]
    assert all(BANNED.values())


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('def f():\n    """Give a number."""\n', 1),
        ('class A:\n    """Says no."""\n', 1),
        ('"""Tell people."""\n', 1),
        ('def f():\n    """Return what people give."""\n', 0),
        ('def f():\n    """Telling names help."""\n', 0),
        (f"def test_{'a' * 60}():\n    pass\n", 0),
        (f"def test_{'a' * 61}():\n    pass\n", 1),
    ],
)
def test_docstrings_and_test_names_are_checked(text: str, count: int) -> None:
    assert len(list(names(text))) == count
