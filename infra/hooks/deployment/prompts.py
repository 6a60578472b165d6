"""Prompt for values that only a person knows, once, and on a terminal only."""

from __future__ import annotations

import getpass
import re
import sys
from dataclasses import dataclass

from deployment.azd import Azd
from deployment.report import NOT_DONE, Remedy, Report

GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
MAX_TRIES = 3


@dataclass(frozen=True)
class Question:
    """A value of azd's environment that a person types, and its form.

    azd may have prompted for it already, under the name of the parameter.
    """

    name: str
    parameter: str
    text: str
    pattern: re.Pattern[str]
    expected: str
    example: str
    required: bool = True

    def accepts(self, value: str) -> bool:
        """Return whether a value has the right form."""
        return self.pattern.fullmatch(value) is not None


QUESTIONS = (
    Question(
        "LIBAPPS_CLIENT_ID",
        "libappsClientId",
        "Application (client) id of the app registration to watch",
        GUID,
        "an id of 36 characters with hyphens",
        "00000000-1111-2222-3333-444444444444",
    ),
    Question(
        "LAPSEWATCH_ALERT_EMAIL",
        "alertEmail",
        "Email address for alerts when Lapsewatch itself fails",
        ADDRESS,
        "an email address",
        "its@example.org",
    ),
    Question(
        "LAPSEWATCH_DECIDERS",
        "",
        "Group that may open the status page and decide: its name, or its object id",
        re.compile(r".+"),
        "a name or an object id",
        '"Lapsewatch deciders"',
        required=False,
    ),
)


def prompt_for_values(azd: Azd, report: Report) -> bool:
    """Prompt for each missing or wrong value, and store it in azd's environment.

    Report the rest; return whether every required value is there.
    """
    is_complete = True
    for question in QUESTIONS:
        value = azd.get(question.name)
        if not question.accepts(value):
            value = _from_azd(question, azd) or (_answer(question) if sys.stdin.isatty() else value)
            if question.accepts(value):
                azd.set(question.name, value)
        is_complete &= _report(question, value, report)
    return is_complete


def _from_azd(question: Question, azd: Azd) -> str:
    """Return what azd itself has prompted for, if it has the right form."""
    given = azd.answered(question.parameter) if question.parameter else ""
    return given if question.accepts(given) else ""


def secret(prompt: str) -> str:
    """Return a line of standard input, empty if there is none; a terminal does not show it."""
    try:
        return (getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline()).strip()
    except EOFError:
        return ""


def _answer(question: Question) -> str:
    prompt = question.text if question.required else f"{question.text} (Enter: later)"
    for _ in range(MAX_TRIES):
        try:
            given = input(f"{prompt}: ").strip()
        except EOFError:
            return ""
        if not given or question.accepts(given):
            return given
        print(f"That is not {question.expected}.")  # noqa: T201  (it is a dialogue)
    return ""


def _report(question: Question, value: str, report: Report) -> bool:
    """Add a row if a value is missing or wrong; return whether azd may provision with it."""
    is_wrong = bool(value) and not question.accepts(value)
    if not is_wrong and (value or not question.required):
        return True
    note = f'"{value}" is not {question.expected}' if is_wrong else f"not set: {question.text}"
    commands = (f"azd env set {question.name} {question.example}", "azd up")
    report.add(question.name, NOT_DONE, note, Remedy("run", commands))
    return not question.required
