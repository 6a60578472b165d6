"""A plugin of pytest: the run fails if the suite writes a secret anywhere.

It searches the output and the log (from INFO) of each test, the logs of local hosts, and the rows
of the shared Azurite (in its fixture). Secrets have a known form: those of the stand-ins contain
`canary-`, tokens are JWTs, a webhook has its signature, a connection string its key (Azurite's is
public). A value of another form that a stand-in vault has kept is known to the process of that
vault, which searches the output of its own tests and passes on what it found.
"""

import re
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from local.azurite import KEY
from local.stand_in.created_values import KEPT

SECRETS = {
    "a made-up secret": re.compile(r"canary-[\w-]{4,}"),
    "a token": re.compile(r"eyJ[\w-]{10,}\.(?:eyJ)?[\w-]{10,}"),
    "a webhook's signature": re.compile(r"[?&]sig=(?!REDACTED)[^&\s\"'…]{4,}"),
    "the key of an account": re.compile(rf"AccountKey=(?!{re.escape(KEY)})[^;\s\"'.…<]{{4,}}"),
}
MIN_CHARS = 12
"""Of a value that was handed over: a shorter one may be an ordinary word."""
FOUND = "secret that was spoken"
"""The name under which a process passes on what it found."""
SHOWN = 4
"""The number of characters of a found secret that are shown."""


def spoken(text: str) -> Iterator[str]:
    """Yield the position of each secret in a text, without the secret."""
    for what, pattern in SECRETS.items():
        for found in pattern.finditer(text):
            yield _placed(what, text, found.start())
    yield from _kept(text)


def _kept(text: str) -> Iterator[str]:
    for value in KEPT:
        at = text.find(value) if len(value) >= MIN_CHARS else -1
        if at >= 0:
            yield _placed("a value that was handed over", text, at)


def _placed(what: str, text: str, start: int) -> str:
    return f"{what} after {text[max(0, start - 80) : start + SHOWN]!r}"


class Kept:
    """Search the output of every test for the values that its own process knows."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Pass on what was found."""
        report = yield
        for name, text in report.sections:
            report.user_properties += [(FOUND, f"{name}: {secret}") for secret in _kept(text)]
        return report


class Unspoken:
    """Search the output of every test; with xdist, in the controlling process."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Search the output of a test."""
        for name, text in report.sections:
            self.found += [f"{report.nodeid}, {name}: {secret}" for secret in spoken(text)]
        passed_on = (text for name, text in report.user_properties if name == FOUND)
        self.found += [f"{report.nodeid}, {text}" for text in passed_on]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Search the logs of hosts. Fail the run if a secret was found."""
        for log in _folder(session.config).rglob("errors.txt"):
            self.found += [
                f"{log}: {secret}" for secret in spoken(log.read_text("utf-8", "replace"))
            ]
        if self.found:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the places of the secrets."""
        if self.found:
            terminalreporter.section("secrets that were spoken", red=True)
        for line in dict.fromkeys(self.found):
            terminalreporter.line(line)


def _folder(config: pytest.Config) -> Path:
    factory: pytest.TempPathFactory = config._tmp_path_factory  # type: ignore[attr-defined]  # noqa: SLF001  (there is no other way to it)
    return factory.getbasetemp()


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugin in the controlling process, and its part that knows values in each."""
    if config.option.log_level is None:
        config.option.log_level = "INFO"
    config.pluginmanager.register(Kept(), "kept values")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Unspoken(), "unspoken")
