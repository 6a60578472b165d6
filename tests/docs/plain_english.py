"""Find banned words and phrases in all prose of the repository.

Prose is what people read: Markdown, comments, docstrings, strings with a space, templates, and the
promises of the mutations. Code is skipped: names, strings without a space such as JSON keys, and
text in `code font`. The phrases are in banned_phrases.txt.

    .venv/bin/python -m tests.docs.plain_english [PATH ...]

prints a line for each finding, `file:line: phrase -> what to write instead`, and a total for each
folder.
"""

import ast
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from local.command_help import answer_help

ROOT = Path(__file__).parents[2]
TOOLS = {
    *(".git", ".venv", "node_modules", "build", "__pycache__"),
    *(".import_linter_cache", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"),
}
GENERATED = {"tests/golden", "tests/recorded", "requirements.txt", "requirements-dev.txt"}
"""Golden files repeat texts that are checked where they are written."""
QUOTING = {"tests/docs/banned_phrases.txt", "tests/docs/test_plain_english.py"}
"""The list, and the test that plants banned phrases."""
MAX_TEST_NAME_CHARS = 60
NOT_A_SUMMARY = re.compile(r"\s*(Give|Say|Tell)s?\b")
CODE = "\0"
"""Replaces a character that is not prose. No phrase reaches across it."""


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """Return an expression for whole words that are no part of an identifier, path or option."""
    either = "|".join(phrases).replace(" ", r"[\s#/]+")
    return re.compile(rf"\b(?<![./:=\-])(?:{either})\b(?![\-]|[.:/=]\w)", re.IGNORECASE)


LINES = (Path(__file__).parent / "banned_phrases.txt").read_text("utf-8").splitlines()
BANNED = dict(line.split(" | ") for line in LINES if " | " in line)
ANY_BANNED = _any_of(BANNED)
ALLOWED = _any_of(line.removeprefix("allowed: ") for line in LINES if line.startswith("allowed: "))
CODE_FONT = re.compile(r"```.*?```|``[^\n]+?``|`[^`\n]+`", re.DOTALL)


def _hidden(text: str) -> str:
    """Return a text of the same length without prose; space and comment signs join what is left."""
    return re.sub(r"[^\s#/]", CODE, text)


def _without(pattern: str) -> Callable[[str], str]:
    """Return a reader that hides what the pattern matches."""
    code = re.compile(pattern, re.DOTALL | re.MULTILINE)
    return lambda text: code.sub(lambda found: _hidden(found[0]), text)


def _only(pattern: str) -> Callable[[str], str]:
    """Return a reader that keeps what the pattern matches and hides the rest."""
    prose = re.compile(pattern, re.MULTILINE)

    def read(text: str) -> str:
        kept, done = "", 0
        for found in prose.finditer(text):
            kept += _hidden(text[done : found.start()]) + found[0]
            done = found.end()
        return kept + _hidden(text[done:])

    return read


def _python(text: str) -> str:
    """Keep comments and strings; neighbours are one text. A string without a space is a name."""
    starts = [0]
    for line in io.StringIO(text):
        starts.append(starts[-1] + len(line))
    kept = list(_hidden(text))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        start, end = (starts[row - 1] + column for row, column in (token.start, token.end))
        match token.type:
            case tokenize.COMMENT | tokenize.FSTRING_MIDDLE:
                kept[start:end] = text[start:end]
            case tokenize.STRING if " " in token.string:
                bare = re.sub(r"""^[a-zA-Z]*["']+|["']+$""", _spaces, text[start:end])
                kept[start:end] = bare
            case tokenize.FSTRING_START | tokenize.FSTRING_END:
                kept[start:end] = " " * (end - start)
    return "".join(kept)


def _spaces(found: re.Match[str]) -> str:
    return " " * len(found[0])


SCRIPT = _only(r"(?:^|(?<=\s))#.*|\"[^\"\n]* [^\"\n]*\"")
SLASHES = _only(r"(?:^|(?<=\s))//.*|/\*[^*]*\*/|(?<=@description\(')[^\n]*")
MARKUP = _without(r"\{\{.*?\}\}|\{%.*?%\}|<(style|script)\b.*?</\1>|<[^>]*>")
YAML = _without(r"^\s*(?:- )?[\w$./{}-]+:(?=\s)|(?<=: )\[[\w, -]+\]$")
READERS: dict[str, Callable[[str], str]] = {
    "": SCRIPT,
    ".bicep": SLASHES,
    ".css": SLASHES,
    ".html": MARKUP,
    ".j2": MARKUP,
    ".js": SLASHES,
    ".kql": SLASHES,
    ".md": str,
    ".py": _python,
    ".sh": SCRIPT,
    ".toml": _only(r"(?:^|(?<=\s))#.*|\"[^\"\n]* [^\"\n]*\""),
    ".txt": str,
    ".yaml": YAML,
    ".yml": YAML,
}
"""How to find the prose of a file, by its ending. Files without one are scripts."""


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files with prose at or below the paths."""
    for path in paths:
        if path.name in TOOLS or path.relative_to(ROOT).as_posix() in GENERATED | QUOTING:
            continue
        if path.is_dir():
            yield from files(sorted(path.iterdir()))
        elif path.suffix in READERS:
            yield path


def phrases(name: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield the line number and the finding for each banned phrase in a file's prose."""
    prose = READERS[Path(name).suffix](text)
    for pattern in (CODE_FONT, ALLOWED):
        prose = pattern.sub(lambda found: _hidden(found[0]), prose)
    for found in ANY_BANNED.finditer(prose):
        phrase = " ".join(re.split(r"[\s#/]+", found[0]))
        better = next(BANNED[one] for one in BANNED if re.fullmatch(one, phrase.lower()))
        yield prose.count("\n", 0, found.start()) + 1, f"{phrase} -> {better}"


def names(text: str) -> Iterator[tuple[int, str]]:
    """Yield the findings in a Python file's docstrings and test names."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        line = 1 if isinstance(node, ast.Module) else node.lineno
        if found := NOT_A_SUMMARY.match(ast.get_docstring(node) or ""):
            yield line, f'docstring "{found[0]} ..." -> Return, Raise, Yield or the effect'
        name = getattr(node, "name", "").removeprefix("test_")
        if len(name) > MAX_TEST_NAME_CHARS:
            yield line, f"name of {len(name)} characters -> {MAX_TEST_NAME_CHARS} at most: {name}"


def findings(paths: Iterable[Path]) -> Iterator[str]:
    """Yield `file:line: finding` for all files at or below the paths."""
    for file in files(paths):
        text = file.read_text("utf-8")
        found = [*phrases(file.name, text), *(names(text) if file.suffix == ".py" else ())]
        yield from (f"{file.relative_to(ROOT)}:{line}: {what}" for line, what in sorted(found))


def main() -> None:
    """Print the findings and their number for each folder."""
    found = list(findings([Path(path).resolve() for path in sys.argv[1:]] or [ROOT]))
    folders = Counter("/".join(line.partition(":")[0].split("/")[:3][:-1]) or "." for line in found)
    print(*found, *(f"{count:5} {folder}" for folder, count in sorted(folders.items())), sep="\n")  # noqa: T201  (a command)
    print(f"{len(found):5} in all")  # noqa: T201  (a command)


if __name__ == "__main__":
    answer_help(__doc__)
    main()
