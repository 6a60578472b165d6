"""What only a person knows is asked for once, on a terminal; where there is none, nobody is asked and nothing waits."""

from __future__ import annotations

import getpass
import re
import sys
from dataclasses import dataclass

from deployment.azd import Azd
from deployment.report import NOT_DONE, Remedy, Report

GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
TRIES = 3


@dataclass(frozen=True)
class Question:
    """A value of azd's environment that a person gives, and what it must look like."""

    name: str
    text: str
    pattern: re.Pattern[str]
    expected: str
    example: str
    required: bool = True


QUESTIONS = (
    Question(
        "LIBAPPS_CLIENT_ID",
        "Application (client) id of the app registration that is watched",
        GUID,
        "an id of 36 characters with hyphens",
        "00000000-1111-2222-3333-444444444444",
    ),
    Question(
        "LAPSEWATCH_ALERT_EMAIL",
        "Mail address of the people who hear when Lapsewatch itself is in trouble",
        ADDRESS,
        "a mail address",
        "its@example.org",
    ),
    Question(
        "LAPSEWATCH_DECIDERS",
        "Group that may open the status page and decide: its name, or its object id",
        re.compile(r".+"),
        "a name or an object id",
        '"Lapsewatch deciders"',
        required=False,
    ),
)


def ask(azd: Azd, report: Report) -> None:
    """See that every value is there, and keep in azd's environment what a person gives now."""
    for question in QUESTIONS:
        value = azd.get(question.name)
        if (not value or not question.pattern.fullmatch(value)) and sys.stdin.isatty():
            value = _answer(question)
            if value:
                azd.set(question.name, value)
        wrong = (
            f'is "{value}", expected {question.expected}'
            if value and not question.pattern.fullmatch(value)
            else ""
        )
        if wrong or (question.required and not value):
            remedy = Remedy(
                "you run", (f"azd env set {question.name} {question.example}", "azd up")
            )
            report.add(question.name, NOT_DONE, wrong or f"is not set: {question.text}", remedy)


def _answer(question: Question) -> str:
    for _ in range(TRIES):
        try:
            given = input(
                f"{question.text}{'' if question.required else ' (Enter: later)'}: "
            ).strip()
        except EOFError:
            return ""
        if not given or question.pattern.fullmatch(given):
            return given
        print(f"That is not {question.expected}.")  # noqa: T201  (it is a dialogue)
    return ""


def secret(prompt: str) -> str:
    """Give a line of standard input; on a terminal it is asked for, and not shown. Empty if there is none."""
    try:
        return (getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline()).strip()
    except EOFError:
        return ""
